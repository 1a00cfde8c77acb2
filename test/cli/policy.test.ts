import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { projectRoot } from '../../scripts/lab/projectPaths.ts';
import type { ScratchRepository } from '../../scripts/testing/scratchRepository.ts';
import { storefrontRepository } from '../../scripts/testing/scratchRepository.ts';
import { listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { runCli } from './runCli.ts';
import type { CliAnswer } from './runCli.ts';

function policy(...args: readonly string[]): Promise<CliAnswer> {
  return runCli(['policy', ...args]);
}

function parse(text: string): JsonObject {
  // Edge: JSON.parse gives JSON.
  return objectAt(JSON.parse(text) as Json) ?? {};
}

function vap(name: string, expression: string, actions: string): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: ${name}
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  validations:
  - expression: ${expression}
    message: too many replicas
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: ${name}
spec:
  policyName: ${name}
  validationActions: [${actions}]
`;
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: c:1}]}
`;

function kyverno(name: string, rules: string): string {
  return `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec: {rules: [${rules}]}
---
`;
}

function rule(name: string, more: string): string {
  return `{name: ${name}, match: {any: [{resources: {kinds: [Deployment]}}]}, ${more}}`;
}

function gatekeeper(kind: string, body: string): string {
  const name = kind.toLowerCase();
  return `apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: ${name}}
spec:
  crd: {spec: {names: {kind: ${kind}}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package ${name}
      violation[{"msg": "no"}] { ${body} }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: ${kind}
metadata: {name: ${kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}}
spec: {match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}}
---
`;
}

const ten = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]';

/** In each engine one policy that works beside those that cost too much, never end, do not compile or have a thousand rules. */
const goneWrong = [
  vap(
    'costly',
    '"' + 'abcdefghi'.replace(/./g, (letter) => `${ten}.all(${letter}, `) + 'true' + ')'.repeat(9) + '"',
    'Deny',
  ),
  '---\n',
  vap('few', 'object.spec.replicas <= 2', 'Deny'),
  '---\n',
  kyverno('few-kyverno', rule('few', 'validate: {pattern: {spec: {replicas: "<3"}}}')),
  kyverno(
    'forwards',
    rule(
      'round',
      'context: [{name: a, variable: {value: "{{b}}"}}, {name: b, variable: {value: "{{a}}"}}], ' +
        'validate: {deny: {conditions: {all: [{key: "{{a}}", operator: Equals, value: x}]}}}',
    ),
  ),
  kyverno('misfit', rule('misfit', 'validate: text')),
  kyverno(
    'many',
    Array.from({ length: 1000 }, (_, index) => rule(`r${index}`, 'validate: {pattern: {spec: {replicas: ">0"}}}')).join(
      ', ',
    ),
  ),
  gatekeeper('FewRego', 'input.review.object.spec.replicas > 2'),
  gatekeeper('EndlessRego', 'numbers.range(1, 100000000)[_] + numbers.range(1, 100000000)[_] == 0'),
  gatekeeper('BrokenRego', 'input.review.object['),
].join('');

describe('policies on the command line, judged by the real engine', function () {
  this.timeout(60_000);
  let scratch: string;
  let repository: ScratchRepository;

  before(async () => {
    if (!existsSync(path.join(projectRoot, 'dist/engine/admission.wasm'))) {
      throw new Error('dist/engine/admission.wasm is missing: run "npm run build"');
    }
    scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-policy-'));
    repository = await storefrontRepository();
    await mkdir(path.join(repository.folder, 'rules'));
  });

  after(async () => {
    await repository.remove();
    await rm(scratch, { recursive: true, force: true });
  });

  async function file(name: string, text: string): Promise<string> {
    const where = path.join(scratch, name);
    await writeFile(where, text);
    return where;
  }

  it('judges the objects of files, says the line of the field at fault, and fails', async () => {
    const rules = await file('rules.yaml', vap('few', 'object.spec.replicas <= 2', 'Deny'));
    const objects = await file('web.yaml', deployment);
    const { exit, stdout } = await policy('--policies', rules, '--resources', objects, '-o', 'json');
    assert.equal(exit, 1);
    const [result, ...others] = listAt(parse(stdout), 'results');
    assert.deepEqual(others, []);
    assert.deepEqual(result, {
      policy: 'few',
      resource: 'Deployment//web',
      result: 'fail',
      message: 'too many replicas',
      source: rules,
      actions: ['Deny'],
      place: { file: objects, line: 6, column: 13 },
    });
  });

  it('gives the same as SARIF, with the rule as a related place', async () => {
    const rules = await file('rules.yaml', vap('few', 'object.spec.replicas <= 2', 'Deny'));
    const objects = await file('web.yaml', deployment);
    const { stdout } = await policy('--policies', rules, '--resources', objects, '-o', 'sarif');
    const [run] = listAt(parse(stdout), 'runs');
    const [result] = listAt(run, 'results');
    assert.equal(stringAt(result, 'ruleId'), 'policy.denied');
    const region = objectAt(listAt(result, 'locations')[0], 'physicalLocation', 'region');
    assert.deepEqual([region?.startLine, region?.startColumn], [6, 13]);
    const related = objectAt(listAt(result, 'relatedLocations')[0], 'physicalLocation', 'region');
    assert.equal(related?.startLine, 13);
  });

  it('gives the same as OpenReports, one report for each namespace', async () => {
    const rules = await file('rules.yaml', vap('few', 'object.spec.replicas <= 2', 'Deny'));
    const objects = await file(
      'web.yaml',
      `${deployment}---\n${deployment.replace('name: web', 'name: b\n  namespace: shop').replace('3', '1')}`,
    );
    const { stdout } = await policy('--policies', rules, '--resources', objects, '-o', 'openreports');
    assert.deepEqual(
      listAt(parse(stdout), 'items').map((each) => [
        stringAt(each, 'kind'),
        stringAt(each, 'metadata', 'namespace'),
        stringAt(listAt(each, 'results')[0], 'result'),
      ]),
      [
        ['ClusterReport', undefined, 'fail'],
        ['Report', 'shop', 'pass'],
      ],
    );
  });

  it('tells a policy that does not compile on its line, and judges by the others', async () => {
    const rules = await file(
      'rules.yaml',
      `${vap('bad', 'object.spec.replicas <=', 'Deny')}---\n${vap('few', 'object.spec.replicas <= 2', 'Deny')}`,
    );
    const { exit, stdout } = await policy('--policies', rules, '--resources', await file('web.yaml', deployment));
    assert.equal(exit, 2);
    assert.match(stdout, /fail {6}Deployment\/\/web\n.*few/);
    assert.match(stdout, /! .*rules\.yaml:13: .*does not compile/);
  });

  it('tells every policy that goes wrong on its line, in each engine, and judges by the others', async function () {
    this.timeout(180_000);
    const rules = await file('rules.yaml', goneWrong);
    const { exit, stdout } = await policy('--policies', rules, '--resources', await file('web.yaml', deployment));
    assert.equal(exit, 2);
    const found = [...stdout.matchAll(/^(\w+) .*\n {6}([\w-]+)/gm)].map(([, result, name]) => `${name} ${result}`);
    assert.deepEqual(found, [
      'costly fail',
      'few fail',
      'few-rego fail',
      'few-kyverno fail',
      'forwards error',
      'endless-rego undecided',
    ]);
    assert.match(stdout, /resulted in error: operation cancelled: actual cost limit exceeded/);
    assert.match(stdout, /The Rego does not end within a million steps/);
    const misfit = goneWrong.split('\n').findIndex((line) => line.includes('validate: text')) + 1;
    assert.match(stdout, new RegExp(`! .*rules\\.yaml:${misfit}: spec\\.rules\\.validate cannot be a string`));
    const broken = goneWrong.split('\n').findIndex((line) => line.includes('review.object[ }')) + 1;
    assert.match(stdout, new RegExp(`! .*rules\\.yaml:${broken}: The Rego does not compile`));
    assert.match(stdout, /1006 results: .*1000 pass/);
  });

  it("judges what a repository's apps render to, on the line of the overlay that decides", async () => {
    await writeFile(path.join(repository.folder, 'rules/few.yaml'), vap('few', 'object.spec.replicas <= 2', 'Audit'));
    const { exit, stdout } = await policy('--folder', repository.folder);
    assert.equal(exit, 1);
    assert.match(
      stdout,
      /fail {6}Deployment\/shop-prod\/web\n {6}few \(repository\): too many replicas\n {6}at apps\/web\/overlays\/prod\/web-size\.yaml:6:13\n/,
    );
    const { exit: lenient } = await policy('--folder', repository.folder, '--fail-on', 'policy.denied');
    assert.equal(lenient, 0);
  });

  it('judges by policies of folders outside of the repository too, and of chosen apps only', async () => {
    await writeFile(path.join(repository.folder, 'rules/few.yaml'), '');
    const rules = await file('rules.yaml', vap('few', 'object.spec.replicas <= 2', 'Deny'));
    const { exit, stdout } = await policy('web', '--folder', repository.folder, '--policies', rules, '-o', 'json');
    assert.equal(exit, 1);
    const results = listAt(parse(stdout), 'results');
    assert.deepEqual(
      results.map((each) => [stringAt(each, 'app'), stringAt(each, 'source'), stringAt(each, 'result')]),
      [['web', rules, 'fail']],
    );
    const unknown = await policy('nowhere', '--folder', repository.folder);
    assert.deepEqual([unknown.exit, unknown.stdout], [2, '']);
    assert.match(unknown.stderr, /no app named nowhere/);
  });

  it('tells what a live object violates too from what only Git would introduce', async () => {
    const rules = await file('rules.yaml', vap('few', 'object.spec.replicas <= 2', 'Deny'));
    const standingWith = async (replicas: number): Promise<readonly unknown[]> => {
      const live = deployment
        .replace('name: web\n', 'name: web\n  namespace: shop-prod\n')
        .replace('replicas: 3', `replicas: ${String(replicas)}`);
      const dump = await file(`live-${String(replicas)}.yaml`, live);
      const args = ['web', '--folder', repository.folder, '--policies', rules, '--live', dump];
      const { stdout } = await policy(...args, '-o', 'json');
      const results = listAt(parse(stdout), 'results');
      return results.filter((each) => stringAt(each, 'result') === 'fail').map((each) => stringAt(each, 'standing'));
    };
    assert.deepEqual(await standingWith(5), ['live-too']);
    assert.deepEqual(await standingWith(1), ['introduced']);
  });
});
