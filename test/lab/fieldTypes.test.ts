import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseAllDocuments } from 'yaml';
import { modulesKey } from '../../scripts/lab/goBinaries.ts';
import { readCrds } from '../../scripts/lab/crds.ts';
import { fieldTypes } from '../../src/core/apps/fieldTypes.ts';
import type { FieldType } from '../../src/core/apps/fieldTypes.ts';
import { asJson, isObject, listAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import type { Json } from '../../src/core/model/json.ts';

/** Fields that the table gives another type than a schema does, or that the schema does not know. */
function departures(type: FieldType, schema: Json | undefined, path: string): readonly string[] {
  const found = valueAt(schema, 'x-kubernetes-int-or-string') === true ? 'integer or string' : stringAt(schema, 'type');
  if (typeof type === 'string') return found === type ? [] : [`${path}: ${type} here, ${found ?? 'unknown'} there`];
  if (type instanceof Array) return departures(type[0], valueAt(schema, 'items'), `${path}[]`);
  return Object.entries(type).flatMap(([key, below]) => {
    const at = key === '*' ? valueAt(schema, 'additionalProperties') : valueAt(schema, 'properties', key);
    return departures(below, at, `${path}.${key}`);
  });
}

describe('the types of fields by which reconcilers’ objects are judged', () => {
  it('are those of the CustomResourceDefinitions of Argo CD and Flux, in every version that is served', async () => {
    const key = await modulesKey();
    const texts = [await readCrds('argocd', key), await readCrds('flux', key)];
    const definitions = texts.flatMap((text) => parseAllDocuments(text).map((each) => asJson(each.toJS())));
    const compared = new Set<string>();
    for (const definition of definitions) {
      const spec = objectAt(definition, 'spec');
      const kind = `${stringAt(spec, 'group') ?? ''}/${stringAt(spec, 'names', 'kind') ?? ''}`;
      const type = fieldTypes[kind];
      if (type === undefined) continue;
      compared.add(kind);
      for (const version of listAt(spec, 'versions').filter(isObject)) {
        const schema = valueAt(version, 'schema', 'openAPIV3Schema', 'properties', 'spec');
        const found = departures(type, schema, `${kind} ${stringAt(version, 'name') ?? ''}`);
        // An older version does not have all the fields yet.
        const isNewest = valueAt(version, 'storage') === true;
        assert.deepEqual(isNewest ? found : found.filter((each) => !each.endsWith('unknown there')), []);
      }
    }
    assert.deepEqual([...compared].sort(), [
      'argoproj.io/AppProject',
      'argoproj.io/Application',
      'kustomize.toolkit.fluxcd.io/Kustomization',
      'source.toolkit.fluxcd.io/Bucket',
      'source.toolkit.fluxcd.io/GitRepository',
      'source.toolkit.fluxcd.io/OCIRepository',
    ]);
  });
});
