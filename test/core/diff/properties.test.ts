import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isList, isObject, objectAt } from '../../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import { asKubeObject, nameOf } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { compareRendered } from '../../../src/core/diff/compareRendered.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { without } from '../../../src/core/diff/without.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

const folder = fileURLToPath(new URL('../../cases/diff/', import.meta.url));

/** Every live object of the cases that is not being deleted. */
const lives: readonly KubeObject[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && name !== 'crds.yaml')
  .flatMap((name) => {
    const value = readYaml(readFileSync(folder + name, 'utf8'), 'kustomize').documents[0]?.value;
    const live = asKubeObject(objectAt(value, 'live'));
    return live === undefined || live.metadata.deletionTimestamp !== undefined ? [] : [live];
  });

/** As a person would commit it: no managedFields, no last-applied. */
function declared(live: KubeObject): KubeObject {
  const annotations = without(
    objectAt(live.metadata, 'annotations'),
    'kubectl.kubernetes.io/last-applied-configuration',
  );
  return { ...live, metadata: { ...without(live.metadata, 'managedFields'), annotations } };
}

/** The same value with every map's keys turned round. */
function turned(value: Json): Json {
  if (isList(value)) return value.map(turned);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, turned(each)]),
  );
}

function turnedObject(object: KubeObject): KubeObject {
  return asKubeObject(turned(object)) ?? object;
}

const manager = { tool: 'kubectl-ssa', fieldManager: 'nobody' } as const;

function fieldsOf(desired: KubeObject, live: KubeObject): readonly JsonObject[] {
  return compareObject({ desired, live, manager, schemas: builtIn }).fields.map(({ path, change }) => ({
    path,
    change,
  }));
}

describe('the comparison of every live object of the cases', () => {
  it('finds enough of them to mean something', () => {
    assert.ok(lives.length > 100);
  });

  for (const tool of ['kubectl-ssa', 'argocd-csa', 'flux-kustomize', 'flux-helm'] as const) {
    it(`finds nothing between an object and itself as ${tool}`, () => {
      for (const live of lives) {
        const { fields, verdict } = compareObject({
          desired: declared(live),
          live,
          manager: { tool, fieldManager: 'nobody' },
          schemas: builtIn,
        });
        assert.deepEqual(fields, [], nameOf(live));
        assert.ok(['in-sync', 'skipped'].includes(verdict), verdict);
      }
    });
  }

  it('does not depend on the order of keys', () => {
    for (const live of lives) {
      const changed = { ...declared(live), spec: { replicas: 77, paused: true, template: null } };
      const plain = fieldsOf(changed, live);
      const around = fieldsOf(turnedObject(changed), turnedObject(live));
      const sort = (list: readonly JsonObject[]): readonly string[] => list.map((each) => JSON.stringify(each)).sort();
      assert.deepEqual(sort(around), sort(plain), nameOf(live));
      assert.deepEqual(fieldsOf(turnedObject(declared(live)), live), []);
    }
  });

  it('finds nothing between a rendering and itself, and both ways the same paths', () => {
    for (const live of lives) {
      assert.deepEqual(compareRendered(live, turnedObject(live)), []);
      const other = { ...live, extra: { a: 1 }, kind: live.kind };
      assert.deepEqual(
        compareRendered(live, other).map(({ path, change }) => [path, change]),
        [['/extra', 'add']],
      );
      assert.deepEqual(
        compareRendered(other, live).map(({ path, change, at }) => [path, change, at]),
        [['/extra', 'remove', 'live']],
      );
    }
  });
});
