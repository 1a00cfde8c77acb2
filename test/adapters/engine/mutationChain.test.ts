import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import { judgePolicies } from '../../../src/core/policy/judgePolicies.ts';
import { policyEngines } from '../../../src/core/policy/judgement.ts';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import { objectsOf } from './admissionCases.ts';
import { modules, openPool } from './engineFixture.ts';

const kyverno = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: add-team }
spec:
  rules:
    - name: team
      match: { any: [{ resources: { kinds: [Pod] } }] }
      mutate: { patchStrategicMerge: { metadata: { labels: { +(team): shop } } } }
`;
const gatekeeper = `
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: { name: always }
spec:
  applyTo: [{ groups: [""], kinds: [Pod], versions: [v1] }]
  location: "spec.containers[name:*].imagePullPolicy"
  parameters: { assign: { value: Always } }
`;
const admission = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: strict }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations:
    - { expression: "has(object.metadata.labels) && object.metadata.labels['team'] == 'shop'", message: no team }
    - { expression: "object.spec.containers.all(c, c.imagePullPolicy == 'Always')", message: not always }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: strict }
spec: { policyName: strict, validationActions: [Deny] }
`;
const pod = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { containers: [{ name: main, image: "nginx:1" }] }
`;

describe('objects that policies of several engines change', function () {
  this.timeout(120_000);
  let pool: EnginePool;

  before(() => {
    for (const name of policyEngines) {
      assert.ok(existsSync(`${modules}/${name}.wasm`), `dist/engine/${name}.wasm is missing: run "npm run build"`);
    }
    pool = openPool({ threads: 1, deadlineMs: 60_000 });
  });
  after(() => {
    pool.dispose();
  });

  async function judge(...policies: readonly string[]): Promise<PolicyResult | undefined> {
    const { results, failures } = await judgePolicies(
      pool,
      {
        policies: policies.flatMap(objectsOf).map((object, i) => ({ id: String(i), object })),
        context: [],
        complete: 'all',
        kinds: [],
        requests: objectsOf(pod).map((object) => ({ id: 'pod', object })),
      },
      new AbortController().signal,
    );
    assert.deepEqual(failures, []);
    return results.find(({ policy }) => policy === 'strict');
  }

  it('are judged as they are in the end, with the names of the policies', async () => {
    const bare = await judge(admission);
    assert.deepEqual([bare?.result, bare?.message, bare?.mutatedBy], ['fail', 'no team', undefined]);
    const half = await judge(admission, kyverno);
    assert.deepEqual([half?.result, half?.message, half?.mutatedBy], ['fail', 'not always', ['add-team']]);
    const whole = await judge(admission, kyverno, gatekeeper);
    assert.deepEqual([whole?.result, whole?.mutatedBy], ['pass', ['always', 'add-team']]);
  });
});
