import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import { listAt, objectAt } from '../../../src/core/model/json.ts';
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
    - { expression: "object.spec.replicas <= 3", message: too many }
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

  it('leaves undecided what depends on what nobody said, and only that', async () => {
    const rules = (expression: string) => policy.replace('object.spec.replicas <= 3', expression);
    const reasons = await Promise.all(
      [
        "namespaceObject.metadata.labels['env'] == 'prod'",
        "request.userInfo.username == 'ci'",
        "authorizer.group('').resource('pods').check('create').allowed()",
        "object.spec.replicas < 9 || request.userInfo.username == 'ci'",
      ].map(async (expression) => {
        const { results } = await judge(ask(rules(expression), deployment('a', 1, 'registry.example.com/x:1')));
        const own = results.find((each) => each.policy === 'limits');
        return own?.reason ?? own?.result;
      }),
    );
    assert.deepEqual(reasons, [
      'It needs the Namespace shop.',
      'It needs to know who asks (request.userInfo).',
      'It needs to know who may create pods (authorizer).',
      'pass',
    ]);
  });

  it('fails for certain where one expression does, whatever is in doubt beside it', async () => {
    const doubtful = policy.replace('object.spec.replicas <= 3', "request.userInfo.username == 'ci'");
    const { results } = await judge(ask(doubtful, deployment('a', 1, 'nginx:1')));
    assert.equal(results.find((each) => each.policy === 'limits')?.message, 'foreign image');
  });

  it('says where a policy does not compile, and judges by the others', async () => {
    const broken = policy.replaceAll('limits', 'broken').replace('object.spec.replicas <= 3', 'object.spec.replicas <=');
    const { results, problems } = await judge(ask(`${broken}---${policy}`, deployment('a', 9, 'registry.example.com/x:1')));
    assert.deepEqual(
      problems.map(({ document, severity, at }) => [document, severity, at]),
      [['p0', 'error', '/spec/validations/0/expression']],
    );
    assert.match(results.find((each) => each.policy === 'broken')?.message ?? '', /^compilation error: /);
    assert.equal(results.find((each) => each.policy === 'limits')?.message, 'too many');
  });

  it('says which Kubernetes a policy needs that this cluster is too old for', async () => {
    const newer = policy.replace('object.spec.replicas <= 3', "isSemver(object.metadata.name)");
    const { problems } = await judge(ask(newer, '', { kubeVersion: 'v1.30.4' }));
    assert.ok(problems.some(({ message }) => message === 'The policy needs Kubernetes 1.33; this cluster is 1.30.'));
    assert.deepEqual((await judge(ask(newer, '', { kubeVersion: '1.34' }))).problems, []);
  });

  it('ends an expression that costs too much, a text too long and one too deep, each with its own word', async () => {
    const range = '[0,1,2,3,4,5,6,7,8,9]';
    const nested = Array.from('abcdefgh').reduce((inner, name) => `${range}.all(${name}, ${inner})`, 'true');
    const bad = [nested, `'${'x'.repeat(5_000_000)}' == ''`, `${'('.repeat(4000)}true${')'.repeat(4000)}`];
    for (const expression of bad) {
      const [rule, binding] = objectsOf(policy);
      assert.ok(rule !== undefined && binding !== undefined);
      const spec = { ...objectAt(rule, 'spec'), validations: [{ expression, message: 'bad' }] };
      const question = ask('', deployment('a', 1, 'nginx:1'));
      const policies = [{ ...rule, spec }, binding].map((object, i) => ({ id: `p${String(i)}`, object }));
      const { results } = await judge({ ...question, policies });
      const own = results.find((each) => each.policy === 'limits');
      assert.equal(own?.result, 'fail');
      assert.match(own.message ?? '', /cost|limit|compilation error/);
    }
  });

  it('shows what mutations make of an object without what a server adds, and validates that', async () => {
    const mutation = `
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicy
metadata: { name: sidecar }
spec:
  reinvocationPolicy: IfNeeded
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }]
  matchConditions:
    - { name: once, expression: "!object.spec.template.spec.containers.exists(c, c.name == 'proxy')" }
  mutations:
    - patchType: ApplyConfiguration
      applyConfiguration:
        expression: >
          Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
            containers: [Object.spec.template.spec.containers{name: 'proxy', image: 'nginx:2'}]}}}}
    - patchType: JSONPatch
      jsonPatch:
        expression: "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'by': 'sidecar'}}]"
---
apiVersion: admissionregistration.k8s.io/v1beta1
kind: MutatingAdmissionPolicyBinding
metadata: { name: sidecar }
spec: { policyName: sidecar }
`;
    const objects = deployment('a', 1, 'registry.example.com/x:1');
    const { results, problems } = await judge(ask(`${mutation}---${policy}`, objects));
    assert.deepEqual(problems, []);
    const [original] = objectsOf(objects);
    const patched = results.find((each) => each.policy === 'sidecar')?.patched;
    assert.deepEqual(objectAt(patched, 'metadata'), {
      ...objectAt(original, 'metadata'),
      annotations: { by: 'sidecar' },
    });
    assert.deepEqual(listAt(patched, 'spec', 'template', 'spec', 'containers'), [
      { name: 'c0', image: 'registry.example.com/x:1' },
      { name: 'proxy', image: 'nginx:2' },
    ]);
    const rule = results.find((each) => each.policy === 'limits');
    assert.deepEqual([rule?.result, rule?.reads?.[0]], ['fail', '/spec/template/spec/containers/1/image']);
  });

  it('says of a controller that its Pods would be rejected, and nothing of Namespaces without labels', async () => {
    const namespaces = (labels: string) =>
      objectsOf(`{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { ${labels} } } }`);
    const objects = deployment('a', 1, 'nginx:1').replace('spec: { containers', 'spec: { hostNetwork: true, containers');
    const enforced = namespaces('pod-security.kubernetes.io/enforce: baseline');
    const { results } = await judge(ask('', objects, { context: enforced }));
    assert.deepEqual(
      results.map(({ policy: name, rule, result, message, actions }) => [name, rule, result, message, actions]),
      [
        [
          ...['PodSecurity', 'baseline:latest', 'fail'],
          'its Pods would be rejected: would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
          ['Deny', 'Warn'],
        ],
      ],
    );
    assert.deepEqual((await judge(ask('', objects, { context: namespaces('') }))).results, []);
    assert.deepEqual((await judge(ask('', objects))).results[0]?.reason, 'It needs the Namespace shop.');
  });

  for (const name of ['psa', 'kubescape', 'kat', 'own-vap']) {
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
