import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { OwnershipTrees } from '../../../src/adapters/cluster/ownershipTrees.ts';
import { managedEntries } from '../../../src/core/diff/managedFields.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';

function deployment(name: string, ...managedFields: readonly JsonObject[]): KubeObject {
  const metadata = { name, managedFields };
  const object = asKubeObject({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 2 } });
  assert.ok(object !== undefined);
  return object;
}

const entry = (manager: string, time: string, fieldsV1: JsonObject): JsonObject => ({
  manager,
  operation: 'Update',
  time,
  fieldsV1,
});

describe('trees of ownership', () => {
  it('are one for all objects in which they are the same, whoever wrote and when', () => {
    const trees = new OwnershipTrees();
    const scaled = (): JsonObject => ({ 'f:spec': { 'f:replicas': {} } });
    const first = deployment('one', entry('kubectl-scale', '2026-01-01T00:00:00Z', scaled()));
    const second = deployment(
      'two',
      entry('other', '2026-01-02T00:00:00Z', { 'f:spec': { 'f:paused': {} } }),
      entry('autoscaler', '2026-01-03T00:00:00Z', scaled()),
    );
    const [one, two] = [trees.share(first), trees.share(second)];
    assert.deepEqual([one, two], [first, second]);
    const [[own], [paused, autoscaled]] = [managedEntries(one), managedEntries(two)];
    assert.ok(own !== undefined && autoscaled !== undefined);
    assert.equal(autoscaled.fields, own.fields);
    assert.notEqual(paused?.fields, own.fields);
    assert.deepEqual(
      [own.manager, autoscaled.manager, autoscaled.time],
      ['kubectl-scale', 'autoscaler', '2026-01-03T00:00:00Z'],
    );
  });

  it('leave entries without a tree, and objects that nobody manages, as they came', () => {
    const trees = new OwnershipTrees();
    const bare = deployment('bare', { manager: 'kubectl', operation: 'Update' });
    assert.deepEqual(trees.share(bare), bare);
    const unmanaged = deployment('unmanaged');
    assert.equal(trees.share(unmanaged), unmanaged);
  });

  it('stay right when more of them are met than are remembered', () => {
    const trees = new OwnershipTrees();
    for (let index = 0; index < 12_000; index++) {
      const tree = { 'f:data': { [`f:key-${String(index)}`]: {} } };
      const object = deployment('many', entry('kubectl', '2026-01-01T00:00:00Z', tree));
      assert.deepEqual(managedEntries(trees.share(object))[0]?.fields, tree);
    }
  });
});
