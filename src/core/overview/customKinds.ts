import { objectMetaType, builtIn } from '../diff/schema/builtInSchemas.ts';
import { customSchemas, definitionsIn } from '../diff/schema/customSchemas.ts';
import { chainSchemas } from '../diff/schema/typeSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { Rendering } from '../model/rendering.ts';
import { nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { isAbort } from '../model/userError.ts';
import type { ClusterConnection, LiveEvent, ServedKind, WatchTarget } from '../ports.ts';
import { Memo } from './memo.ts';

/** All definitions, without what makes them large. */
const definitionsTarget: WatchTarget = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  isMetadataOnly: true,
};

/** What the owner is told. */
export interface CustomKindsEvents {
  /** A definition was read, or is gone. */
  onChange(): void;
  /** Definitions came or went, so that the server serves other kinds than before. */
  onKinds(): void;
}

/**
 * The CustomResourceDefinitions of the declared kinds of one cluster, each read by its name, which asks for fewer rights
 * than a list. One that may not be read, or cannot be, leaves its kind without a schema; that is no trouble. Where the
 * metadata of all may be watched, a definition that changes is read again, and kinds that come are noticed.
 */
export class CustomKinds {
  readonly #connection: ClusterConnection;
  readonly #events: CustomKindsEvents;
  readonly #asked = new Set<string>();
  readonly #signal: AbortSignal;
  readonly #read = new Map<string, JsonObject>();
  /** Version by name, as the watch has seen them; absent until its first list. */
  #seen: ReadonlyMap<string, string> | undefined;
  #isFollowing = false;
  #pending = 0;
  #definitions: readonly JsonObject[] = [];

  constructor(connection: ClusterConnection, signal: AbortSignal, events: CustomKindsEvents) {
    this.#connection = connection;
    this.#signal = signal;
    this.#events = events;
  }

  /** Those read so far; the same list as long as none came, changed or went. */
  get definitions(): readonly JsonObject[] {
    return this.#definitions;
  }

  /** Whether a definition is still awaited: a comparison without it could be wrong. */
  get isReading(): boolean {
    return this.#pending > 0;
  }

  /** Reads the definitions of these kinds, as far as they are custom ones and were not asked for. */
  want(kinds: readonly ServedKind[]): void {
    for (const kind of kinds) {
      if (kind.group === '' || isKnown(kind)) continue;
      const name = nameOfDefinition(kind);
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      void this.#readOne(name);
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
    for (const name of changed) if (this.#asked.has(name)) void this.#readOne(name);
    if (changed.length > 0) this.#events.onKinds();
  }

  async #readOne(name: string): Promise<void> {
    this.#pending += 1;
    const definition = await this.#ask(name);
    this.#pending -= 1;
    if (this.#signal.aborted) return;
    if (definition === undefined) this.#read.delete(name);
    else this.#read.set(name, definition);
    this.#definitions = [...this.#read.values()];
    this.#events.onChange();
  }

  async #ask(name: string): Promise<JsonObject | undefined> {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    try {
      const { status, body } = await this.#connection.send({ method: 'GET', path }, this.#signal);
      return status === 200 && stringAt(body, 'kind') === 'CustomResourceDefinition' ? body : undefined;
    } catch (error) {
      // Asked again once the kind is wanted anew: what failed was the way there, not the right.
      if (!isAbort(error)) this.#asked.delete(name);
      return this.#read.get(name);
    }
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

function isKnown({ group, version, kind }: ServedKind): boolean {
  return builtIn.typeOf(`${group}/${version}`, kind) !== undefined;
}

/** The schemas for an app on a cluster: Kubernetes' own kinds, the cluster's definitions, then those that the app brings itself. */
export class AppSchemas {
  readonly #kept = new Memo<string, TypeSchemas>();
  readonly #metadata = objectMetaType(builtIn);

  /** The same value as long as no definition is another one. */
  for(key: string, cluster: readonly JsonObject[], { objects }: Rendering): TypeSchemas {
    const own = definitionsIn(objects.map(({ object }) => object));
    if (own.length === 0 && cluster.length === 0) return builtIn;
    return this.#kept.remember(key, [cluster, ...own], () =>
      chainSchemas(builtIn, customSchemas(cluster, this.#metadata), customSchemas(own, this.#metadata)),
    );
  }
}
