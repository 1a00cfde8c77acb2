import { isObject, objectAt, stringAt } from './json.ts';
import type { Json, JsonObject } from './json.ts';

/** A Kubernetes object with the four facts that identify it; made by `asKubeObject` only. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject;
}

/** `group/Kind/namespace/name`; the core group is empty, no namespace reads `-`. Made by `keyOf` and `resourceKey`. */
export type ResourceKey = string & { readonly __key: unique symbol };

/** The parts of a resource key; `group` is `''` for core, `namespace` is absent for cluster-scoped or unplaced objects. */
export interface ResourceId {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Makes the one string form of a resource's identity. */
export function resourceKey(id: ResourceId): ResourceKey {
  // The only place that makes a key, hence the only assertion.
  return `${id.group}/${id.kind}/${id.namespace ?? '-'}/${id.name}` as ResourceKey;
}

/** The key of an object as it stands (no defaulting of the namespace). */
export function keyOf(object: KubeObject): ResourceKey {
  return resourceKey(idOf(object));
}

/** The identity of an object as it stands; an object with only `generateName` has the name `''`. */
export function idOf(object: KubeObject): ResourceId {
  return {
    group: groupOf(object.apiVersion),
    kind: object.kind,
    namespace: namespaceOf(object),
    name: nameOf(object),
  };
}

/** Splits a key into its parts again. */
export function parseKey(key: ResourceKey): ResourceId {
  const [group = '', kind = '', namespace = '-', ...name] = key.split('/');
  return { group, kind, namespace: namespace === '-' ? undefined : namespace, name: name.join('/') };
}

/** The API group of an `apiVersion`: `apps/v1` gives `apps`, `v1` gives `''`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** The `metadata.name`, or `''`. */
export function nameOf(object: KubeObject): string {
  return stringAt(object.metadata, 'name') ?? '';
}

/** The `metadata.namespace`, or `undefined` when absent or empty. */
export function namespaceOf(object: KubeObject): string | undefined {
  return stringAt(object.metadata, 'namespace') || undefined;
}

/** One label of an object. */
export function labelOf(object: KubeObject, name: string): string | undefined {
  return stringAt(objectAt(object.metadata, 'labels'), name);
}

/** One annotation of an object. */
export function annotationOf(object: KubeObject, name: string): string | undefined {
  return stringAt(objectAt(object.metadata, 'annotations'), name);
}

/** Reads outside data as a Kubernetes object: needs `apiVersion`, `kind` and a `metadata` map; else `undefined`. */
export function asKubeObject(value: Json | undefined): KubeObject | undefined {
  if (!isObject(value)) return undefined;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || kind === '') return undefined;
  const metadata = objectAt(value, 'metadata') ?? {};
  return { ...value, apiVersion, kind, metadata };
}

/** Kind and name as a person says them: `Deployment web`. */
export function describeKey(key: ResourceKey): string {
  const { kind, name } = parseKey(key);
  return `${kind} ${name}`;
}

/** Tells whether a field holds a value of a Secret, which is never said; the path is an RFC 6901 pointer. */
export function isSecretValue(key: ResourceKey, path: string): boolean {
  const { group, kind } = parseKey(key);
  return group === '' && kind === 'Secret' && /^\/(?:data|stringData)(?:\/|$)/.test(path);
}
