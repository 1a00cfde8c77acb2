import { objectMetaType, builtIn } from '../diff/schema/builtInSchemas.ts';
import { customSchemas } from '../diff/schema/customSchemas.ts';
import { chainSchemas } from '../diff/schema/typeSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { Rendering } from '../model/rendering.ts';
import { isAbort } from '../model/userError.ts';
import type { ClusterConnection, ServedKind } from '../ports.ts';
import { Memo } from './memo.ts';

const noDefinitions: readonly JsonObject[] = [];

/**
 * The CustomResourceDefinitions of the declared kinds of one cluster, each read once by its name, which asks for fewer
 * rights than a list. One that may not be read, or cannot be, leaves its kind without a schema; that is no trouble.
 */
export class CustomKinds {
  readonly #connection: ClusterConnection;
  readonly #onChange: () => void;
  readonly #asked = new Set<string>();
  readonly #signal: AbortSignal;
  #pending = 0;
  #definitions: readonly JsonObject[] = noDefinitions;

  constructor(connection: ClusterConnection, signal: AbortSignal, onChange: () => void) {
    this.#connection = connection;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** Those read so far; the same list as long as none came. */
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
      const name = `${kind.plural}.${kind.group}`;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      void this.#read(name);
    }
  }

  async #read(name: string): Promise<void> {
    this.#pending += 1;
    const definition = await this.#ask(name);
    this.#pending -= 1;
    if (this.#signal.aborted) return;
    if (definition !== undefined) this.#definitions = [...this.#definitions, definition];
    this.#onChange();
  }

  async #ask(name: string): Promise<JsonObject | undefined> {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    try {
      const { status, body } = await this.#connection.send({ method: 'GET', path }, this.#signal);
      return status === 200 && stringAt(body, 'kind') === 'CustomResourceDefinition' ? body : undefined;
    } catch (error) {
      // Asked again once the kind is wanted anew: what failed was the way there, not the right.
      if (!isAbort(error)) this.#asked.delete(name);
      return undefined;
    }
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
    const own = objects.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object] : []));
    if (own.length === 0 && cluster.length === 0) return builtIn;
    return this.#kept.remember(key, [cluster, ...own], () =>
      chainSchemas(builtIn, customSchemas(cluster, this.#metadata), customSchemas(own, this.#metadata)),
    );
  }
}
