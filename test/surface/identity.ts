import { objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import type { SurfaceKind } from './surfaceKinds.ts';

/** Where an object goes and its number: equal bodies with different numbers do not collide. */
export interface Placement {
  readonly namespace: string;
  readonly serial: number;
  readonly metadata?: JsonObject;
}

/** The body as an object with a name of its own, which some kinds derive from other fields. */
export function identify(kind: SurfaceKind, body: JsonObject, { namespace, serial, metadata }: Placement): KubeObject {
  const named = namings[kind.kind]?.(body, serial, kind) ?? { name: `surface-${String(serial)}`, body };
  const object = asKubeObject({
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: named.name, ...(kind.isNamespaced && { namespace }), ...metadata },
    ...settleNamespace(named.body, namespace),
  });
  if (object === undefined) throw new Error(`no object: ${kind.apiVersion} ${kind.kind}`);
  return object;
}

/** The path of an object, or of its collection. */
export function pathOfObject(kind: SurfaceKind, object: KubeObject): string {
  return `${collectionOf(kind, stringAt(object.metadata, 'namespace') ?? '')}/${stringAt(object.metadata, 'name') ?? ''}`;
}

export function collectionOf(kind: SurfaceKind, namespace: string): string {
  return kind.path.replace('{namespace}', namespace);
}

interface Named {
  readonly name: string;
  readonly body: JsonObject;
}

const namings: Readonly<Record<string, (body: JsonObject, serial: number, kind: SurfaceKind) => Named>> = {
  APIService: (body, serial) => {
    const group = `g${serial}.surface.example.com`;
    return { name: `v1.${group}`, body: withSpec(body, { group, version: 'v1' }) };
  },
  CustomResourceDefinition: (body, serial) => {
    const [plural, singular, kind] = [`things${serial}`, `thing${serial}`, `Thing${serial}`];
    const names = { ...objectAt(body, 'spec', 'names'), plural, singular, kind, listKind: `${kind}List` };
    return { name: `things${serial}.surface.example.com`, body: withSpec(body, { names, scope: 'Namespaced' }) };
  },
  IPAddress: (body, serial) => ({
    name: `10.${Math.floor(serial / 40_000) + 100}.${Math.floor(serial / 200) % 200}.${(serial % 200) + 1}`,
    body,
  }),
};

function withSpec(body: JsonObject, fields: Readonly<Record<string, Json>>): JsonObject {
  return { ...body, spec: { ...objectAt(body, 'spec'), ...fields } };
}

/** References to the own namespace, which generated bodies leave open. */
function settleNamespace(body: JsonObject, namespace: string): JsonObject {
  const text = JSON.stringify(body);
  // A copy of JSON is JSON.
  return text.includes('{namespace}') ? (JSON.parse(text.replaceAll('{namespace}', namespace)) as JsonObject) : body;
}
