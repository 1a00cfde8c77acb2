import { isObject, listAt, objectAt, stringAt } from '../../model/json.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { structType } from './schemaType.ts';
import { anyType } from './typeSchemas.ts';
import type { TypeNode, TypeSchemas } from './typeSchemas.ts';

/** How a published schema says which kinds it describes. */
const kindsField = 'x-kubernetes-group-version-kind';

/** The kinds of an OpenAPI v3 document as API servers publish them, one for each group version; types are read on first use. */
export function publishedSchemas(document: JsonObject, metadata: TypeNode = anyType): TypeSchemas {
  const named = withoutWords(objectAt(document, 'components', 'schemas') ?? {});
  const types = new Map<string, TypeNode>();
  for (const schema of Object.values(named)) {
    if (!isObject(schema)) continue;
    const type = structType(schema, named, { metadata });
    for (const kind of listAt(schema, kindsField)) {
      const [group, version, name] = ['group', 'version', 'kind'].map((field) => stringAt(kind, field) ?? '');
      types.set(`${group === '' ? '' : `${group ?? ''}/`}${version ?? ''} ${name ?? ''}`, type);
    }
  }
  return { typeOf: (apiVersion, kind) => types.get(`${apiVersion} ${kind}`) };
}

/**
 * CustomResourceDefinitions (apiextensions.k8s.io/v1) as the document that a server publishes for them, as far as types
 * are concerned; for definitions that are in no cluster.
 */
export function definedSchemas(definitions: readonly JsonObject[]): JsonObject {
  const schemas = definitions.flatMap((definition) => {
    const group = stringAt(definition, 'spec', 'group') ?? '';
    const kind = stringAt(definition, 'spec', 'names', 'kind') ?? '';
    return listAt(definition, 'spec', 'versions').map((each) => {
      const version = stringAt(each, 'name') ?? '';
      const schema = objectAt(each, 'schema', 'openAPIV3Schema') ?? {};
      return [`${group}/${version} ${kind}`, { ...schema, [kindsField]: [{ group, version, kind }] }] as const;
    });
  });
  return { components: { schemas: Object.fromEntries(schemas) } };
}

/** The CustomResourceDefinitions among objects; what `definedSchemas` takes. */
export function definitionsIn(objects: readonly Json[]): readonly JsonObject[] {
  return objects.filter(
    (each): each is JsonObject => isObject(each) && stringAt(each, 'kind') === 'CustomResourceDefinition',
  );
}

/** Schemas are kept as long as a cluster is connected, and most of their text is prose. */
function withoutWords(schemas: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([field, value]) => {
      if (field === 'description' && typeof value === 'string') return [];
      return [[field, isObject(value) ? withoutWords(value) : value] as const];
    }),
  );
}
