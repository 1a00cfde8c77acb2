import { isObject, listAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import type { SurfaceApi } from './surfaceApi.ts';

/** A kind that people can create and read back. */
export interface SurfaceKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** Collection path; `{namespace}` stands for the namespace. */
  readonly path: string;
  readonly schema: Schema;
}

/** One OpenAPI schema with the name of its Go type, short: `Container`, `DeploymentSpec`. */
export interface Schema {
  readonly name: string;
  readonly node: JsonObject;
  readonly document: JsonObject;
}

/** What the server serves: the kinds to test, and those left out with the reason. */
export interface Surface {
  readonly kinds: readonly SurfaceKind[];
  readonly leftOut: readonly string[];
}

/** Reads the server's own OpenAPI v3 documents of the wanted group versions: Kubernetes' own unless told otherwise. */
export async function readSurface(
  api: SurfaceApi,
  isWanted: (apiVersion: string) => boolean = isBuiltIn,
): Promise<Surface> {
  const index = (await api.get('/openapi/v3')).body;
  const kinds: SurfaceKind[] = [];
  const leftOut: string[] = [];
  for (const [name, place] of Object.entries(objectAt(index, 'paths') ?? {})) {
    const apiVersion = /^api\/(v1)$|^apis\/([\w.-]+\/v\d\w*)$/.exec(name)?.slice(1).find(Boolean);
    if (apiVersion === undefined || !isWanted(apiVersion)) continue;
    const document = objectAt((await api.get(stringAt(place, 'serverRelativeURL') ?? '')).body) ?? {};
    const found = kindsOf(apiVersion, document);
    kinds.push(...found.kinds);
    leftOut.push(...found.leftOut);
  }
  return { kinds, leftOut };
}

/** Tells whether a group version is of Kubernetes itself, by its group's name; of those only stable versions. */
function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return /v\d+$/.test(apiVersion) && (!group.includes('.') || group.endsWith('.k8s.io'));
}

function kindsOf(apiVersion: string, document: JsonObject): Surface {
  const kinds: SurfaceKind[] = [];
  const leftOut: string[] = [];
  const paths = objectAt(document, 'paths') ?? {};
  for (const [path, operations] of Object.entries(paths)) {
    const kind = stringAt(operations, 'post', 'x-kubernetes-group-version-kind', 'kind');
    if (kind === undefined || path.includes('{name}')) continue;
    const item = objectAt(paths, `${path}/{name}`);
    if (item?.get === undefined || item.patch === undefined) {
      leftOut.push(`${apiVersion} ${kind}: a question to the server, which keeps no object to read back`);
      continue;
    }
    const schema = schemaOfKind(document, apiVersion, kind);
    if (schema !== undefined)
      kinds.push({ apiVersion, kind, isNamespaced: path.includes('{namespace}'), path, schema });
  }
  return { kinds, leftOut };
}

function schemaOfKind(document: JsonObject, apiVersion: string, kind: string): Schema | undefined {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const named = Object.entries(objectAt(document, 'components', 'schemas') ?? {});
  for (const [name, node] of named) {
    const matches = listAt(node, 'x-kubernetes-group-version-kind').some(
      (each) =>
        stringAt(each, 'group') === group && stringAt(each, 'version') === version && stringAt(each, 'kind') === kind,
    );
    if (matches && isObject(node) && name.endsWith(`.${kind}`)) return { name: kind, node, document };
  }
  return undefined;
}

/** The schema behind references (`$ref`, or one in `allOf`); an inline one is named by its owner and field. */
function resolveSchema(raw: Json | undefined, document: JsonObject, inlineName: string): Schema {
  const reference =
    stringAt(raw, '$ref') ??
    listAt(raw, 'allOf')
      .map((each) => stringAt(each, '$ref'))
      .find((each) => each !== undefined);
  if (reference === undefined) return { name: inlineName, node: objectAt(raw) ?? {}, document };
  const full = reference.slice(reference.lastIndexOf('/') + 1);
  const node = valueAt(document, 'components', 'schemas', full);
  return { name: full.slice(full.lastIndexOf('.') + 1), node: objectAt(node) ?? {}, document };
}

/** The schema of a field, map value or list item. */
export function schemaBelow(schema: Schema, key: string | number): Schema | undefined {
  const { node, document, name } = schema;
  if (typeof key === 'number' || node.type === 'array') return resolveSchema(node.items, document, `${name}[]`);
  const property = objectAt(node, 'properties')?.[key];
  if (property !== undefined) return resolveSchema(property, document, `${name}.${key}`);
  return node.additionalProperties === undefined
    ? undefined
    : resolveSchema(node.additionalProperties, document, `${name}{}`);
}
