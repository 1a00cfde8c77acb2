import { setTimeout as delay } from 'node:timers/promises';
import { type Artifact, type ArtifactStore, type GitSource, startArtifactStore } from './fluxArtifacts.ts';
import { at, listAt, textAt } from './json.ts';
import type { KubeApi } from './kubeApi.ts';

/** A running stand-in for Flux's source-controller. */
export interface FluxSource {
  stop(): Promise<void>;
}

const collection = '/apis/source.toolkit.fluxcd.io/v1/gitrepositories';
const fieldManager = 'source-controller';
const requestedAt = 'reconcile.fluxcd.io/requestedAt';
/** Milliseconds until the API server is asked again, and until a repository that could not be fetched is. */
const retryApi = 500;
const retryFetch = 10_000;

/**
 * Plays source-controller for GitRepository objects, which cannot be built from the Go module proxy alone: fetches on a
 * new or changed object, on a changed `requestedAt` and every `spec.interval`, publishes the archive and writes the
 * status the real one writes. Not covered: `.sourceignore`, `include`, `secretRef`, `verify`, semver and sparse checkouts.
 */
export async function startFluxSource(api: KubeApi, dir: string): Promise<FluxSource> {
  const store = await startArtifactStore(dir);
  const ending = new AbortController();
  const controller = new SourceController(api, store, ending.signal);
  const watching = controller.run();
  return {
    stop: async () => {
      ending.abort();
      await watching;
      controller.dispose();
      await store.stop();
    },
  };
}

class SourceController {
  readonly #api: KubeApi;
  readonly #store: ArtifactStore;
  readonly #signal: AbortSignal;
  /** The next poll of each object, by path. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The newest state of each object and the reconciliation under way for it, by path; one at a time for an object. */
  readonly #latest = new Map<string, unknown>();
  readonly #busy = new Map<string, Promise<void>>();

  constructor(api: KubeApi, store: ArtifactStore, signal: AbortSignal) {
    this.#api = api;
    this.#store = store;
    this.#signal = signal;
  }

  /** Lists, then watches, and again from the start whenever the watch ends, until the signal fires. */
  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        const list = await this.#api.get(collection, this.#signal);
        for (const object of listAt(list, 'items')) this.#see(object);
        const version = textAt(list, 'metadata', 'resourceVersion') ?? '';
        for await (const event of this.#api.watch(collection, version, this.#signal)) {
          if (event.type === 'DELETED') this.#forget(pathOf(event.object));
          else if (event.type === 'ADDED' || event.type === 'MODIFIED') this.#see(event.object);
          else if (event.type === 'ERROR') break;
        }
      } catch {
        // The API server restarts or the watch breaks: what follows is a fresh list in any case.
      }
      await this.#pause();
    }
    await Promise.allSettled(this.#busy.values());
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #pause(): Promise<void> {
    return delay(retryApi, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  #see(object: unknown): void {
    const path = pathOf(object);
    this.#latest.set(path, object);
    if (isHandled(object)) this.#pollLater(path, intervalOf(object));
    else this.#reconcileSoon(path);
  }

  #forget(path: string): void {
    clearTimeout(this.#timers.get(path));
    this.#timers.delete(path);
    this.#latest.delete(path);
  }

  #pollLater(path: string, milliseconds: number): void {
    if (this.#timers.has(path)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(path);
      this.#reconcileSoon(path);
    }, milliseconds);
    this.#timers.set(path, timer);
  }

  #reconcileSoon(path: string): void {
    if (this.#busy.has(path) || this.#signal.aborted) return;
    const work = this.#reconcile(path)
      .catch(() => this.#pause())
      .finally(() => {
        this.#busy.delete(path);
        const latest = this.#latest.get(path);
        if (latest !== undefined && !isHandled(latest)) this.#reconcileSoon(path);
      });
    this.#busy.set(path, work);
  }

  async #reconcile(path: string): Promise<void> {
    const object = this.#latest.get(path);
    if (object === undefined || at(object, 'spec', 'suspend') === true) return;
    const outcome = await this.#fetch(object);
    const written = await this.#api.mergePatch(`${path}/status`, { status: statusOf(object, outcome) }, fieldManager);
    if (this.#latest.has(path)) this.#latest.set(path, written);
    clearTimeout(this.#timers.get(path));
    this.#timers.delete(path);
    this.#pollLater(path, outcome instanceof Error ? retryFetch : intervalOf(object));
  }

  async #fetch(object: unknown): Promise<Artifact | Error> {
    const [namespace, name] = [textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? ''];
    try {
      return await this.#store.fetch(namespace, name, sourceOf(object));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}

function pathOf(object: unknown): string {
  const [namespace, name] = [textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? ''];
  return `/apis/source.toolkit.fluxcd.io/v1/namespaces/${namespace}/gitrepositories/${name}`;
}

/** Tells whether the status already answers the spec and the last request; a suspended object asks for nothing. */
function isHandled(object: unknown): boolean {
  if (at(object, 'spec', 'suspend') === true) return true;
  const request = textAt(object, 'metadata', 'annotations', requestedAt);
  return (
    at(object, 'status', 'observedGeneration') === at(object, 'metadata', 'generation') &&
    (request === undefined || request === textAt(object, 'status', 'lastHandledReconcileAt'))
  );
}

function sourceOf(object: unknown): GitSource {
  const url = textAt(object, 'spec', 'url') ?? '';
  const ignore = textAt(object, 'spec', 'ignore');
  const commit = textAt(object, 'spec', 'ref', 'commit');
  if (commit !== undefined) return { url, ignore, ref: { kind: 'commit', name: commit } };
  const tag = textAt(object, 'spec', 'ref', 'tag');
  if (tag !== undefined) return { url, ignore, ref: { kind: 'tag', name: tag } };
  return { url, ignore, ref: { kind: 'branch', name: textAt(object, 'spec', 'ref', 'branch') ?? 'master' } };
}

function statusOf(object: unknown, outcome: Artifact | Error): unknown {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const request = textAt(object, 'metadata', 'annotations', requestedAt);
  const hasFailed = outcome instanceof Error;
  const ready = hasFailed
    ? {
        status: 'False',
        reason: 'GitOperationFailed',
        message: `failed to checkout and determine revision: ${outcome.message}`,
      }
    : { status: 'True', reason: 'Succeeded', message: `stored artifact for revision '${outcome.revision}'` };
  const conditions = [condition(object, now, 'Ready', ready)];
  if (!hasFailed) conditions.push(condition(object, now, 'ArtifactInStorage', ready));
  const isNew = !hasFailed && textAt(object, 'status', 'artifact', 'digest') !== outcome.digest;
  return {
    observedGeneration: at(object, 'metadata', 'generation'),
    conditions,
    ...(request === undefined ? {} : { lastHandledReconcileAt: request }),
    ...(isNew ? { artifact: { ...outcome, lastUpdateTime: now } } : {}),
  };
}

function condition(
  object: unknown,
  now: string,
  type: string,
  state: { readonly status: string; readonly reason: string; readonly message: string },
): unknown {
  const before = listAt(object, 'status', 'conditions').find((entry) => textAt(entry, 'type') === type);
  const since = textAt(before, 'status') === state.status ? textAt(before, 'lastTransitionTime') : undefined;
  return {
    type,
    ...state,
    observedGeneration: at(object, 'metadata', 'generation'),
    lastTransitionTime: since ?? now,
  };
}

const unitMilliseconds = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** `spec.interval`, a Go duration such as `1h30m`, in milliseconds; what cannot be read counts as a minute. */
function intervalOf(object: unknown): number {
  let total = 0;
  for (const [, amount = '0', unit] of (textAt(object, 'spec', 'interval') ?? '').matchAll(
    /(\d+(?:\.\d+)?)(h|ms|m|s)/g,
  )) {
    if (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms') total += Number(amount) * unitMilliseconds[unit];
  }
  return total || 60_000;
}
