import { isObject, listAt, objectAt, stringAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { asKubeObject } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { messageOf } from '../../core/model/userError.ts';
import type { Clock, LiveEvent, WatchState, WatchTarget } from '../../core/ports.ts';
import { retryAfter } from './apiClient.ts';
import type { ApiClient } from './apiClient.ts';
import { errorOutcome, outcomeOf, parseLine, readStatus } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { readLines } from './readLines.ts';

/** How a selection is followed; milliseconds unless named otherwise. */
export interface FollowSettings {
  /** Objects in one page of a LIST. */
  readonly pageSize: number;
  /** Shortest length of one WATCH in seconds; up to twice that by chance, so that watches do not all end at once. */
  readonly watchSeconds: number;
  /** A WATCH without a byte for so long is dead; bookmarks come about every minute. */
  readonly silence: number;
  readonly firstBackoff: number;
  readonly longestBackoff: number;
  /** When a refused or unserved selection is tried again. */
  readonly recheck: number;
}

/** What a follower needs of its connection. */
export interface FollowerParts {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly settings: FollowSettings;
  /** Takes away what must not come further than this edge. */
  readonly reduce: (object: KubeObject) => KubeObject;
}

/** Follows one selection until its signal fires: LIST once, then WATCH from there, again and again, whatever happens. */
export class Follower {
  readonly #target: WatchTarget;
  readonly #parts: FollowerParts;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #signal: AbortSignal;
  #state: WatchState | undefined;
  #failures = 0;

  constructor(target: WatchTarget, parts: FollowerParts, onEvent: (event: LiveEvent) => void, signal: AbortSignal) {
    this.#target = target;
    this.#parts = parts;
    this.#onEvent = onEvent;
    this.#signal = signal;
  }

  /** Resolves when the signal has fired. */
  async run(): Promise<void> {
    let version: string | undefined;
    this.#say({ kind: 'listing' });
    while (!this.#isClosed()) {
      const outcome = version === undefined ? await this.#guard(this.#list()) : await this.#guard(this.#watch(version));
      if (this.#isClosed()) return;
      switch (outcome.kind) {
        case 'listed':
          version = outcome.version;
          break;
        case 'ended':
          version = outcome.version;
          // A server that ends every watch at once must not be asked in a tight loop.
          await this.#pause(outcome.hadEvents ? 0 : this.#parts.settings.firstBackoff);
          break;
        case 'expired':
          if (version === undefined) await this.#backOff('the server gives no complete list', undefined);
          version = undefined;
          break;
        case 'forbidden':
          version = undefined;
          this.#say({ kind: 'forbidden', message: outcome.message });
          await this.#pause(this.#parts.settings.recheck);
          break;
        case 'not-served':
          version = undefined;
          this.#say({ kind: 'not-served' });
          await this.#pause(this.#parts.settings.recheck);
          break;
        case 'failed':
          version = outcome.version ?? version;
          await this.#backOff(outcome.message, outcome.wait);
          break;
      }
    }
  }

  #isClosed(): boolean {
    return this.#signal.aborted;
  }

  async #guard(work: Promise<Outcome>): Promise<Outcome> {
    try {
      return await work;
    } catch (error) {
      return { kind: 'failed', message: messageOf(error) };
    }
  }

  async #list(): Promise<Outcome> {
    const objects: KubeObject[] = [];
    let next: string | undefined;
    let limit: number | undefined = this.#parts.settings.pageSize;
    do {
      const query = {
        ...(limit === undefined ? {} : { limit: String(limit) }),
        ...(next === undefined ? {} : { continue: next }),
      };
      const { status, body, header } = await this.#parts.client.json(
        { method: 'GET', path: this.#path(query) },
        this.#signal,
      );
      if (status === 410 && next !== undefined) {
        // The pages' common version is gone: all at once cannot expire half-way (as client-go's pager does).
        objects.length = 0;
        next = undefined;
        limit = undefined;
        continue;
      }
      if (status !== 200) return outcomeOf(status, body, retryAfter({ header }));
      for (const item of listAt(body, 'items')) objects.push(...this.#accept(item));
      next = stringAt(body, 'metadata', 'continue') || undefined;
      if (next === undefined) {
        this.#onEvent({ type: 'listed', target: this.#target, objects });
        return { kind: 'listed', version: stringAt(body, 'metadata', 'resourceVersion') ?? '', hadEvents: true };
      }
    } while (!this.#isClosed());
    return { kind: 'failed', message: 'aborted' };
  }

  async #watch(from: string): Promise<Outcome> {
    const { client, settings, random } = this.#parts;
    const seconds = Math.round(settings.watchSeconds * (1 + random()));
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(seconds),
    };
    const path = this.#path(query);
    const answer = await client.open({ method: 'GET', path, silence: settings.silence }, this.#signal);
    if (answer.status !== 200) {
      const body = await readStatus(answer.body);
      return outcomeOf(answer.status, body, retryAfter(answer));
    }
    this.#failures = 0;
    this.#say({ kind: 'watching' });
    let version = from;
    let hadEvents = false;
    try {
      for await (const line of readLines(answer.body)) {
        const event = parseLine(line);
        if (stringAt(event, 'type') === 'ERROR') return errorOutcome(objectAt(event, 'object'), version);
        version = stringAt(event, 'object', 'metadata', 'resourceVersion') ?? version;
        hadEvents = true;
        this.#pass(event);
      }
    } catch (error) {
      // Cut off or silent: what was seen is still true, so the next watch goes on from there.
      return { kind: 'failed', message: messageOf(error), version };
    }
    return { kind: 'ended', version, hadEvents };
  }

  #pass(event: JsonObject | undefined): void {
    const [object] = this.#accept(event?.object);
    if (object === undefined) return;
    const type = stringAt(event, 'type');
    if (type === 'ADDED' || type === 'MODIFIED') this.#onEvent({ type: 'changed', target: this.#target, object });
    if (type === 'DELETED') this.#onEvent({ type: 'deleted', target: this.#target, object });
  }

  /** Items of built-in lists come without `apiVersion` and `kind`; the target knows them. */
  #accept(item: Json | undefined): readonly KubeObject[] {
    const { group, version, kind } = this.#target;
    const typed = { apiVersion: group === '' ? version : `${group}/${version}`, kind };
    const object = asKubeObject(isObject(item) ? { ...typed, ...item } : undefined);
    return object === undefined ? [] : [this.#parts.reduce(object)];
  }

  #path(query: Readonly<Record<string, string>>): string {
    return `${collectionPath(this.#target)}?${new URLSearchParams(query).toString()}`;
  }

  #say(state: WatchState): void {
    if (this.#state?.kind === state.kind && state.kind !== 'stale') return;
    this.#state = state;
    this.#onEvent({ type: 'state', target: this.#target, state });
  }

  /** `since` stays that of the first failure: so old is what is shown. */
  async #backOff(message: string, wait: number | undefined): Promise<void> {
    const since = this.#state?.kind === 'stale' ? this.#state.since : this.#parts.clock.now().toISOString();
    const isNews = this.#state?.kind !== 'stale' || this.#state.message !== message;
    const { firstBackoff, longestBackoff } = this.#parts.settings;
    const grown = Math.min(longestBackoff, firstBackoff * 2 ** this.#failures);
    this.#failures++;
    // A watch that was merely cut is taken up again before anybody is told.
    if (isNews && (this.#failures > 1 || this.#state?.kind !== 'watching'))
      this.#say({ kind: 'stale', since, message });
    await this.#pause(wait ?? grown * (0.5 + this.#parts.random() / 2));
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    try {
      await this.#parts.clock.delay(ms, this.#signal);
    } catch {
      // Closed while waiting; the loop sees the signal.
    }
  }
}

/** The API path of a selection, `/apis/apps/v1/namespaces/web/deployments`. */
export function collectionPath({ group, version, plural, namespace }: WatchTarget): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}
