/**
 * Writes src/core/diff/schema/builtInTypes.ts: what the comparison must know of Kubernetes' own kinds, from the OpenAPI
 * documents of k8s.io/kubernetes, the Go types of k8s.io/api (pointers, which OpenAPI does not tell) and `defaults.json`
 * (k8s.io/kubernetes `pkg/apis/*\/v1/defaults.go`, which exist as Go code only).
 *
 * How `defaults.json` is kept true: it was read off those files for the version below; where OpenAPI states a default the
 * two must agree, or this script stops; and test/cluster/surface.test.ts holds every value that a real API server writes
 * into fields which nobody declared against it. A default that depends on a neighbour is in the table where a removal may
 * bring it back (a dry-run then decides), or is a rule in src/core/diff/redefaulting.ts.
 *
 *     node scripts/generate/typeTable.ts [--version v1.34.2]
 *
 * needs k8s.io/kubernetes, k8s.io/api, k8s.io/apimachinery, k8s.io/apiextensions-apiserver and k8s.io/kube-aggregator in
 * the Go module cache; the control plane's module (test/cluster) brings them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind }>>>
  >;
}

/** Group versions that a server serves by default; alpha and beta groups stay out, and what nobody can read back. */
const documents = [
  'api__v1',
  ...[
    'apps__v1',
    'batch__v1',
    'autoscaling__v1',
    'autoscaling__v2',
    'networking.k8s.io__v1',
    'policy__v1',
    'rbac.authorization.k8s.io__v1',
    'storage.k8s.io__v1',
    'scheduling.k8s.io__v1',
    'admissionregistration.k8s.io__v1',
    'apiextensions.k8s.io__v1',
    'apiregistration.k8s.io__v1',
    'coordination.k8s.io__v1',
    'discovery.k8s.io__v1',
    'node.k8s.io__v1',
    'certificates.k8s.io__v1',
    'flowcontrol.apiserver.k8s.io__v1',
    'resource.k8s.io__v1',
    'events.k8s.io__v1',
  ].map((name) => `apis__${name}`),
];

/** API plumbing. */
const unwantedKinds =
  /List$|Options$|^(?:Binding|Eviction|Scale|Status|TokenRequest|WatchEvent|APIGroup|APIResourceList|ComponentStatus)$/;

const scalarRefs: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'o',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'x',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'x',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'x',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'x',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'x',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'x',
};

const { values: options } = parseArgs({ options: { version: { type: 'string', default: 'v1.34.2' } } });
const k8sVersion = options.version;
const libraryVersion = k8sVersion.replace(/^v1/, 'v0');
const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

// The file beside this script.
const defaults = JSON.parse(readText(join(import.meta.dirname, 'defaults.json'))) as Readonly<
  Record<string, Readonly<Record<string, unknown>>>
>;

/** The json names of pointer fields by Go type; `@Name` for an embedded struct. Types of one name in several packages do not collide here. */
function readGoPointers(): ReadonlyMap<string, ReadonlySet<string>> {
  const folders = [
    ...listGo(join(cache, `k8s.io/api@${libraryVersion}`)),
    join(cache, `k8s.io/apimachinery@${libraryVersion}/pkg/apis/meta/v1`),
    join(cache, `k8s.io/apiextensions-apiserver@${libraryVersion}/pkg/apis/apiextensions/v1`),
    join(cache, `k8s.io/kube-aggregator@${libraryVersion}/pkg/apis/apiregistration/v1`),
  ].filter(existsSync);
  const pointers = new Map<string, Set<string>>();
  for (const folder of folders) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('types.go') || name.startsWith('types_'))) {
      readPointersOf(readFileSync(join(folder, file), 'utf8'), packageKey(folder), pointers);
    }
  }
  return pointers;
}

function listGo(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((group) =>
      readdirSync(join(root, group.name), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && /^v\d+$/.test(entry.name))
        .map((entry) => join(root, group.name, entry.name)),
    );
}

/** The last two folders: `core/v1`; OpenAPI names end the same way (`io.k8s.api.core.v1.Pod`). */
function packageKey(folder: string): string {
  return folder.split('/').slice(-2).join('/');
}

function readPointersOf(source: string, where: string, into: Map<string, Set<string>>): void {
  let type: string | undefined;
  for (const line of source.split('\n')) {
    const start = /^type (\w+) struct \{/.exec(line);
    if (start?.[1] !== undefined) type = `${where}/${start[1]}`;
    if (line.startsWith('}')) type = undefined;
    if (type === undefined) continue;
    const embedded = /^\s+(\w+)\s+`json:",inline"/.exec(line)?.[1];
    const field = /^\s+\w+\s+(\*?)[\w.[\]*]+\s+`json:"([^,"]+)/.exec(line);
    const name = embedded === undefined ? (field?.[1] === '*' ? field[2] : undefined) : `@${embedded}`;
    if (name !== undefined) into.set(type, (into.get(type) ?? new Set<string>()).add(name));
  }
}

/** The pointers of a type, those of the structs it embeds (`@Name`) among them. */
function pointersOf(where: string, type: string): ReadonlySet<string> {
  const own = [...(pointers.get(`${where}/${type}`) ?? [])];
  return new Set(own.flatMap((name) => (name.startsWith('@') ? [...pointersOf(where, name.slice(1))] : [name])));
}

const pointers = readGoPointers();
const schemas = new Map<string, Schema>();
const objects = new Map<string, GroupVersionKind>();
const lines: string[] = [];
const ids = new Map<string, number>();

for (const name of documents) {
  const folder = join(cache, `k8s.io/kubernetes@${k8sVersion}/api/openapi-spec/v3`);
  // The shape is Kubernetes' own; a wrong one fails loudly below.
  const document = JSON.parse(readText(join(folder, `${name}_openapi.json`))) as OpenApi;
  for (const [key, schema] of Object.entries(document.components.schemas)) schemas.set(key, schema);
  for (const [path, operations] of Object.entries(document.paths)) {
    const gvk = operations.get?.['x-kubernetes-group-version-kind'];
    if (gvk === undefined || !path.endsWith('{name}') || unwantedKinds.test(gvk.kind)) continue;
    objects.set(`${gvk.group}/${gvk.version}/${gvk.kind}`, gvk);
  }
}

const nameOfRef = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

function refOf(schema: Schema): string | undefined {
  const ref = schema.$ref ?? schema.allOf?.find((part) => part.$ref !== undefined)?.$ref;
  return ref === undefined ? undefined : nameOfRef(ref);
}

function idOf(name: string): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const id = lines.push('') - 1;
  ids.set(name, id);
  lines[id] = lineOf(name);
  return id;
}

/** What is never compared; a claim inside a StatefulSet is no object of its own, so its status is a field like any other. */
function hiddenFields(type: string): readonly string[] {
  return type === 'PersistentVolumeClaim' ? ['apiVersion', 'kind'] : ['apiVersion', 'kind', 'status'];
}

function lineOf(name: string): string {
  const schema = schemas.get(name) ?? {};
  const [, group = '', apiVersion = '', type = ''] = /\.(\w+)\.(v\w+)\.(\w+)$/.exec(name) ?? [];
  const own = pointersOf(`${group}/${apiVersion}`, type);
  const isKind = (schema['x-kubernetes-group-version-kind']?.length ?? 0) > 0;
  const fields = Object.entries(schema.properties ?? {})
    .filter(([field]) => !(isKind && hiddenFields(type).includes(field)))
    .filter(([field]) => !(type === 'ObjectMeta' && field === 'managedFields'))
    .map(([field, value]) => fieldOf(field, value, own.has(field), defaultOf(type, field, value)));
  return `${schema['x-kubernetes-map-type'] === 'atomic' ? '= ' : ''}${fields.join(' ')}`;
}

/** The default by Go code or by OpenAPI, which writes zeros and `{}` where there is none. */
function defaultOf(type: string, field: string, schema: Schema): unknown {
  const known = defaults[type]?.[field];
  const stated = schema.default;
  // Zeros of plain fields are stated as defaults too; those the server leaves out.
  const isStated = ['string', 'number', 'boolean'].includes(typeof stated) && Boolean(stated);
  if (!isStated || !/^\w+$/.test(codeOf(schema))) return known;
  if (known === undefined || known === stated) return stated;
  throw new Error(`defaults.json says ${type}.${field} is ${JSON.stringify(known)}, OpenAPI ${JSON.stringify(stated)}`);
}

function fieldOf(field: string, schema: Schema, isPointer: boolean, fallback: unknown): string {
  const code = codeOf(schema);
  const flag = isPointer && /^[sibnoqt]$/.test(code) ? '!' : !isPointer && /^\d+$/.test(code) ? '.' : '';
  const suffix =
    fallback === undefined ? '' : `~${encodeURIComponent(JSON.stringify(fallback)).replaceAll('%22', "'")}`;
  return `${flag}${code}` === 's' && suffix === '' ? field : `${field}:${flag}${code}${suffix}`;
}

function codeOf(schema: Schema): string {
  const ref = refOf(schema);
  if (ref !== undefined) return scalarRefs[ref] ?? structOf(ref);
  if (schema.type === 'array') return `${listPrefix(schema)}${codeOf(schema.items ?? {})}`;
  if (schema.additionalProperties !== undefined) {
    return `${schema['x-kubernetes-map-type'] === 'atomic' ? '=' : ''}<${codeOf(schema.additionalProperties)}`;
  }
  if (schema.type === 'string') return schema.format === 'byte' ? 'y' : schema.format === 'date-time' ? 't' : 's';
  return { integer: 'i', number: 'n', boolean: 'b' }[schema.type ?? ''] ?? 'x';
}

/** A reference to a plain scalar type (an enum of strings) or to a struct. */
function structOf(ref: string): string {
  const schema = schemas.get(ref);
  return schema?.properties === undefined ? codeOf(schema ?? {}) : String(idOf(ref));
}

function listPrefix(schema: Schema): string {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'map' && keys !== undefined) return `{${keys.join(',')}}`;
  if (schema['x-kubernetes-list-type'] === 'set') return '(';
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  return mergeKey !== undefined && schema['x-kubernetes-list-type'] === undefined ? `{${mergeKey}}` : '[';
}

const kinds = new Map<string, string[]>();
for (const gvk of objects.values()) {
  const name = [...schemas].find(([key, schema]) =>
    (schema['x-kubernetes-group-version-kind'] ?? []).some(
      (each) =>
        each.group === gvk.group && each.version === gvk.version && each.kind === gvk.kind && key.endsWith(gvk.kind),
    ),
  )?.[0];
  if (name === undefined) continue;
  const apiVersion = gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
  kinds.set(apiVersion, [...(kinds.get(apiVersion) ?? []), `${gvk.kind}:${String(idOf(name))}`]);
}

const kindText = [...kinds].map(([apiVersion, each]) => `${apiVersion} ${each.join(' ')}`).join('\n');
writeFileSync(
  join(import.meta.dirname, '../../src/core/diff/schema/builtInTypes.ts'),
  `/* eslint max-lines: off -- generated by scripts/generate/typeTable.ts from Kubernetes ${k8sVersion}; do not edit. */

/** The minor version of the Kubernetes that the table was made from. */
export const builtInVersion = '${/^v(\d+\.\d+)/.exec(k8sVersion)?.[1] ?? ''}';

/** One line a group version: \`apiVersion Kind:type …\`. */
export const builtInKinds = \`
${kindText}\`;

/** One line a type, numbered from 0; the notation is read by \`builtInSchemas\`. */
export const builtInTypes = \`
${lines.join('\n')}\`;
`,
);
console.log(
  `${String(objects.size)} kinds, ${String(lines.length)} types, ${String(lines.join('\n').length + kindText.length)} characters`,
);
