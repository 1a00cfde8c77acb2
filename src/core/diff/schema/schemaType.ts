import { isList, isObject, listAt, objectAt, stringAt } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { anyType } from './typeSchemas.ts';
import type { ListType, ScalarFormat, TypeNode } from './typeSchemas.ts';

/** The schemas of one document by their names, which `$ref` refers to; a CustomResourceDefinition's own schema needs none. */
export type NamedSchemas = Readonly<JsonObject>;

/** Kubernetes' own types that have forms of their own, by the end of their OpenAPI names (k8s.io/apimachinery). */
const namedScalars: Readonly<Record<string, ScalarFormat>> = {
  'api.resource.Quantity': 'quantity',
  'util.intstr.IntOrString': 'int-or-string',
  'apis.meta.v1.Time': 'time',
  'apis.meta.v1.MicroTime': 'time',
};

/**
 * The type that an OpenAPI v3 schema describes: structural ones of CustomResourceDefinitions, and those that API servers
 * publish, which refer to each other. What the API does with a declared zero neither says.
 */
export function schemaType(schema: JsonObject, named: NamedSchemas): TypeNode {
  const reference = refOf(schema);
  if (reference !== undefined) return referredType(reference, schema, named);
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { ...scalar('int-or-string', schema), maybeQuantity: isQuantityPattern(schema.pattern) };
  }
  switch (schema.type) {
    case 'object':
      return objectType(schema, named);
    case 'array':
      return listType(schema, named);
    case 'string':
      // Only base64 is decoded by the API's own rules; a `date-time` of a custom resource stays the text that it is.
      return scalar(schema.format === 'byte' ? 'bytes' : 'string', schema);
    case 'integer':
    case 'number':
    case 'boolean':
      return scalar(schema.type, schema);
    default:
      return anyType;
  }
}

/** A schema's fields as a struct; `given` stands for those that it leaves to somebody else. */
export function structType(
  schema: JsonObject,
  named: NamedSchemas,
  given: Readonly<Record<string, TypeNode>> = {},
): TypeNode {
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
      const type = schemaType(child, named);
      fields.set(name, type);
      return type;
    },
  };
}

/** Published schemas wrap a reference in `allOf` wherever they say more than it. */
function refOf(schema: JsonObject): string | undefined {
  const parts = [schema, ...listAt(schema, 'allOf')];
  const reference = parts.map((part) => stringAt(part, '$ref')).find((each) => each !== undefined);
  return reference?.slice(reference.lastIndexOf('/') + 1);
}

function referredType(name: string, schema: JsonObject, named: NamedSchemas): TypeNode {
  const ending = Object.keys(namedScalars).find((each) => name.endsWith(`apimachinery.pkg.${each}`));
  const format = ending === undefined ? undefined : namedScalars[ending];
  if (format !== undefined) return scalar(format, schema);
  const type = schemaType(objectAt(named, name) ?? {}, named);
  // Go writes a struct that is no pointer in any case, which is published as the default `{}`.
  const isPresent = isObject(schema.default) && Object.keys(schema.default).length === 0;
  if (type.kind === 'struct') return { ...type, isAlwaysPresent: isPresent };
  return type.kind === 'scalar' ? { ...type, default: schema.default ?? type.default } : type;
}

/** controller-gen gives a Quantity the pattern of its suffixes; other integers or strings are ports and percentages. */
function isQuantityPattern(pattern: Json | undefined): boolean {
  return typeof pattern === 'string' && pattern.includes('[KMGTPE]i');
}

function scalar(of: ScalarFormat, schema: JsonObject): Extract<TypeNode, { kind: 'scalar' }> {
  return { kind: 'scalar', of, zero: 'unsure', default: schema.default };
}

function objectType(schema: JsonObject, named: NamedSchemas): TypeNode {
  const values = schema.additionalProperties;
  if (schema.properties !== undefined || !isObject(values)) return structType(schema, named);
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  const type = keepingZero(schemaType(values, named));
  // The maps of quantities are resource lists.
  const isResources = type.kind === 'scalar' && type.of === 'quantity';
  return { kind: 'map', values: isResources ? { ...type, isRounded: true } : type, isAtomic };
}

function listType(schema: JsonObject, named: NamedSchemas): TypeNode {
  const items = keepingZero(schemaType(objectAt(schema, 'items') ?? {}, named));
  return { kind: 'list', ...mergeOf(schema, items), items };
}

/** By the rules of server-side apply; a list without them is merged as strategic merge patches merge it (KEP-555). */
function mergeOf(schema: JsonObject, items: TypeNode): Pick<ListType, 'list' | 'keys'> {
  const stated = schema['x-kubernetes-list-type'];
  const isMerged = stated === undefined && (stringAt(schema, 'x-kubernetes-patch-strategy') ?? '').includes('merge');
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  if (stated === 'map') return { list: 'keyed', keys: texts(schema['x-kubernetes-list-map-keys']) };
  if (isMerged && typeof mergeKey === 'string') return { list: 'keyed', keys: [mergeKey] };
  const isSet = stated === 'set' || (isMerged && items.kind === 'scalar');
  return { list: isSet ? 'set' : 'atomic', keys: [] };
}

function texts(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** What stands in a list or under a key is kept, also when it is a zero. */
function keepingZero(type: TypeNode): TypeNode {
  return type.kind === 'scalar' ? { ...type, zero: 'different' } : type;
}
