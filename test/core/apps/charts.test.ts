import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { describeNeed } from '../../../src/core/model/remoteNeed.ts';
import type { Remote } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { matchesPathGlob } from '../../../src/core/render/pathGlob.ts';

const origin: readonly Remote[] = [{ name: 'origin', urls: ['https://git.example.com/platform/apps.git'] }];
const here = 'repoURL: https://git.example.com/platform/apps';
const chart = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`;

async function discover(files: Readonly<Record<string, string>>): Promise<readonly App[]> {
  return (await discoverApps(new MemoryTree(files), origin, new AbortController().signal)).apps;
}

function shown({ id, source }: App): string {
  if (source.kind === 'here' && source.remote !== undefined) return `${id} -> ${describeNeed(source.remote)}`;
  if (source.kind === 'here') return `${id} -> ${source.render} ${source.path}`;
  return source.kind === 'elsewhere' ? `${id} -> elsewhere ${source.what}` : `${id}: ${source.why}`;
}

function release(name: string, spec: string): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: team}\nspec: {${spec}}\n`;
}

describe('charts among the apps', () => {
  it('are apps of their own unless another chart, an app or their type says otherwise', async () => {
    const apps = await discover({
      'charts/web/Chart.yaml': chart('web', 'dependencies: [{name: kit, version: 1, repository: "file://../kit"}]\n'),
      'charts/web/charts/db/Chart.yaml': chart('db'),
      'charts/kit/Chart.yaml': chart('kit'),
      'charts/lib/Chart.yaml': chart('lib', 'type: library\n'),
      'charts/used/Chart.yaml': chart('used'),
      'clusters/used.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: used}\nspec: {source: {${here}, path: charts/used}}\n`,
    });
    assert.deepEqual(apps.map(shown), [
      'argo-application:argocd/used -> helm charts/used',
      'helm:charts/web -> helm charts/web',
    ]);
  });

  it('belong to HelmReleases by way of Git, and say why they are not rendered when they come from elsewhere', async () => {
    const git = 'sourceRef: {kind: GitRepository, name: platform}';
    const apps = await discover({
      'a.yaml': [
        release('git', `targetNamespace: shop, chart: {spec: {chart: ./charts/web, ${git}}}`),
        release('ref', 'chartRef: {kind: HelmChart, name: web}'),
        release('oci', 'chartRef: {kind: OCIRepository, name: podinfo}'),
        release('repo', 'chart: {spec: {chart: podinfo, sourceRef: {kind: HelmRepository, name: podinfo}}}'),
        release('post', `postRenderers: [{kustomize: {}}], chart: {spec: {chart: ./charts/web, ${git}}}`),
      ].join('---\n'),
      'chart.yaml': `apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: web, namespace: team}\nspec: {chart: ./charts/web, ${git}, valuesFiles: [charts/web/prod.yaml]}\n`,
      'charts/web/Chart.yaml': chart('web'),
    });
    assert.deepEqual(apps.map(shown), [
      'flux-helmrelease:team/git -> helm charts/web',
      'flux-helmrelease:team/oci: The chart comes from the OCIRepository podinfo, which this repository does not declare.',
      'flux-helmrelease:team/post -> helm charts/web',
      'flux-helmrelease:team/ref -> helm charts/web',
      'flux-helmrelease:team/repo: The chart comes from the HelmRepository podinfo, which this repository does not declare.',
    ]);
    const [own, , , referred] = apps;
    assert.deepEqual([own?.destination.namespace, referred?.destination.namespace], ['shop', 'team']);
    assert.deepEqual(referred?.source.kind === 'here' ? referred.source.chart?.valuesFiles : [], [
      'charts/web/prod.yaml',
    ]);
  });

  it('stand beside other sources of an Application, which must all be here', async () => {
    const application = (name: string, sources: string): string =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\nspec: {sources: [${sources}]}\n`;
    const apps = await discover({
      'all.yaml': application('all', `{${here}, path: charts/web}, {${here}, ref: values}, {${here}, path: extras}`),
      'ref.yaml': application('ref', `{${here}, path: charts/web}, {repoURL: https://git.example.com/x, ref: values}`),
      'oci.yaml': application('oci', `{repoURL: ghcr.io/x, chart: web}, {${here}, ref: values}`),
      'charts/web/Chart.yaml': chart('web'),
      'extras/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    });
    assert.deepEqual(apps.map(shown), [
      'argo-application:argocd/all -> helm charts/web',
      'argo-application:argocd/oci -> oci://ghcr.io/x/web',
      "argo-application:argocd/ref: One of this Application's sources takes files from another repository (https://git.example.com/x).",
    ]);
    const { source } = apps[0] ?? {};
    assert.deepEqual(source?.kind === 'here' ? [source.index, source.others] : [], [
      0,
      [{ path: 'extras', render: 'directory', index: 2 }],
    ]);
  });
});

describe('patterns of value files', () => {
  const rows = [
    ['envs/*.yaml', 'envs/a.yaml', true],
    ['envs/*.yaml', 'envs/x/a.yaml', false],
    ['envs/**/a.yaml', 'envs/a.yaml', true],
    ['envs/**/a.yaml', 'envs/x/y/a.yaml', true],
    ['envs/{a,b}.yaml', 'envs/b.yaml', true],
    ['envs/[!a].yaml', 'envs/a.yaml', false],
    ['envs/?.yaml', 'envs/a.yaml', true],
    ['envs/a.yaml', 'envs/a-yaml', false],
  ] as const;
  for (const [pattern, path, matches] of rows) {
    it(`${pattern} ${matches ? 'takes' : 'leaves'} ${path}`, () => {
      assert.equal(matchesPathGlob(path, pattern), matches);
    });
  }
});
