import assert from 'node:assert/strict';
import { after, describe, it } from 'mocha';
import { Overview } from '../../../src/core/overview/overview.ts';
import { memoryRepository } from '../../core/overview/memoryRepository.ts';
import { quickClock } from '../../core/overview/quickClock.ts';
import { noEngine, noScripts, plainHasher } from '../../core/overview/unasked.ts';
import { quietLog } from '../../quietLog.ts';
import { openPool } from './engineFixture.ts';

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.shop.example }
spec:
  group: shop.example
  names: { kind: Widget, plural: widgets }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: { spec: { type: object, properties: { size: { type: integer } } } }
`;
const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: sizes }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [shop.example], apiVersions: [v1], operations: [CREATE], resources: [widgets] }
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
  validations:
    - expression: has(object.spec)
    - expression: object.spec.sise < 3
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: sizes }
spec: { policyName: sizes, validationActions: [Deny] }
`;
const widget = `apiVersion: shop.example/v1\nkind: Widget\nmetadata: { name: one }\nspec: { size: 1 }\n`;

describe('an expression that does not fit the fields of what its policy matches', () => {
  const pool = openPool({ threads: 1, deadlineMs: 120_000 });
  after(() => {
    pool.dispose();
  });

  it('is warned of on its own line, by the definitions of the repository and without a cluster', async function () {
    this.timeout(60_000);
    const working = { 'app/definition.yaml': definition, 'app/rules.yaml': policy, 'app/widget.yaml': widget };
    const overview = new Overview({
      repo: memoryRepository({ working, commits: { c1: working }, refs: { head: 'c1' } }),
      ...{ engine: noEngine, health: noScripts, hasher: plainHasher, clock: quickClock, log: quietLog },
      policies: { engine: pool, usesClusters: () => true, folders: () => [] },
    });
    await overview.refresh();
    await overview.whenSettled(AbortSignal.timeout(50_000));
    const found = overview.state.apps.flatMap(({ findings }) => findings).filter(({ code }) => code === 'policy.broken');
    overview.dispose();
    assert.deepEqual(
      found.map(({ severity, place }) => [severity, place?.file, place?.range.line, place?.text]),
      [['warning', 'app/rules.yaml', 11, 'object.spec.sise < 3']],
    );
    const kinds = ['apps/v1, Kind=Deployment', 'shop.example/v1, Kind=Widget'];
    for (const kind of kinds) assert.ok(found[0]?.message.includes(`${kind}: ERROR: <input>:1:12: undefined field 'sise'`));
  });
});
