import assert from 'node:assert/strict';
import { setRules } from '../../../src/core/apps/setRules.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';

function check(spec: JsonObject, labels: JsonObject, expected: readonly string[]): void {
  const set = asKubeObject({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all' }, spec });
  assert.ok(set !== undefined);
  assert.deepEqual(setRules(set, { metadata: { name: 'web', labels } }), expected);
}

function rolling(...steps: readonly JsonObject[]): JsonObject {
  return { strategy: { type: 'RollingSync', rollingSync: { steps } } };
}

const first = { matchExpressions: [{ key: 'wave', operator: 'In', values: ['1'] }] };
const others = { matchExpressions: [{ key: 'wave', operator: 'NotIn', values: ['1'] }], maxUpdate: 2 };

describe('the rules of an ApplicationSet', () => {
  it('are none where the set says nothing', () => {
    check({ strategy: { type: 'AllAtOnce' }, syncPolicy: { applicationsSync: 'sync' } }, {}, []);
  });

  it('name the step of the rollout by the labels of the Application', () => {
    const all = 'The set is rolled out in 2 steps (RollingSync)';
    check(rolling(first, others), { wave: '1' }, [`${all}; this Application is in step 1.`]);
    check(rolling(first, others), {}, [`${all}; this Application is in step 2, 2 of the step at once.`]);
    check(rolling(first, first), { wave: '3' }, [`${all}; no step takes this Application, so that nothing syncs it by itself.`]);
  });

  it('name what is left alone, for this Application only', () => {
    const spec = {
      preservedFields: { labels: ['owner'] },
      ignoreApplicationDifferences: [
        { name: 'other', jsonPointers: ['/spec/project'] },
        { jqPathExpressions: ['.spec.source.helm.values'] },
      ],
    };
    check(spec, {}, [
      'Left as it is in the cluster: label owner (preservedFields).',
      'The set does not set back what somebody changes at .spec.source.helm.values (ignoreApplicationDifferences).',
    ]);
  });
});
