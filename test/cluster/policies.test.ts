import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import { createConnector } from '../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../src/adapters/cluster/secretHasher.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { parseKey } from '../../src/core/model/resource.ts';
import { Overview } from '../../src/core/overview/overview.ts';
import type { PolicyVerdict } from '../../src/core/policy/policyVerdict.ts';
import { modules, openPool } from '../adapters/engine/engineFixture.ts';
import { objectsOf } from '../adapters/engine/admissionCases.ts';
import { memoryRepository } from '../core/overview/memoryRepository.ts';
import { quickClock } from '../core/overview/quickClock.ts';
import { noEngine, noScripts } from '../core/overview/unasked.ts';
import { quietLog } from '../quietLog.ts';
import { SurfaceApi } from '../surface/surfaceApi.ts';
import { AdmissionWebhook } from './admissionWebhook.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const signal = new AbortController().signal;

/** A definition of a kind under some versions, the one that is stored first. */
const definition = (group: string, kind: string, plural: string, versions: readonly string[], scope = 'Cluster'): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${plural}.${group} }
spec:
  group: ${group}
  names: { kind: ${kind}, plural: ${plural}, singular: ${kind.toLowerCase()}, listKind: ${kind}List }
  scope: ${scope}
  versions:
${versions.map(versionOf).join('')}`;
const versionOf = (name: string, index: number): string => `
    - name: ${name}
      served: true
      storage: ${String(index === 0)}
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
const definitions = [
  definition('kyverno.io', 'ClusterPolicy', 'clusterpolicies', ['v1', 'v2beta1']),
  definition('kyverno.io', 'PolicyException', 'policyexceptions', ['v2', 'v2beta1'], 'Namespaced'),
  definition('templates.gatekeeper.sh', 'ConstraintTemplate', 'constrainttemplates', ['v1', 'v1beta1']),
  definition('constraints.gatekeeper.sh', 'NeedLabel', 'needlabel', ['v1beta1', 'v1alpha1']),
  definition('config.gatekeeper.sh', 'Config', 'configs', ['v1alpha1'], 'Namespaced'),
].join('---');

const kubernetesRules = `
apiVersion: v1
kind: ConfigMap
metadata: { name: limits, namespace: rules }
data: { most: "2" }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: few }
spec:
  paramKind: { apiVersion: v1, kind: ConfigMap }
  matchConstraints:
    resourceRules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }
  validations:
    - { expression: "object.spec.replicas <= int(params.data.most)", message: too many replicas }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: few }
spec:
  policyName: few
  validationActions: [Deny]
  paramRef: { name: limits, namespace: rules, parameterNotFoundAction: Deny }
`;
const kyvernoRules = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: teams }
spec:
  validationFailureAction: Enforce
  rules:
    - name: label
      match: { any: [{ resources: { kinds: [Deployment] } }] }
      validate: { message: no team, pattern: { metadata: { labels: { team: "?*" } } } }
`;
const gatekeeperRules = `
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: { name: needlabel }
spec:
  crd:
    spec:
      names: { kind: NeedLabel }
      validation: { openAPIV3Schema: { type: object, properties: { label: { type: string } } } }
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package needlabel
        violation[{"msg": msg}] {
          not input.review.object.metadata.labels[input.parameters.label]
          msg := sprintf("no %v", [input.parameters.label])
        }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: NeedLabel
metadata: { name: need-owner }
spec:
  match: { kinds: [{ apiGroups: [apps], kinds: [Deployment] }] }
  parameters: { label: owner }
`;
const exception = `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: { name: web, namespace: kyverno }
spec:
  exceptions: [{ policyName: teams, ruleNames: [label] }]
  match: { any: [{ resources: { kinds: [Deployment], names: [web] } }] }
`;
const exempted = `
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: { name: config, namespace: gatekeeper-system }
spec: { match: [{ excludedNamespaces: [shop], processes: [webhook] }] }
`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      containers:
      - name: main
        image: nginx:latest
`;
const pod = `apiVersion: v1
kind: Pod
metadata:
  name: bare
  namespace: shop
spec:
  hostPID: true
  containers:
  - name: main
    image: nginx:latest
`;

/** That it is live tells that the app belongs to this cluster. */
const here = `apiVersion: v1
kind: ConfigMap
metadata:
  name: here
  namespace: shop
`;

describe('policies of a real cluster', function () {
  this.timeout(120_000);
  let dir: string;
  let plane: ControlPlane;
  let api: SurfaceApi;
  let pool: EnginePool;
  let webhook: AdmissionWebhook;
  const opened: Overview[] = [];

  before(async function () {
    this.timeout(withBuild);
    assert.ok(existsSync(`${modules}/admission.wasm`), 'dist/engine/admission.wasm is missing: run "npm run build"');
    dir = await mkdtemp(join(tmpdir(), 'plumbline-policies-'));
    plane = await startControlPlane({ dir, progress: console.log });
    api = new SurfaceApi(plane);
    pool = openPool({ threads: 1, deadlineMs: 120_000 });
    webhook = new AdmissionWebhook(dir);
    for (const name of ['rules', 'kyverno', 'gatekeeper-system']) await create(namespace(name));
    await create({ ...namespace('shop'), metadata: { name: 'shop', labels: secured } });
    await create(objectsOf(here)[0]);
    for (const each of objectsOf(definitions)) await create(each);
    for (const path of ['kyverno.io/v1/clusterpolicies', 'constraints.gatekeeper.sh/v1beta1/needlabel']) {
      await eventually(path, async () => ((await api.get(`/apis/${path}`)).status === 200 ? true : undefined));
    }
  });

  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  after(async function () {
    this.timeout(30_000);
    pool.dispose();
    api.close();
    await webhook.stop();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('are listed and followed, with parameters, templates, exceptions and configuration', async () => {
    const overview = await open(plane.context);
    const applied = [kubernetesRules, kyvernoRules, gatekeeperRules].flatMap(objectsOf);
    for (const each of applied) await create(each);
    const all = [
      'PodSecurity: violates Pod bare',
      'few: too many replicas',
      'need-owner: no owner',
      'teams/label: no team',
    ];
    await meets(overview, 'the first judgement', all);
    assert.deepEqual(new Set(denials(overview).map(({ source }) => source?.kind)), new Set(['cluster', undefined]));

    await patch('/api/v1/namespaces/rules/configmaps/limits', { data: { most: '3' } });
    await meets(overview, 'a parameter that allows more', [all[0], all[2], all[3]]);

    await create(objectsOf(exception)[0]);
    await meets(overview, 'an exception', [all[0], all[2]]);

    const constraint = '/apis/constraints.gatekeeper.sh/v1beta1/needlabel/need-owner';
    await patch(constraint, { spec: { parameters: { label: 'app' } } });
    await meets(overview, 'a changed constraint', [all[0], 'need-owner: no app']);

    await create(objectsOf(exempted)[0]);
    await meets(overview, "Gatekeeper's exemption", [all[0]]);

    await patch('/api/v1/namespaces/shop', { metadata: { labels: { [enforce]: 'privileged' } } });
    await meets(overview, "another Namespace's label", []);
  });

  it('are said to be unknown where one kind of them may not be listed', async () => {
    const kinds = { apiGroups: ['*'], verbs: ['get', 'list', 'watch'] };
    const policies = ['validatingadmissionpolicies', 'clusterpolicies', 'constrainttemplates', 'needlabel', 'configs'];
    const readers = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'lab:viewers' };
    const meta = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'policy-readers' } };
    await create({ ...meta, kind: 'ClusterRole', rules: [{ ...kinds, resources: [...policies, 'policyexceptions'] }] });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'policy-readers' };
    await create({ ...meta, kind: 'ClusterRoleBinding', roleRef, subjects: [readers] });
    const overview = await open('plumbline-lab-viewer');
    await eventually('what may not be listed', () => {
      const unread = (overview.state.policies ?? []).flatMap((book) => book.unread ?? []);
      return Promise.resolve(unread.join() === 'validatingadmissionpolicybindings' ? true : undefined);
    });
  });

  it('speak through a dry-run, and are shown as the word of the cluster at the line', async () => {
    await patch('/api/v1/namespaces/shop', { metadata: { labels: { [enforce]: 'baseline' } } });
    await patch('/api/v1/namespaces/rules/configmaps/limits', { data: { most: '2' } });
    const path = '/spec/template/spec/containers/0/image/';
    const kyverno = `\n\nresource Deployment/shop/tagged was blocked due to the following policies \n\nlatest:\n  tag: 'validation error: no tag. rule tag failed at path ${path}'\n`;
    webhook.words.set('tagged', { denial: kyverno, warnings: ['[need-team] no team'] });
    const resources = ['deployments'];
    await create(await webhook.start('engines', 'validate.kyverno.svc-fail', resources));
    const tagged = deployment.replace('name: web', 'name: tagged').replace('replicas: 3', 'replicas: 1');
    const overview = await open(plane.context, { 'web/tagged.yaml': tagged });
    await settle(overview);
    // The server takes a moment to know its new webhook.
    const app = overview.state.apps[0]?.app.id;
    assert.ok(app !== undefined);
    const said = await eventually('the word of the cluster', async () => {
      await overview.askServer(app);
      await settle(overview);
      const words = verdictsOf(overview).filter(({ saidBy }) => saidBy === plane.context);
      return words.some(({ result }) => result.policy === 'latest') ? words : undefined;
    });
    const shown = said.map(({ object, result, provenance }) => {
      const place = provenance?.kind === 'proven' ? `${provenance.place.file}:${String(provenance.place.range.line)}` : '-';
      const name = [result.policy, result.rule].filter((each) => each !== undefined).join('/');
      return `${parseKey(object).name} ${name} ${result.result} ${place}`;
    });
    const level = 'PodSecurity/baseline:latest fail';
    assert.deepEqual(shown.sort(), [
      `bare ${level} web/pod.yaml:7`,
      `tagged ${level} web/tagged.yaml:12`,
      'tagged latest/tag fail web/tagged.yaml:15',
      'tagged need-team warn web/tagged.yaml:4',
      `web ${level} web/deployment.yaml:12`,
      'web few fail web/deployment.yaml:7',
    ]);
  });

  async function open(context: string, more: Readonly<Record<string, string>> = {}): Promise<Overview> {
    const working = { 'web/here.yaml': here, 'web/deployment.yaml': deployment, 'web/pod.yaml': pod, ...more };
    const connector = { kubeconfig: plane.kubeconfig, allowExec: () => false, log: quietLog };
    const hasher = createSecretHasher();
    const overview = new Overview({
      repo: memoryRepository({ working, commits: { c1: working }, refs: { head: 'c1' } }),
      ...{ engine: noEngine, health: noScripts, hasher, clock: quickClock, log: quietLog },
      policies: { engine: pool, usesClusters: () => true, folders: () => [] },
      comparesUnreconciled: true,
    });
    opened.push(overview);
    overview.attach(context, await createConnector({ ...connector, hasher }).connect(context, signal));
    await overview.refresh();
    return overview;
  }

  async function create(object: JsonObject | undefined): Promise<void> {
    assert.ok(object !== undefined);
    const [group, plural] = collections.get(stringAt(object, 'kind') ?? '') ?? ['', ''];
    const place = stringAt(object, 'metadata', 'namespace');
    const root = group === 'v1' ? '/api/v1' : `/apis/${group}`;
    const path = `${root}${place === undefined ? '' : `/namespaces/${place}`}/${plural}`;
    const { status, body } = await api.post(path, object);
    assert.equal(status, 201, `${path}: ${JSON.stringify(body)}`);
  }

  async function patch(path: string, body: JsonObject): Promise<void> {
    const { status, body: answer } = await api.patch('merge', path, body);
    assert.equal(status, 200, JSON.stringify(answer));
  }

});

const enforce = 'pod-security.kubernetes.io/enforce';
const secured = { [enforce]: 'baseline' };
const admission = 'admissionregistration.k8s.io/v1';
const rbac = 'rbac.authorization.k8s.io/v1';
/** Where the kinds of this test are created. */
const collections: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['Namespace', ['v1', 'namespaces']],
  ['ConfigMap', ['v1', 'configmaps']],
  ['CustomResourceDefinition', ['apiextensions.k8s.io/v1', 'customresourcedefinitions']],
  ['ValidatingAdmissionPolicy', [admission, 'validatingadmissionpolicies']],
  ['ValidatingAdmissionPolicyBinding', [admission, 'validatingadmissionpolicybindings']],
  ['ValidatingWebhookConfiguration', [admission, 'validatingwebhookconfigurations']],
  ['ClusterRole', [rbac, 'clusterroles']],
  ['ClusterRoleBinding', [rbac, 'clusterrolebindings']],
  ['ClusterPolicy', ['kyverno.io/v1', 'clusterpolicies']],
  ['PolicyException', ['kyverno.io/v2', 'policyexceptions']],
  ['ConstraintTemplate', ['templates.gatekeeper.sh/v1', 'constrainttemplates']],
  ['NeedLabel', ['constraints.gatekeeper.sh/v1beta1', 'needlabel']],
  ['Config', ['config.gatekeeper.sh/v1alpha1', 'configs']],
]);

function namespace(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

async function settle(overview: Overview): Promise<void> {
  await overview.whenSettled(AbortSignal.timeout(60_000));
}

function verdictsOf(overview: Overview): readonly PolicyVerdict[] {
  return overview.state.apps.flatMap(({ policies = [] }) => policies);
}

function denials(overview: Overview): readonly PolicyVerdict[] {
  return verdictsOf(overview).filter(({ result }) => result.result === 'fail' && result.actions.includes('Deny'));
}

/** `policy/rule: text`, the text as the policies above have it. */
function wordsOf({ object, result }: PolicyVerdict): string {
  const { kind, name } = parseKey(object);
  if (result.policy === 'PodSecurity') return `PodSecurity: violates ${kind} ${name}`;
  const text = ['too many replicas', 'no team', 'no owner', 'no app'].find((each) => result.message?.includes(each));
  return `${[result.policy, result.rule].filter((each) => each !== undefined).join('/')}: ${text ?? String(result.message)}`;
}

/** Waits until the denials are these; what they are instead is said. */
async function meets(overview: Overview, what: string, expected: readonly (string | undefined)[]): Promise<void> {
  const found = (): readonly string[] =>
    denials(overview)
      .filter(({ object, result }) => result.policy !== 'PodSecurity' || parseKey(object).kind === 'Pod')
      .map(wordsOf)
      .sort();
  const isMet = (): boolean => overview.state.policies !== undefined && JSON.stringify(found()) === JSON.stringify(expected);
  await eventually(what, () => Promise.resolve(isMet() ? true : undefined)).catch(() => {
    assert.deepEqual(found(), expected, what);
  });
}
