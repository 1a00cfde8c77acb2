import { readYaml } from '../../core/yaml/readYaml.ts';
import { unfoldList } from '../../core/yaml/unfoldList.ts';
import { definedSchemas } from '../../core/diff/schema/publishedSchemas.ts';
import { reduceSecret } from '../../core/diff/secrets.ts';
import { isObject, stringAt } from '../../core/model/json.ts';
import type { Json } from '../../core/model/json.ts';
import { asKubeObject, groupOf, keyOf, nameOf, namespaceOf } from '../../core/model/resource.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { UserError, messageOf } from '../../core/model/userError.ts';
import type {
  ApiReply,
  ApiRequest,
  ClusterConnection,
  LiveEvent,
  PublishedSchemas,
  SecretHasher,
  ServedKind,
  WatchTarget,
} from '../../core/ports.ts';
import { OwnershipTrees } from './ownershipTrees.ts';

/** A dump to stand for the cluster. */
export interface Snapshot {
  /** Name of the file or folder; it stands in for the context. */
  readonly name: string;
  /** Its files. Of a single one every document must be an object; beside others there may be logs and the like. */
  readonly files: readonly SnapshotFile[];
}

/** Output of `kubectl get … -o yaml` or `-o json`: a List, several documents, or one object. */
export interface SnapshotFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

/**
 * Objects of a dump as the live side. Only the kinds that occur in it are served, so that a kind which was not dumped
 * is never taken for missing. `UserError` `file-unreadable` for a text that is no dump.
 */
export class SnapshotConnection implements ClusterConnection {
  readonly context: string;
  readonly #objects: readonly KubeObject[];
  /** Plural by `group/Kind`, from the definitions in the dump. */
  readonly #plurals: ReadonlyMap<string, string>;

  constructor(snapshot: Snapshot, hasher: SecretHasher) {
    this.context = snapshot.name;
    const ownership = new OwnershipTrees();
    this.#objects = readObjects(snapshot).map((object) => ownership.share(reduceSecret(object, hasher)));
    this.#plurals = new Map(this.#objects.flatMap(pluralOf));
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
        plural: this.#plurals.get(`${group}/${kind}`) ?? guessPlural(kind),
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

  /** From the definitions of custom kinds, as far as they were dumped. */
  readSchemas(apiVersion: string): Promise<PublishedSchemas | undefined> {
    const group = groupOf(apiVersion);
    const definitions = this.#objects.filter((each) => isDefinition(each) && stringAt(each, 'spec', 'group') === group);
    const document = definedSchemas(definitions);
    return Promise.resolve(definitions.length === 0 ? undefined : { hash: this.context, document });
  }

  /** Events can be read, as far as they were dumped; everything else needs a cluster. */
  send({ method, path }: ApiRequest): Promise<ApiReply> {
    const place = method === 'GET' ? /^\/api\/v1\/namespaces\/([^/]+)\/events$/.exec(path)?.[1] : undefined;
    if (place !== undefined) {
      const target = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespace: place };
      const items = this.#objects.filter((object) => isOf(object, target));
      return Promise.resolve({ status: 200, body: { kind: 'EventList', items }, warnings: [] });
    }
    const message = `${this.context} is a file, not a cluster; connect to the cluster to change it.`;
    return Promise.reject(new UserError('cluster-failed', message, { file: this.context }));
  }

  close(): void {
    // Nothing is held open.
  }
}

function isOf(object: KubeObject, { group, kind, namespace, name }: WatchTarget): boolean {
  if (name !== undefined && nameOf(object) !== name) return false;
  if (object.kind !== kind || groupOf(object.apiVersion) !== group) return false;
  return namespace === undefined || namespaceOf(object) === namespace;
}

function isDefinition({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && groupOf(apiVersion) === 'apiextensions.k8s.io';
}

function pluralOf(object: KubeObject): readonly (readonly [string, string])[] {
  if (!isDefinition(object)) return [];
  const [group, kind, plural] = [['group'], ['names', 'kind'], ['names', 'plural']].map((at) =>
    stringAt(object, 'spec', ...at),
  );
  return plural === undefined ? [] : [[`${group ?? ''}/${kind ?? ''}`, plural]];
}

/** The plural that Kubernetes forms of a kind (apimachinery, `UnsafeGuessKindToResource`); right for all of its own. */
function guessPlural(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('endpoints')) return name;
  if (name.endsWith('s')) return `${name}es`;
  return name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** An object that stands in several files (must-gather has lists beside single objects) is one. */
function readObjects({ name, files }: Snapshot): readonly KubeObject[] {
  const found = new Map<string, KubeObject>();
  let others = 0;
  for (const file of files) {
    const values = /^\s*[{[]/.test(file.text) ? readJson(file) : readDocuments(file);
    for (const value of values.flatMap(itemsOf)) {
      const object = asKubeObject(value);
      if (object === undefined) others += 1;
      else if (!found.has(identity(object))) found.set(identity(object), object);
    }
  }
  if (found.size > 0 && (others === 0 || files.length > 1)) return [...found.values()];
  const message = `${name} does not hold Kubernetes objects. Write it with kubectl get … --output=yaml --show-managed-fields.`;
  throw new UserError('file-unreadable', message, { file: name });
}

function identity(object: KubeObject): string {
  return `${object.apiVersion} ${keyOf(object)}`;
}

/** The objects of a list; those of a typed one (`PodList`, as `kubectl cluster-info dump` writes them) do not say their kind. */
function itemsOf(value: Json): readonly Json[] {
  const kind = stringAt(value, 'kind') ?? '';
  const apiVersion = stringAt(value, 'apiVersion') ?? '';
  const isTyped = kind.endsWith('List') && kind !== 'List' && apiVersion !== '';
  const items = unfoldList(value).map((each) => each.value);
  if (!isTyped) return items;
  return items.map((item) => (isObject(item) ? { apiVersion, kind: kind.slice(0, -'List'.length), ...item } : item));
}

/** JSON has a parser of its own that is a hundred times faster, and dumps are large. */
function readJson({ name, text }: SnapshotFile): readonly Json[] {
  try {
    // File edge: JSON.parse is typed `any`; what it gives is read tolerantly.
    return [JSON.parse(text) as Json];
  } catch (cause) {
    throw new UserError('file-unreadable', `${name} is not valid JSON: ${messageOf(cause)}`, { file: name }, { cause });
  }
}

function readDocuments({ name, text }: SnapshotFile): readonly Json[] {
  const { documents, problems } = readYaml(text, 'plain');
  const error = problems.find(({ severity }) => severity === 'error');
  if (error === undefined) return documents.map(({ value }) => value);
  const message = `${name} is not valid YAML at line ${error.line}, column ${error.column}: ${error.message}`;
  throw new UserError('file-unreadable', message, { file: name, line: String(error.line) });
}
