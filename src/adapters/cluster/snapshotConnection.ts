import { readYaml } from '../../core/yaml/readYaml.ts';
import { unfoldList } from '../../core/yaml/unfoldList.ts';
import { reduceSecret } from '../../core/diff/secrets.ts';
import type { Json } from '../../core/model/json.ts';
import { asKubeObject, groupOf, namespaceOf } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { UserError, messageOf } from '../../core/model/userError.ts';
import type {
  ApiReply,
  ClusterConnection,
  LiveEvent,
  SecretHasher,
  ServedKind,
  WatchTarget,
} from '../../core/ports.ts';

/** A dump to stand for the cluster. */
export interface Snapshot {
  /** File name, for messages; it also stands in for the context. */
  readonly name: string;
  /** Output of `kubectl get … -o yaml` or `-o json`: a List, several documents, or one object. */
  readonly text: string;
}

/**
 * Objects of a dump as the live side. Only the kinds that occur in it are served, so that a kind which was not dumped
 * is never taken for missing. `UserError` `file-unreadable` for a text that is no dump.
 */
export class SnapshotConnection implements ClusterConnection {
  readonly context: string;
  readonly #objects: readonly KubeObject[];

  constructor(snapshot: Snapshot, hasher: SecretHasher) {
    this.context = snapshot.name;
    this.#objects = readObjects(snapshot).map((object) => reduceSecret(object, hasher));
  }

  readKinds(): Promise<readonly ServedKind[]> {
    const kinds = new Map<string, ServedKind>();
    for (const object of this.#objects) {
      const group = groupOf(object.apiVersion);
      const { kind } = object;
      const isPreferred = ![...kinds.values()].some((known) => known.group === group && known.kind === kind);
      const name = `${object.apiVersion}/${kind}`;
      const known = kinds.get(name);
      const isNamespaced = known?.isNamespaced === true || namespaceOf(object) !== undefined;
      kinds.set(name, {
        group,
        version: object.apiVersion.slice(object.apiVersion.lastIndexOf('/') + 1),
        kind,
        plural: kind.toLowerCase(),
        isNamespaced,
        isPreferred: known?.isPreferred ?? isPreferred,
        verbs: ['get', 'list', 'watch'],
      });
    }
    return Promise.resolve([...kinds.values()]);
  }

  follow(target: WatchTarget, onEvent: (event: LiveEvent) => void): { close(): void } {
    const closed = new AbortController();
    const objects = this.#objects.filter((object) => isOf(object, target));
    // After the return, as with a server: callers keep the handle before they hear anything.
    queueMicrotask(() => {
      if (closed.signal.aborted) return;
      onEvent({ type: 'listed', target, objects });
      onEvent({ type: 'state', target, state: { kind: 'watching' } });
    });
    return {
      close: () => {
        closed.abort();
      },
    };
  }

  send(): Promise<ApiReply> {
    const message = `${this.context} is a file, not a cluster; connect to the cluster to change it.`;
    return Promise.reject(new UserError('cluster-failed', message, { file: this.context }));
  }

  close(): void {
    // Nothing is held open.
  }
}

function isOf(object: KubeObject, { group, kind, namespace }: WatchTarget): boolean {
  if (object.kind !== kind || groupOf(object.apiVersion) !== group) return false;
  return namespace === undefined || namespaceOf(object) === namespace;
}

function readObjects({ name, text }: Snapshot): readonly KubeObject[] {
  const values = /^\s*[{[]/.test(text) ? readJson(name, text) : readDocuments(name, text);
  const objects = values.flatMap((value) => unfoldList(value)).map(({ value }) => asKubeObject(value));
  if (objects.length === 0 || objects.includes(undefined)) {
    const message = `${name} does not hold Kubernetes objects. Write it with kubectl get … --output=yaml --show-managed-fields.`;
    throw new UserError('file-unreadable', message, { file: name });
  }
  return objects.filter((object) => object !== undefined);
}

/** JSON has a parser of its own that is a hundred times faster, and dumps are large. */
function readJson(name: string, text: string): readonly Json[] {
  try {
    // File edge: JSON.parse is typed `any`; what it gives is read tolerantly.
    return [JSON.parse(text) as Json];
  } catch (cause) {
    throw new UserError('file-unreadable', `${name} is not valid JSON: ${messageOf(cause)}`, { file: name }, { cause });
  }
}

function readDocuments(name: string, text: string): readonly Json[] {
  const { documents, problems } = readYaml(text, 'plain');
  const error = problems.find(({ severity }) => severity === 'error');
  if (error === undefined) return documents.map(({ value }) => value);
  const message = `${name} is not valid YAML at line ${error.line}, column ${error.column}: ${error.message}`;
  throw new UserError('file-unreadable', message, { file: name, line: String(error.line) });
}
