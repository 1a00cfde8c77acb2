import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { stringAt, valueAt } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;
const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'charts/web/values.yaml': 'a: chart\nb: chart\nc: chart\nd: chart\n',
  'charts/web/prod.yaml': 'b: file\nc: file\nd: file\n',
  'charts/web/templates/cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {all: {{ toJson .Values | quote }}, ns: {{ .Release.Namespace }}}\n',
};

function application(helm: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  source:
    repoURL: https://git.example.com/a
    path: charts/web
    helm: ${helm}
`;
}

function release(spec: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: team}
spec:
  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: a}, valuesFiles: [charts/web/values.yaml, charts/web/prod.yaml]}}
${spec}`;
}

describe('apps rendered from charts', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  const render = async (files: Readonly<Record<string, string>>): Promise<Rendering> => {
    const tree = new MemoryTree({ ...chart, ...files });
    const { apps } = await discoverApps(tree, [], signal);
    const app = apps.find((each) => each.name === 'web' || each.kind === 'helm');
    assert.ok(app !== undefined);
    return renderApp(app, tree, pool, signal);
  };
  const valuesOf = ({ objects, problems }: Rendering): unknown => {
    assert.deepEqual(problems.filter((each) => each.severity === 'error'), []);
    return JSON.parse(stringAt(objects[0]?.object, 'data', 'all') ?? '');
  };

  it('take an Application’s values in Argo CD’s order', async () => {
    const rendering = await render({
      'app.yaml': application(
        `{releaseName: other, valueFiles: [prod.yaml], values: "b: text", valuesObject: {c: object, d: object}, parameters: [{name: d, value: "x,y $ARGOCD_APP_NAME"}, {name: e, value: "1", forceString: true}]}`,
      ),
    });
    assert.deepEqual(valuesOf(rendering), { a: 'chart', b: 'file', c: 'object', d: 'x,y web', e: '1' });
    assert.deepEqual(rendering.objects.map((each) => each.key), ['/ConfigMap/shop/other']);
    assert.ok(rendering.reads.some((each) => each.path === 'charts/web/prod.yaml'));
  });

  it('find an Application’s value files by pattern and from the root, and miss those that are not there', async () => {
    const files = { 'envs/1.yaml': 'a: one\nb: one\n', 'envs/2.yaml': 'b: two\n' };
    const all = await render({ ...files, 'app.yaml': application('{valueFiles: [/envs/*.yaml]}') });
    assert.deepEqual(valuesOf(all), { a: 'one', b: 'two', c: 'chart', d: 'chart' });
    const missing = await render({ 'app.yaml': application('{valueFiles: [no.yaml]}') });
    assert.match(missing.problems[0]?.message ?? '', /no\.yaml does not exist/);
    assert.equal(missing.problems[0]?.file, 'app.yaml');
    const ignored = await render({ 'app.yaml': application('{valueFiles: [no.yaml], ignoreMissingValueFiles: true}') });
    assert.deepEqual(valuesOf(ignored), { a: 'chart', b: 'chart', c: 'chart', d: 'chart' });
  });

  it('take a HelmRelease’s values in Flux’ order', async () => {
    const rendering = await render({
      'release.yaml': release(`  targetNamespace: shop
  valuesFrom: [{kind: ConfigMap, name: v}, {kind: Secret, name: s, valuesKey: token, targetPath: e}, {kind: ConfigMap, name: gone, optional: true}]
  values: {d: inline}
  commonMetadata: {labels: {team: web}}
`),
      'v.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: team}\ndata: {values.yaml: "c: map\\nd: map\\n"}\n',
      's.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: team}\ndata: {token: IjEyIg==}\n',
    });
    assert.deepEqual(valuesOf(rendering), { a: 'chart', b: 'file', c: 'map', d: 'inline', e: '12' });
    assert.deepEqual(rendering.objects.map((each) => each.key), ['/ConfigMap/shop/shop-web']);
    assert.equal(valueAt(rendering.objects[0]?.object, 'metadata', 'labels', 'team'), 'web');
  });

  it('say which values the repository does not hold', async () => {
    const rendering = await render({ 'release.yaml': release('  valuesFrom: [{kind: ConfigMap, name: gone}]\n') });
    assert.deepEqual(rendering.problems.map((each) => [each.severity, each.file]), [['warning', 'release.yaml']]);
  });

  it('show what a schema refuses on the line of the last file that writes it', async () => {
    const rendering = await render({
      'app.yaml': application('{valueFiles: [prod.yaml]}'),
      'charts/web/values.schema.json': '{"properties": {"b": {"type": "integer"}, "a": {"enum": ["x"]}}}',
    });
    const places = rendering.problems.map(({ file, line, column }) => [file, line, column]);
    assert.deepEqual(places.sort(), [
      ['charts/web/prod.yaml', 1, 4],
      ['charts/web/values.yaml', 1, 4],
    ]);
  });

  it('render several sources of an Application together', async () => {
    const rendering = await render({
      'app.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  destination: {namespace: shop}
  sources:
    - {repoURL: https://git.example.com/a, ref: values}
    - {repoURL: https://git.example.com/a, path: charts/web, helm: {valueFiles: [$values/envs/prod.yaml]}}
    - {repoURL: https://git.example.com/a, path: extras}
`,
      'envs/prod.yaml': 'a: reference\n',
      'extras/x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n',
    });
    assert.deepEqual(valuesOf(rendering), { a: 'reference', b: 'chart', c: 'chart', d: 'chart' });
    assert.deepEqual(rendering.objects.map((each) => each.key), ['/ConfigMap/shop/web', '/ConfigMap/shop/extra']);
  });

  it('tell what their templates asked the cluster', async () => {
    const rendering = await render({
      'charts/web/templates/look.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: n{{ len (lookup "v1" "Secret" "a" "b") }}}\n',
    });
    assert.deepEqual(rendering.lookups, ['v1 Secret a b']);
  });
});
