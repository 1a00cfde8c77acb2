import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import type { PolicyAnswer, PolicyQuestion } from '../../../src/core/policy/judgement.ts';
import { findSuite, meet, objectsOf, readCases } from './admissionCases.ts';
import type { Meeting } from './admissionCases.ts';
import { modules, openPool } from './engineFixture.ts';

const policy = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: limits }
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }
  variables:
    - { name: images, expression: 'object.spec.template.spec.containers.map(c, c.image)' }
  validations:
    - { expression: object.spec.replicas <= 3, message: too many }
    - { expression: "variables.images.all(i, i.startsWith('registry.example.com/'))", message: foreign image }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: limits }
spec: { policyName: limits, validationActions: [Deny] }
`;

function deployment(name: string, replicas: number, ...images: readonly string[]): string {
  const containers = images.map((image, i) => `{ name: c${String(i)}, image: ${image} }`).join(', ');
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: ${String(replicas)}
  selector: { matchLabels: { app: a } }
  template:
    metadata: { labels: { app: a } }
    spec: { containers: [${containers}] }
`;
}

function ask(policies: string, objects: string, more: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    policies: objectsOf(policies).map((object, i) => ({ id: `p${String(i)}`, object })),
    context: [],
    complete: [],
    kinds: [],
    requests: objectsOf(objects).map((object, i) => ({ id: `r${String(i)}`, object })),
    ...more,
  };
}

describe("Kubernetes' own admission as WebAssembly", function () {
  this.timeout(60_000);
  let pool: EnginePool;

  before(() => {
    assert.ok(existsSync(`${modules}/admission.wasm`), 'dist/engine/admission.wasm is missing: run "npm run build"');
    pool = openPool({ threads: 1, deadlineMs: 60_000 });
  });
  after(() => {
    pool.dispose();
  });

  function judge(question: PolicyQuestion): Promise<PolicyAnswer> {
    return pool.judge('admission', question, new AbortController().signal);
  }

  it('says which expression failed and which fields it read, the deciding one first', async () => {
    const objects = deployment('a', 9, 'nginx:1') + '---' + deployment('b', 1, 'registry.example.com/x:1', 'nginx:1');
    const { results } = await judge(ask(policy, objects));
    const rules = results.filter((each) => each.policy === 'limits');
    assert.deepEqual(
      rules.map(({ request, document, binding, result, message, actions, at }) => [
        ...[request, document, binding, result, message, actions, at],
      ]),
      [
        ['r0', 'p0', 'p1', 'fail', 'too many', ['Deny'], '/spec/validations/0/expression'],
        ['r1', 'p0', 'p1', 'fail', 'foreign image', ['Deny'], '/spec/validations/1/expression'],
      ],
    );
    assert.deepEqual(rules[0]?.reads, ['/spec/replicas']);
    assert.equal(rules[1]?.reads?.[0], '/spec/template/spec/containers/1/image');
  });

  it('tells every failed expression of an object, the one a server reports first', async () => {
    const { results } = await judge(ask(policy, deployment('a', 9, 'nginx:1')));
    const failures = results.find((each) => each.policy === 'limits')?.details?.failures;
    assert.deepEqual(failures, [
      { at: '/spec/validations/0/expression', message: 'too many', reads: ['/spec/replicas'] },
      {
        at: '/spec/validations/1/expression',
        message: 'foreign image',
        reads: ['/spec/template/spec/containers/0/image'],
      },
    ]);
  });

  for (const name of ['psa', 'kubescape', 'own-vap']) {
    it(`agrees with the cases of ${name}`, async function () {
      const suite = findSuite(name);
      if (suite === undefined) {
        console.log(`      the cases of ${name} are not here`);
        this.skip();
      }
      const meetings: Meeting[] = [];
      for (const each of readCases(suite)) {
        const answer = await judge(each.question);
        meetings.push(...each.expected.map((expected) => meet(each, expected, answer)));
      }
      const of = (verdict: string) => meetings.filter((each) => each.verdict === verdict);
      console.log(`      ${String(of('agree').length)} of ${String(meetings.length)} verdicts and texts`);
      assert.ok(meetings.length > 0);
      assert.deepEqual(
        [...of('opposite'), ...of('other'), ...of('undecided')].map(({ about }) => about),
        [],
      );
    });
  }
});
