import { builtInVersion } from '../diff/schema/builtInTypes.ts';
import { objectMetaType, builtIn } from '../diff/schema/builtInSchemas.ts';
import { clusterTypes } from '../diff/schema/clusterTypes.ts';
import { definedSchemas, definitionsIn, publishedSchemas } from '../diff/schema/publishedSchemas.ts';
import { chainSchemas } from '../diff/schema/typeSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { stringAt } from '../model/json.ts';
import type { Rendering } from '../model/rendering.ts';
import { nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { isAbort } from '../model/userError.ts';
import type { ClusterConnection, Clock, LiveEvent, PublishedSchemas, ServedKind, WatchTarget } from '../ports.ts';
import { Memo } from './memo.ts';

/** All definitions, without what makes them large. */
const definitionsTarget: WatchTarget = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  isMetadataOnly: true,
};

/** Milliseconds after which schemas are asked for again that a definition announced: servers publish them a moment later. */
const patience = [0, 500, 2_000, 8_000] as const;

const metadataType = objectMetaType(builtIn);

/** What the owner is told. */
export interface ClusterSchemasEvents {
  /** Schemas were read, changed or are gone. */
  onChange(): void;
  /** Definitions came or went, so that the server serves other kinds than before. */
  onKinds(): void;
}

/** The schemas of one group version. */
interface KnownSchemas {
  readonly hash: string;
  readonly types: TypeSchemas;
}

/**
 * The schemas that one cluster publishes for the declared kinds: those of custom kinds, of kinds that are newer than the
 * built-in table, and of all others where the server is of another version than the table. A group whose schemas cannot be
 * read goes without; that is no trouble. Where the metadata of all definitions may be watched, schemas of one that changes
 * are read again, and kinds that come are noticed.
 */
export class ClusterSchemas {
  readonly #connection: ClusterConnection;
  readonly #clock: Clock;
  readonly #events: ClusterSchemasEvents;
  readonly #signal: AbortSignal;
  /** Group versions that are wanted. */
  readonly #asked = new Set<string>();
  readonly #awaited = new Set<string>();
  readonly #known = new Map<string, KnownSchemas>();
  /** Version by name, as the watch has seen them; absent until its first list. */
  #seen: ReadonlyMap<string, string> | undefined;
  #isFollowing = false;
  #types: TypeSchemas = builtIn;

  constructor(connection: ClusterConnection, clock: Clock, signal: AbortSignal, events: ClusterSchemasEvents) {
    this.#connection = connection;
    this.#clock = clock;
    this.#events = events;
    this.#signal = signal;
  }

  /** The built-in kinds and what was read so far; the same value as long as nothing came, changed or went. */
  get types(): TypeSchemas {
    return this.#types;
  }

  /** Whether schemas are still awaited. */
  get isReading(): boolean {
    return this.#awaited.size > 0;
  }

  /** Whether the schemas of a group version are still awaited: a comparison without them could be wrong. */
  awaits(apiVersion: string): boolean {
    return this.#awaited.has(apiVersion);
  }

  /** Reads what the table does not know of these kinds, unless it was asked for; `version` is the server's (`v1.33.4`). */
  want(kinds: readonly ServedKind[], version: string | undefined): void {
    const isTabled = version === undefined || minorOf(version) === builtInVersion;
    for (const kind of kinds) {
      const apiVersion = apiVersionOf(kind);
      if (this.#asked.has(apiVersion)) continue;
      if (isTabled && builtIn.typeOf(apiVersion, kind.kind) !== undefined) continue;
      this.#asked.add(apiVersion);
      this.#awaited.add(apiVersion);
      const isDefined = this.#seen?.has(nameOfDefinition(kind)) === true;
      void this.#read(apiVersion, isDefined ? patience : [0]);
    }
  }

  /** Notices from now on when definitions come, change and go; for clusters of which custom kinds are wanted. */
  follow(): void {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const following = this.#connection.follow(definitionsTarget, (event) => {
      this.#notice(event);
    });
    this.#signal.addEventListener('abort', () => {
      following.close();
    });
  }

  /** Whether the served kinds are those of the definitions that were seen; discovery lags a little behind. */
  isIn(kinds: readonly ServedKind[]): boolean {
    const served = new Set(kinds.map(nameOfDefinition));
    return [...(this.#seen?.keys() ?? [])].every((name) => served.has(name));
  }

  #notice(event: LiveEvent): void {
    const before = this.#seen;
    const now = nextVersions(before, event);
    if (now === undefined) return;
    this.#seen = now;
    if (before === undefined) return;
    const changed = [...new Set([...before.keys(), ...now.keys()])].filter(
      (name) => before.get(name) !== now.get(name),
    );
    const groups = new Set(changed.map((name) => name.slice(name.indexOf('.') + 1)));
    for (const apiVersion of this.#asked) {
      const isRead = !this.#awaited.has(apiVersion) && groups.has(apiVersion.slice(0, apiVersion.indexOf('/')));
      if (isRead) void this.#read(apiVersion, patience);
    }
    if (changed.length > 0) this.#events.onKinds();
  }

  /** Asks until there is something else than before, as often as `waits` has it. */
  async #read(apiVersion: string, waits: readonly number[]): Promise<void> {
    let isNews = false;
    try {
      for (const [index, wait] of waits.entries()) {
        if (wait > 0) await this.#clock.delay(wait, this.#signal);
        const found = await this.#connection.readSchemas(apiVersion, this.#signal, waits.length > 1);
        // What is published anew is missing for a moment.
        const isDecided = found !== undefined || index === waits.length - 1;
        if (!isDecided || found?.hash === this.#known.get(apiVersion)?.hash) continue;
        this.#accept(apiVersion, found);
        isNews = true;
        break;
      }
    } catch (error) {
      if (isAbort(error)) return;
      // Asked again once the kind is wanted anew: what failed was the way there, not the right.
      this.#asked.delete(apiVersion);
    }
    const wasAwaited = this.#awaited.delete(apiVersion);
    if ((isNews || wasAwaited) && !this.#signal.aborted) this.#events.onChange();
  }

  #accept(apiVersion: string, found: PublishedSchemas | undefined): void {
    if (found === undefined) this.#known.delete(apiVersion);
    else {
      const types = clusterTypes(builtIn, publishedSchemas(found.document, metadataType));
      this.#known.set(apiVersion, { hash: found.hash, types });
    }
    const known = new Map(this.#known);
    this.#types =
      known.size === 0
        ? builtIn
        : { typeOf: (at, kind) => known.get(at)?.types.typeOf(at, kind) ?? builtIn.typeOf(at, kind) };
  }
}

function nameOfDefinition({ plural, group }: ServedKind): string {
  return `${plural}.${group}`;
}

/** Versions by name after an event of the watch; `undefined` when it says nothing about them. */
function nextVersions(
  before: ReadonlyMap<string, string> | undefined,
  event: LiveEvent,
): ReadonlyMap<string, string> | undefined {
  const version = ({ metadata }: KubeObject): string => stringAt(metadata, 'resourceVersion') ?? '';
  switch (event.type) {
    case 'state':
      return undefined;
    case 'listed':
      return new Map(event.objects.map((object) => [nameOf(object), version(object)]));
    case 'changed':
      return new Map([...(before ?? []), [nameOf(event.object), version(event.object)]]);
    case 'deleted':
      return new Map([...(before ?? [])].filter(([name]) => name !== nameOf(event.object)));
  }
}

function apiVersionOf({ group, version }: ServedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `1.33` of `v1.33.4-gke.7`. */
function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? '';
}

/** The schemas for an app on a cluster: the cluster's own, then those of definitions that the app brings itself. */
export class AppSchemas {
  readonly #kept = new Memo<string, TypeSchemas>();

  /** The same value as long as the cluster's schemas and the definitions are the same. */
  for(key: string, cluster: TypeSchemas, { objects }: Rendering): TypeSchemas {
    const own = definitionsIn(objects.map(({ object }) => object));
    if (own.length === 0) return cluster;
    return this.#kept.remember(key, [cluster, ...own], () =>
      chainSchemas(cluster, publishedSchemas(definedSchemas(own), metadataType)),
    );
  }
}
