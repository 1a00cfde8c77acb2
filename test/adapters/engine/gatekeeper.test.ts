import assert from 'node:assert/strict';
import { objectAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { AdmissionRequest, PolicyAnswer, PolicyQuestion } from '../../../src/core/policy/judgement.ts';
import { openPool } from './engineFixture.ts';
import { ask, caseNames, expectationsOf, missOf, objectsOf, questionOf } from './gatekeeperFixture.ts';

/** A template in Rego and its constraint `must`; the Rego is indented for a block scalar. */
function policy(rego: string, constraint = ''): readonly JsonObject[] {
  return objectsOf(`
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: must}
spec:
  crd: {spec: {names: {kind: Must}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package must
${rego}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Must
metadata: {name: must}
${constraint}`);
}

/** A Pod in a namespace, with containers of these names. */
function pod(...containers: readonly string[]): AdmissionRequest {
  const spec = { containers: containers.map((name) => ({ name, image: `${name}:1` })) };
  return { id: 'p', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop' }, spec } };
}

const always = '        violation[{"msg": "never"}] { true }';

describe('the Gatekeeper engine', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  function judge(question: PolicyQuestion): Promise<PolicyAnswer> {
    return pool.judge('gatekeeper', question, new AbortController().signal);
  }

  for (const name of caseNames()) {
    it(`judges the case ${name} as Gatekeeper does`, async () => {
      const { results, problems } = await judge(questionOf(name));
      const misses = expectationsOf(name).map((each) => [each.resource, missOf(each, results)]);
      assert.deepEqual([misses.filter(([, miss]) => miss !== undefined), problems], [[], []]);
    }).timeout(60_000);
  }

  it('says which rule of which template decided, what it read, and which container it means', async () => {
    const rego = `
        violation[{"msg": msg}] {
          c := input.review.object.spec.containers[_]
          c.name == "web"
          msg := sprintf("container <%v> is not allowed", [c.name])
        }
        violation[{"msg": "no labels"}] { not input.review.object.metadata.labels }`;
    const { results } = await judge(ask(policy(rego), [pod('api', 'web')]));
    const found = results.map(({ message, at, line, template, path }) => [message, template, at, line, path]);
    assert.deepEqual(found, [
      ['container <web> is not allowed', '0', '/spec/targets/0/rego', 3, '/spec/containers/1'],
      ['no labels', '0', '/spec/targets/0/rego', 8, undefined],
    ]);
    assert.deepEqual(
      results.map(({ reads }) => reads),
      [['/spec/containers/1'], ['/metadata']],
    );
  });

  it('leaves a template that does not compile to a problem at its line, and judges by the others', async () => {
    const broken = policy('        violation[{"msg": msg}] { msg := nothing(1) }');
    const whole = objectsOf(policy(always).map((each) => JSON.stringify(each).replaceAll(/([Mm])ust/g, '$1ay')).join('\n---\n'));
    const { results, problems } = await judge(ask([...broken, ...whole], [pod('web')]));
    assert.deepEqual(
      results.map((each) => [each.policy, each.result]),
      [['may', 'fail']],
    );
    assert.deepEqual(
      problems.map(({ document, severity, at, line }) => [document, severity, at, line]),
      [
        ['0', 'error', '/spec/targets/0/rego', 2],
        ['1', 'warning', '/kind', undefined],
      ],
    );
    assert.match(problems[0]?.message ?? '', /undefined function nothing \(line 2\)/);
  });

  it('refuses recursive rules', async () => {
    const rego = '        violation[{"msg": "m"}] { a }\n        a { b }\n        b { a }';
    const { problems } = await judge(ask(policy(rego), [pod('web')]));
    assert.match(problems[0]?.message ?? '', /recursive/);
  });

  it('ends Rego without end, and decides nothing', async () => {
    const rego = `
        violation[{"msg": "m"}] {
          n := numbers.range(1, 3000)
          n[_] * n[_] * n[_] == 1.5
        }`;
    const { results } = await judge(ask(policy(rego), [pod('web'), { ...pod('web'), id: 'q' }]));
    assert.deepEqual(
      results.map(({ result, reason }) => [result, reason]),
      Array(2).fill(['undecided', 'The Rego does not end within a million steps.']),
    );
  }).timeout(60_000);

  it('decides nothing where a policy would ask the network', async () => {
    const rego = '        violation[{"msg": "m"}] { http.send({"method": "get", "url": "http://127.0.0.1"}).body }';
    const { results } = await judge(ask(policy(rego), [pod('web')]));
    assert.deepEqual(
      results.map(({ result, reason }) => [result, reason]),
      [['undecided', 'The Rego calls http.send, and policies have no network here.']],
    );
  });

  it('decides nothing where other objects matter and not all are known', async () => {
    const rego = '        violation[{"msg": "m"}] { data.inventory.namespace[_]["v1"]["Secret"][_] }';
    const { results } = await judge(ask(policy(rego), [pod('web')], { complete: [{ group: '', kind: 'Service' }] }));
    assert.deepEqual(
      results.map(({ result }) => result),
      ['undecided'],
    );
    const known = await judge(ask(policy(rego), [pod('web')], { complete: [{ group: '', kind: 'Secret' }] }));
    assert.deepEqual(
      known.results.map(({ result }) => result),
      ['pass'],
    );
  });

  it('decides nothing where it matters who asks, and only there', async () => {
    const rego = `
        violation[{"msg": "m"}] {
          input.review.operation == "UPDATE"
          input.review.userInfo.username != "flux"
        }`;
    const web = pod('web');
    const { results } = await judge(ask(policy(rego), [web, { ...web, id: 'u', operation: 'UPDATE', oldObject: web.object }]));
    assert.deepEqual(
      results.map(({ result }) => result),
      ['pass', 'undecided'],
    );
  });

  it('asks for a Namespace that a selector needs', async () => {
    const constraint = 'spec: {match: {namespaceSelector: {matchLabels: {env: prod}}}}';
    const { results } = await judge(ask(policy(always, constraint), [pod('web')], { complete: [] }));
    assert.deepEqual(
      results.map(({ result, reason }) => [result, reason]),
      [['undecided', 'It depends on the Namespace shop, which is not known.']],
    );
  });

  it('leaves out what Gatekeeper is set up to leave out', async () => {
    const config = objectsOf(`
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: {name: config, namespace: gatekeeper-system}
spec: {match: [{excludedNamespaces: [sho*], processes: [webhook]}]}`);
    const { results } = await judge(ask([...policy(always), ...config], [pod('web')]));
    assert.deepEqual(
      results.map(({ result, reason }) => [result, reason]),
      [['skip', "Gatekeeper's Config leaves the namespace out."]],
    );
  });

  it('judges what an object would generate, at the object', async () => {
    const expansion = objectsOf(`
apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: pods}
spec:
  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}]
  templateSource: spec.template
  enforcementAction: warn
  generatedGVK: {group: '', version: v1, kind: Pod}`);
    const rego = `
        violation[{"msg": msg}] {
          c := input.review.object.spec.containers[_]
          msg := sprintf("<%v> in %v", [c.name, input.review.object.metadata.name])
        }`;
    const template = { spec: { containers: [{ name: 'web', image: 'web:1' }] } };
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'shop' }, spec: { template } };
    const kinds = 'spec: {match: {kinds: [{apiGroups: [""], kinds: [Pod]}]}}';
    const { results } = await judge(ask([...policy(rego, kinds), ...expansion], [{ id: 'd', object }]));
    assert.deepEqual(
      results.map(({ result, message, path }) => [result, message, path]),
      [['warn', '[Implied by pods] <web> in d-pod', '/spec/template/spec/containers/0']],
    );
  });

  it('shows what mutators make of an object, and judges that', async () => {
    const mutators = objectsOf(`
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignMetadata
metadata: {name: owner}
spec: {location: metadata.labels.owner, parameters: {assign: {value: me}}}
---
apiVersion: mutations.gatekeeper.sh/v1
kind: AssignMetadata
metadata: {name: other}
spec: {location: metadata.labels.owner, parameters: {assign: {value: you}}, match: {name: q}}`);
    const rego = '        violation[{"msg": "no owner"}] { not input.review.object.metadata.labels.owner }';
    const { results } = await judge(ask([...policy(rego), ...mutators], [pod('web')]));
    const patched = { ...pod('web').object, metadata: { name: 'p', namespace: 'shop', labels: { owner: 'me' } } };
    assert.deepEqual(
      results.map((each) => [each.policy, each.result, each.patched]),
      [
        ['owner', 'pass', patched],
        ['must', 'pass', undefined],
      ],
    );
  });

  it('decides nothing where a mutator cannot be previewed', async () => {
    const mutator = objectsOf(`
apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: {name: image}
spec:
  applyTo: [{groups: [""], versions: [v1], kinds: [Pod]}]
  location: "spec.containers[name:*].image"
  parameters: {assign: {externalData: {provider: registry}}}`);
    const { results } = await judge(ask([...policy(always), ...mutator], [pod('web')]));
    assert.deepEqual(
      results.map((each) => [each.policy, each.result, each.reason]),
      [
        [
          'image',
          'undecided',
          'It cannot be previewed: the value comes from an external data provider, which only the cluster can ask',
        ],
        ['must', 'undecided', 'A mutator may change the object first, which cannot be previewed.'],
      ],
    );
  });

  it('refuses parameters that do not fit the template, and says what has no effect', async () => {
    const [template, constraint] = policy(always, 'spec: {match: {kind: Pod}, parameters: {max: many, min: 1}}');
    const schema = { type: 'object', properties: { max: { type: 'integer' } } };
    const names = { kind: 'Must' };
    const typed = { ...template, spec: { ...objectAt(template ?? {}, 'spec'), crd: { spec: { names, validation: { openAPIV3Schema: schema } } } } };
    const { results, problems } = await judge(ask([typed, ...(constraint ? [constraint] : [])], [pod('web')]));
    assert.deepEqual(results, []);
    assert.deepEqual(
      problems.map(({ severity, at }) => [severity, at]),
      [
        ['warning', '/spec/match/kind'],
        ['warning', '/spec/parameters/min'],
        ['error', '/spec/parameters'],
      ],
    );
  });
});
