import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { isObject, stringAt } from '../../../src/core/model/json.ts';
import type { Json } from '../../../src/core/model/json.ts';
import type { PolicyAnswer, PolicyQuestion, PolicyResult } from '../../../src/core/policy/judgement.ts';
import { openPool } from './engineFixture.ts';

/** The cases lie beside the project, or beside the folder of its clones. */
const cases = ['../../../../shared', '../../../../../shared']
  .map((shared) => fileURLToPath(new URL(`${shared}/cases/policy/kyverno-policies`, import.meta.url)))
  .find((folder) => existsSync(folder));

function readYaml(text: string): readonly JsonObject[] {
  // Edge: YAML of Kubernetes objects is JSON.
  return parseAllDocuments(text).map((each) => each.toJSON() as Json).filter(isObject);
}

/** A question of policies and objects given as YAML; all else is as little as can be known. */
function question(policies: string, objects: string, more: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    policies: readYaml(policies).map((object, i) => ({ id: `policy-${i}`, object })),
    context: [],
    complete: 'all',
    kinds: [],
    requests: readYaml(objects).map((object, i) => ({ id: `request-${i}`, object, user: {} })),
    ...more,
  };
}

const pod = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - {name: web, image: 'nginx:latest', imagePullPolicy: IfNotPresent}
`;

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: 'nginx:latest', imagePullPolicy: IfNotPresent}
`;

function clusterPolicy(rule: string, spec = ''): string {
  return `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: check}
spec:
  ${spec}
  rules:
    - name: rule
${rule.replace(/^/gm, '      ')}
`;
}

const alwaysPull = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
validate:
  failureAction: Enforce
  message: Pull images always.
  pattern: {spec: {containers: [{imagePullPolicy: Always}]}}
`);

describe('the Kyverno engine', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  async function ask(asked: PolicyQuestion): Promise<PolicyAnswer> {
    return pool.judge('kyverno', asked, new AbortController().signal);
  }

  async function only(asked: PolicyQuestion): Promise<PolicyResult> {
    const { results, problems } = await ask(asked);
    assert.deepEqual(problems, []);
    const [first] = results;
    assert.ok(first !== undefined && results.length === 1, JSON.stringify(results));
    return first;
  }

  it('names the field at fault, the rule and the value that would satisfy it', async () => {
    const result = await only(question(alwaysPull, pod));
    assert.equal(result.result, 'fail');
    assert.equal(result.path, '/spec/containers/0/imagePullPolicy');
    assert.equal(result.at, '/spec/rules/0/validate/pattern');
    assert.deepEqual(result.wanted, { path: '/spec/containers/0/imagePullPolicy', value: 'Always' });
    assert.deepEqual(result.actions, ['Deny']);
    assert.match(result.message ?? '', /^validation error: Pull images always\. rule rule failed at path/);
  });

  it('judges controllers of Pods by rules for Pods, at the field of their template', async () => {
    const result = await only(question(alwaysPull, deployment));
    assert.equal(result.rule, 'autogen-rule');
    assert.equal(result.path, '/spec/template/spec/containers/0/imagePullPolicy');
    assert.deepEqual(result.wanted?.value, 'Always');
  });

  it('says which expression of a rule in CEL failed and what it read', async () => {
    const policy = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
validate:
  cel:
    expressions:
      - {expression: 'object.metadata.name != ""'}
      - {expression: "object.spec.containers.all(c, !c.image.endsWith(':latest'))", message: No latest.}
`);
    const result = await only(question(policy, pod));
    assert.equal(result.result, 'fail');
    assert.equal(result.message, 'No latest.');
    assert.equal(result.at, '/spec/rules/0/validate/cel/expressions/1/expression');
    assert.deepEqual(result.reads, ['/spec/containers/0/image']);
  });

  it('leaves undecided what matches by who asks, when nobody knows', async () => {
    const policy = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
exclude: {any: [{clusterRoles: [cluster-admin]}]}
validate: {message: Never., deny: {}}
`);
    const unknown = question(policy, pod);
    const requests = unknown.requests.map(({ id, object }) => ({ id, object }));
    const result = await only({ ...unknown, requests });
    assert.equal(result.result, 'undecided');
    assert.match(result.reason ?? '', /who asks/);
    assert.equal((await only(unknown)).result, 'fail');
  });

  it('leaves undecided what asks for a ConfigMap that is not known, and decides once it is', async () => {
    const policy = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
context: [{name: cm, configMap: {name: allowed, namespace: shop}}]
validate:
  message: Not allowed.
  deny: {conditions: {any: [{key: '{{ request.object.metadata.name }}', operator: NotEquals, value: '{{ cm.data.name }}'}]}}
`);
    const open = await only(question(policy, pod, { complete: [] }));
    assert.equal(open.result, 'undecided');
    assert.match(open.reason ?? '', /ConfigMap allowed in namespace shop/);
    const context = readYaml('{apiVersion: v1, kind: ConfigMap, metadata: {name: allowed, namespace: shop}, data: {name: web}}');
    assert.equal((await only(question(policy, pod, { context, complete: [] }))).result, 'pass');
  });

  it('leaves undecided what matches by labels of a Namespace that is not known', async () => {
    const policy = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod], namespaceSelector: {matchLabels: {tier: prod}}}}]}
validate: {message: Never., deny: {}}
`);
    assert.equal((await only(question(policy, pod, { complete: [] }))).result, 'undecided');
    assert.deepEqual((await ask(question(policy, pod))).results, []);
  });

  it('leaves undecided what verifies images', async () => {
    const policy = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
verifyImages: [{imageReferences: ['*'], attestors: [{entries: [{keys: {publicKeys: key}}]}]}]
`);
    const result = await only(question(policy, pod));
    assert.equal(result.result, 'undecided');
    assert.match(result.reason ?? '', /registry/);
  });

  it('lets violations that exist already pass under Enforce, as the cluster does', async () => {
    const asked = question(alwaysPull, pod);
    const requests = asked.requests.map((each) => ({ ...each, operation: 'UPDATE' as const, oldObject: each.object }));
    const result = await only({ ...asked, requests });
    assert.equal(result.result, 'skip');
    assert.match(result.message ?? '', /pre-existing violations/);
  });

  it('shows the object after a mutation, and judges what it became', async () => {
    const mutating = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
mutate: {patchStrategicMerge: {spec: {containers: [{'(name)': '*', imagePullPolicy: Always}]}}}
`).replace('name: check', 'name: mend');
    const { results } = await ask(question(`${mutating}---${alwaysPull}`, pod));
    assert.deepEqual(results.map((each) => [each.policy, each.result]), [['mend', 'pass'], ['check', 'pass']]);
    assert.match(JSON.stringify(results[0]?.patched), /"imagePullPolicy":"Always"/);
  });

  it('places a policy that does not compile, and lets the others speak', async () => {
    const broken = `
apiVersion: policies.kyverno.io/v1beta1
kind: ValidatingPolicy
metadata: {name: broken}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: 'object.metadata.name =='}]
`;
    const { results, problems } = await ask(question(`${broken}---${alwaysPull}`, pod));
    assert.deepEqual(problems.map((each) => [each.document, each.at]), [['policy-0', '/spec/validations/0/expression']]);
    assert.deepEqual(results.map((each) => each.policy), ['check']);
  });

  it('lets other policies speak beside variables that are defined by each other', async () => {
    const endless = clusterPolicy(`
match: {any: [{resources: {kinds: [Pod]}}]}
context:
  - {name: one, variable: {jmesPath: two}}
  - {name: two, variable: {jmesPath: one}}
validate: {message: Never., deny: {conditions: {any: [{key: '{{ one }}', operator: Equals, value: x}]}}}
`).replace('name: check', 'name: endless');
    const { results } = await ask(question(`${endless}---${alwaysPull}`, pod));
    assert.deepEqual(results.map((each) => [each.policy, each.result]), [['endless', 'error'], ['check', 'fail']]);
  });

  it('agrees with the shared cases', async function () {
    this.timeout(300_000);
    if (cases === undefined) this.skip();
    const count = { agree: 0, total: 0 };
    for (const name of readdirSync(cases)) {
      const read = (file: string): readonly JsonObject[] =>
        existsSync(`${cases}/${name}/${file}`) ? readYaml(readFileSync(`${cases}/${name}/${file}`, 'utf8')) : [];
      // Values and users are the conformance runner's; these cases need none.
      if (read('context.yaml').length > 0) continue;
      const asked = question('', '', {
        policies: read('policies.yaml').map((object, i) => ({ id: `${i}`, object })),
        requests: read('resources.yaml').map((object, i) => ({ id: `${i}`, object, user: {} })),
      });
      const { results } = await ask(asked);
      const stated = parseAllDocuments(readFileSync(`${cases}/${name}/expected.yaml`, 'utf8'))[0]?.toJSON() as readonly Json[];
      for (const each of stated) {
        count.total++;
        if (agrees(each, asked, results)) count.agree++;
      }
    }
    assert.ok(count.total > 500, `${count.total} verdicts`);
    assert.ok(count.agree >= 0.97 * count.total, `${count.agree} of ${count.total} agree`);
  });
});

function agrees(stated: Json, asked: PolicyQuestion, results: readonly PolicyResult[]): boolean {
  const titles = new Map(asked.requests.map(({ id, object }) => [id, title(object ?? {})]));
  const base = (rule: string | undefined): string | undefined => rule?.replace(/^autogen-(?:cronjob-)?/, '');
  const rule = stringAt(stated, 'rule');
  const resource = stringAt(stated, 'resource')?.replace('//', '/default/');
  const found = results.find(
    (each) =>
      each.policy === stringAt(stated, 'policy') &&
      titles.get(each.request) === resource &&
      (rule === undefined || base(each.rule) === base(rule)),
  );
  return (found?.result ?? 'skip') === stringAt(stated, 'result');
}

function title(object: JsonObject): string {
  const namespace = stringAt(object, 'metadata', 'namespace') ?? 'default';
  return [stringAt(object, 'kind'), namespace, stringAt(object, 'metadata', 'name')].join('/');
}
