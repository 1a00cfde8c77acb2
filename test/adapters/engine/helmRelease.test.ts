import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { stringAt, valueAt } from '../../../src/core/model/json.ts';
import type { Json } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { AppExplainer } from '../../../src/core/provenance/explainField.ts';
import type { ClusterView } from '../../../src/core/render/clusterView.ts';
import { noCluster, writeQuestion } from '../../../src/core/render/clusterView.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;
const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.example.com}\n';

function configMap(data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: ${data}\n`;
}

function release(spec: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: team}
spec:
  chart: {spec: {chart: ./web, sourceRef: {kind: GitRepository, name: a}}}
${spec}`;
}

describe('a HelmRelease', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  interface Case {
    readonly template?: string;
    readonly spec?: string;
    readonly files?: Readonly<Record<string, string>>;
    readonly cluster?: ClusterView;
  }
  const open = async ({ template = configMap('{}'), spec = '', files = {} }: Case): Promise<{ tree: MemoryTree; app: App }> => {
    const tree = new MemoryTree({
      'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'web/templates/a.yaml': template,
      'release.yaml': release(spec),
      ...files,
    });
    const { apps } = await discoverApps(tree, [], signal);
    const app = apps.find((each) => each.kind === 'flux-helmrelease');
    assert.ok(app !== undefined);
    return { tree, app };
  };
  const render = async (asked: Case): Promise<Rendering> => {
    const { tree, app } = await open(asked);
    return renderApp(app, tree, pool, signal, { cluster: asked.cluster });
  };
  const dataOf = ({ objects, problems }: Rendering): unknown => {
    assert.deepEqual(problems.filter(({ severity }) => severity === 'error'), []);
    return valueAt(objects[0]?.object, 'data');
  };
  const holding = (...objects: readonly Json[]): ClusterView => {
    const held = new Map(
      objects.flatMap((each): [string, KubeObject][] => {
        const object = asKubeObject(each);
        assert.ok(object !== undefined);
        const { apiVersion, kind, metadata } = object;
        const namespace = stringAt(metadata, 'namespace') ?? '';
        return [[writeQuestion({ apiVersion, kind, namespace, name: stringAt(metadata, 'name') ?? '' }), object]];
      }),
    );
    return { ...noCluster, find: (question) => held.get(writeQuestion(question)) ?? null };
  };

  it('cuts a release’s name that is too long, and tells it apart by a hash as helm-controller does', async () => {
    const long = `a${'b'.repeat(60)}`;
    const { objects } = await render({ spec: `  targetNamespace: ${long}\n` });
    // sha256 of "<target>-web", by coreutils.
    assert.match(stringAt(objects[0]?.object, 'metadata', 'name') ?? '', /^ab{39}-[0-9a-f]{12}$/);
    const short = await render({ spec: '  releaseName: mine\n' });
    assert.equal(stringAt(short.objects[0]?.object, 'metadata', 'name'), 'mine');
  });

  it('renders definitions unless it never touches them, and marks where they come from', async () => {
    const files = { 'web/crds/a.yaml': crd };
    const kinds = async (spec: string): Promise<unknown> =>
      (await render({ files, spec })).objects.map(({ object, isChartCrd }) => [object.kind, isChartCrd]);
    const both = [['CustomResourceDefinition', true], ['ConfigMap', undefined]];
    assert.deepEqual(await kinds(''), both);
    assert.deepEqual(await kinds('  install: {crds: Skip}\n'), [['ConfigMap', undefined]]);
    assert.deepEqual(await kinds('  install: {crds: Skip}\n  upgrade: {crds: CreateReplace}\n'), both);
  });

  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 1, template: {spec: {containers: [{name: web, image: "nginx:1.0"}]}}}
`;
  const renderers = `  postRenderers:
    - kustomize:
        patches:
          - target: {kind: Deployment}
            patch: |
              - op: replace
                path: /spec/replicas
                value: 3
        images:
          - name: nginx
            newTag: "2.0"
    - kustomize:
        patches:
          - patch: |
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web, labels: {late: "yes"}}
`;

  it('passes the chart’s objects through its post-renderers, and keeps the template they came from', async () => {
    const { objects, problems } = await render({ template: deployment, spec: renderers, files: { 'web/crds/a.yaml': crd } });
    assert.deepEqual(problems, []);
    const [first, second] = objects;
    assert.equal(first?.object.kind, 'CustomResourceDefinition');
    assert.equal(valueAt(second?.object, 'spec', 'replicas'), 3);
    assert.match(JSON.stringify(second?.object), /nginx:2\.0/);
    assert.equal(valueAt(second?.object, 'metadata', 'labels', 'late'), 'yes');
    assert.equal(second?.origin?.path, 'web/templates/a.yaml');
  });

  it('leaves hooks alone when told to, and else renders them too', async () => {
    const hook = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: post-install}}\n';
    const patch = '{target: {kind: Job}, patch: \'[{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]\'}';
    const spec = `  postRenderers: [{kustomize: {patches: [${patch}]}}]\n`;
    const labels = async (more: string): Promise<unknown> =>
      valueAt((await render({ template: hook, spec: spec + more })).objects[0]?.object, 'metadata', 'labels');
    assert.deepEqual(await labels(''), { a: 'b' });
    assert.deepEqual(await labels('  postRenderStrategy: separate\n'), { a: 'b' });
    assert.equal(await labels('  postRenderStrategy: nohooks\n'), undefined);
  });

  it('says which post-renderer cannot be applied', async () => {
    const spec = '  postRenderers: [{kustomize: {patches: [{patch: "kind: Deployment\\nmetadata: {name: none}\\napiVersion: apps/v1"}]}}]\n';
    const { objects, problems } = await render({ spec });
    assert.deepEqual(objects, []);
    assert.deepEqual(problems.map(({ severity, file }) => [severity, file]), [['error', 'release.yaml']]);
    assert.match(problems[0]?.message ?? '', /^Post-renderer 1 cannot be applied/);
  });

  it('proves the lines of its patches and images, and of what they leave alone', async () => {
    const { tree, app } = await open({ template: deployment.replace('nginx:1.0', 'nginx:{{ .Values.tag }}').replace('metadata: {name: web}', 'metadata: {name: web, annotations: {tag: "{{ .Values.tag }}"}}'), spec: renderers, files: { 'web/values.yaml': 'tag: one\n' } });
    const { objects } = await renderApp(app, tree, pool, signal);
    const [object] = objects;
    assert.ok(object !== undefined);
    const explainer = new AppExplainer({ app, tree, engine: pool });
    const placeOf = async (path: string): Promise<string> => {
      const found = await explainer.explain({ key: object.key, path }, signal);
      return found.kind === 'proven' ? `${found.place.file}:${found.place.range.line} ${found.place.text}` : found.why;
    };
    assert.equal(await placeOf('/spec/replicas'), 'release.yaml:13 3');
    assert.equal(await placeOf('/spec/template/spec/containers/0/image'), 'release.yaml:16 "2.0"');
    assert.equal(await placeOf('/metadata/labels/late'), 'release.yaml:22 yes');
    assert.equal(await placeOf('/metadata/annotations/tag'), 'web/values.yaml:1 one');
  });

  it('leaves open what values outside the repository decide: single fields by their path, else everything', async () => {
    const template = configMap('{a: {{ .Values.a | default "none" | quote }}, b: "b"}');
    const undecided = async (from: string, cluster?: ClusterView): Promise<unknown> =>
      (await render({ template, spec: `  valuesFrom: [${from}]\n`, ...(cluster && { cluster }) })).objects[0]?.undecided?.map(({ path }) => path);
    const secret = '{kind: Secret, name: s, targetPath: a}';
    assert.deepEqual(await undecided(secret), ['/data/a']);
    assert.deepEqual(await undecided('{kind: ConfigMap, name: m}'), ['']);
    assert.equal(await undecided(secret, holding()), undefined, 'the cluster holds none');
    const held = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'team' }, data: {} };
    assert.deepEqual(await undecided(secret, holding(held)), ['/data/a'], 'nobody here knows what is in a Secret');
  });

  it('takes values from the cluster’s ConfigMaps', async () => {
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'team' }, data: { 'values.yaml': 'a: live' } };
    const rendering = await render({
      template: configMap('{a: {{ .Values.a }}}'),
      spec: '  valuesFrom: [{kind: ConfigMap, name: m}]\n',
      cluster: holding(held),
    });
    assert.deepEqual(dataOf(rendering), { a: 'live' });
    assert.equal(rendering.objects[0]?.undecided, undefined);
  });

  it('answers lookups from the cluster, and marks the fields that hang on an answer nobody gave', async () => {
    const template = configMap('{a: "{{ dig "data" "x" "none" (lookup "v1" "ConfigMap" "team" "m") }}", b: "b"}');
    const alone = await render({ template });
    assert.deepEqual([dataOf(alone), alone.lookups], [{ a: 'none', b: 'b' }, ['v1 ConfigMap team m']]);
    assert.deepEqual(alone.objects[0]?.undecided?.map(({ path }) => path), ['/data/a']);
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'team' }, data: { x: 'live' } };
    const connected = await render({ template, cluster: holding(held) });
    assert.deepEqual([dataOf(connected), connected.lookups], [{ a: 'live', b: 'b' }, undefined]);
    assert.equal(connected.objects[0]?.undecided, undefined);
  });

  it('keeps what a second rendering gave where a template draws at random', async () => {
    const spec = '  postRenderers: [{kustomize: {images: [{name: x, newTag: z1}]}}]\n';
    for (const each of ['', spec]) {
      const { objects } = await render({ template: configMap('{a: "{{ randAlphaNum 12 }}", b: "b"}'), spec: each });
      const [object] = objects;
      assert.notEqual(stringAt(object?.second, 'data', 'a'), stringAt(object?.object, 'data', 'a'));
      assert.equal(stringAt(object?.second, 'data', 'b'), 'b');
    }
  });

  it('renders for the version and the APIs of its cluster, and for nothing else', async () => {
    const template = configMap(
      '{v: {{ .Capabilities.KubeVersion }}, old: "{{ .Capabilities.APIVersions.Has "policy/v1beta1" }}", own: "{{ .Capabilities.APIVersions.Has "a.example.com/v1/A" }}"}',
    );
    const cluster = { ...noCluster, capabilities: { kubeVersion: 'v1.31.4', apiVersions: ['v1', 'a.example.com/v1', 'a.example.com/v1/A'] } };
    assert.deepEqual(dataOf(await render({ template, cluster })), { v: 'v1.31.4', old: 'false', own: 'true' });
    const rendering = await render({ template });
    assert.equal(valueAt(rendering.objects[0]?.object, 'data', 'own'), 'false');
  });
});
