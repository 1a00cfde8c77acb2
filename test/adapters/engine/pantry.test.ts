import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { DiskTree } from '../../../src/adapters/git/diskTree.ts';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { valueAt } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { AppExplainer } from '../../../src/core/provenance/explainField.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;
const remotes = [{ name: 'origin', urls: ['https://git.pantry.example/shop/pantry.git'] }];
const image = '/spec/template/spec/containers/0/image';

describe('the example pantry', () => {
  const pool = openPool();
  const tree = new DiskTree(fileURLToPath(new URL('../../../examples/pantry', import.meta.url)));
  after(() => {
    pool.dispose();
  });

  const open = async (name: string): Promise<{ rendering: Rendering; placeOf: (index: number, path: string) => Promise<string> }> => {
    const { apps } = await discoverApps(tree, remotes, signal, pool);
    const app = apps.find((each) => each.name === name);
    assert.ok(app !== undefined, apps.map(({ id }) => id).join());
    const rendering = await renderApp(app, tree, pool, signal);
    const explainer = new AppExplainer({ app, tree, engine: pool, rendering });
    return {
      rendering,
      placeOf: async (index, path) => {
        const key = rendering.objects[index]?.key;
        assert.ok(key !== undefined);
        const found = await explainer.explain({ key, path }, signal);
        return found.kind === 'proven' ? `${found.place.file}:${found.place.range.line}` : found.why;
      },
    };
  };
  const shown = ({ objects }: Rendering): unknown => objects.map(({ key }) => key);

  it('declares its apps and roots', async () => {
    const { apps, problems } = await discoverApps(tree, remotes, signal, pool);
    assert.deepEqual(problems, []);
    assert.deepEqual(apps.map(({ id }) => id), [
      'argo-application:argocd/metrics',
      'argo-application:argocd/pantry-staging',
      'flux-helmrelease:flux-system/cellar',
      'flux-helmrelease:flux-system/pantry',
      'kustomize:apps/tasting',
      // The ConfigMap beside the HelmReleases, which somebody applies with them.
      'manifests:clusters/prod/flux',
    ]);
  });

  it('renders its chart as Argo CD does, and finds the lines', async () => {
    const { rendering, placeOf } = await open('pantry-staging');
    assert.deepEqual(rendering.problems, []);
    assert.deepEqual(shown(rendering), ['/ConfigMap/pantry-staging/pantry-alerts', 'apps/Deployment/pantry-staging/pantry']);
    assert.equal(valueAt(rendering.objects[0]?.object, 'data', 'below'), '3');
    assert.equal(await placeOf(0, '/data/below'), 'values/staging.yaml:3');
    assert.equal(await placeOf(1, image), 'clusters/prod/argocd/pantry-staging.yaml:18');
    assert.equal(await placeOf(1, '/spec/replicas'), 'charts/pantry/values.yaml:1');
  });

  it('renders its chart as Flux does, with what a Secret of the cluster decides left open', async () => {
    const { rendering, placeOf } = await open('pantry');
    assert.deepEqual(rendering.problems, []);
    assert.deepEqual(shown(rendering), ['/ConfigMap/pantry/pantry-pantry-alerts', 'apps/Deployment/pantry/pantry-pantry']);
    assert.deepEqual(rendering.objects.map(({ undecided }) => undecided?.map(({ path }) => path)), [['/data/token'], undefined]);
    assert.equal(await placeOf(0, '/data/below'), 'clusters/prod/flux/pantry.yaml:38');
    assert.equal(await placeOf(1, '/spec/replicas'), 'clusters/prod/flux/pantry.yaml:8');
    assert.equal(await placeOf(1, image), 'clusters/prod/flux/pantry.yaml:43');
    assert.equal(await placeOf(1, '/spec/template/spec/priorityClassName'), 'clusters/prod/flux/pantry.yaml:50');
  });

  it('names what has to be fetched', async () => {
    const needs = await Promise.all(
      ['metrics', 'cellar', 'apps/tasting'].map(async (name) => (await open(name)).rendering.problems.map((each) => each.needs)),
    );
    assert.deepEqual(needs, [
      [{ kind: 'chart', url: 'https://charts.pantry.example/stable', chart: 'metrics', version: '~2.1' }],
      [{ kind: 'oci', url: 'oci://registry.pantry.example/charts/cellar', version: '1.x' }],
      [{ kind: 'git', url: 'https://git.pantry.example/shop/common.git', revision: 'v1.0' }],
    ]);
  });
});
