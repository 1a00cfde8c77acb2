import { isObject, listAt, objectAt, stringAt, valueAt } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { anyType } from './typeSchemas.ts';
import type { ObjectType, ScalarFormat, TypeNode, TypeSchemas } from './typeSchemas.ts';

/** Kinds defined by CustomResourceDefinitions (apiextensions.k8s.io/v1), from their structural schemas. */
export function customSchemas(definitions: readonly JsonObject[], metadata: TypeNode = anyType): TypeSchemas {
  const types = new Map<string, ObjectType>();
  for (const definition of definitions) {
    const group = stringAt(definition, 'spec', 'group') ?? '';
    const kind = stringAt(definition, 'spec', 'names', 'kind') ?? '';
    const isNamespaced = stringAt(definition, 'spec', 'scope') !== 'Cluster';
    for (const version of listAt(definition, 'spec', 'versions')) {
      const schema = objectAt(version, 'schema', 'openAPIV3Schema') ?? {};
      const root = structOf(schema, { metadata });
      types.set(`${group}/${stringAt(version, 'name') ?? ''} ${kind}`, { root, isNamespaced });
    }
  }
  return { typeOf: (apiVersion, kind) => types.get(`${apiVersion} ${kind}`) };
}

/** The type of a structural schema (Kubernetes "Specifying a structural schema"). */
function structuralType(schema: JsonObject): TypeNode {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return scalar('int-or-string', schema, { maybeQuantity: isQuantityPattern(schema.pattern) });
  }
  switch (schema.type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return listType(schema);
    case 'string':
      return scalar(stringFormat(schema), schema);
    case 'integer':
      return scalar('integer', schema);
    case 'number':
      return scalar('number', schema);
    case 'boolean':
      return scalar('boolean', schema);
    default:
      return anyType;
  }
}

/** controller-gen gives a Quantity the pattern of its suffixes; other integers or strings are ports and percentages. */
function isQuantityPattern(pattern: Json | undefined): boolean {
  return typeof pattern === 'string' && pattern.includes('[KMGTPE]i');
}

/** Only base64 is decoded by the API's own rules; a `date-time` stays the text that it is. */
function stringFormat(schema: JsonObject): ScalarFormat {
  return schema.format === 'byte' ? 'bytes' : 'string';
}

function scalar(of: ScalarFormat, schema: JsonObject, more: { maybeQuantity?: boolean } = {}): TypeNode {
  return { kind: 'scalar', of, zero: 'unsure', default: schema.default, ...more };
}

function objectType(schema: JsonObject): TypeNode {
  const values = schema.additionalProperties;
  if (schema.properties === undefined && isObject(values)) {
    const type = structuralType(values);
    const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
    return { kind: 'map', values: type.kind === 'scalar' ? { ...type, zero: 'different' } : type, isAtomic };
  }
  return structOf(schema, {});
}

function structOf(schema: JsonObject, given: Readonly<Record<string, TypeNode>>): TypeNode {
  const fields = new Map<string, TypeNode>(Object.entries(given));
  return {
    kind: 'struct',
    isAtomic: schema['x-kubernetes-map-type'] === 'atomic',
    isAlwaysPresent: false,
    fieldOf: (name) => {
      const known = fields.get(name);
      if (known !== undefined) return known;
      const child = objectAt(schema, 'properties', name);
      if (child === undefined) return undefined;
      const type = structuralType(child);
      fields.set(name, type);
      return type;
    },
  };
}

function listType(schema: JsonObject): TypeNode {
  const found = valueAt(schema, 'x-kubernetes-list-type');
  const list = found === 'map' ? 'keyed' : found === 'set' ? 'set' : 'atomic';
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').filter((key): key is string => typeof key === 'string');
  const items = structuralType(objectAt(schema, 'items') ?? {});
  return { kind: 'list', list, keys, items: items.kind === 'scalar' ? { ...items, zero: 'different' } : items };
}

/** The CustomResourceDefinitions among objects; what `customSchemas` takes. */
export function definitionsIn(objects: readonly Json[]): readonly JsonObject[] {
  return objects.filter(
    (each): each is JsonObject => isObject(each) && stringAt(each, 'kind') === 'CustomResourceDefinition',
  );
}
