import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFetcher } from '../../../src/adapters/fetch/fetchBundle.ts';
import { FetchStore } from '../../../src/adapters/fetch/fetchStore.ts';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { valueAt } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { AppExplainer } from '../../../src/core/provenance/explainField.ts';
import type { FileTree } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { missingNeeds } from '../../../src/core/render/missingNeeds.ts';
import { MountTree } from '../../../src/core/render/mountTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from '../engine/engineFixture.ts';
import { ScratchRepository } from '../git/scratchRepository.ts';
import { chart, startChartRepository } from './servers.ts';
import { quietLog } from '../../quietLog.ts';

const signal = new AbortController().signal;

function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`;
}

describe('kustomizations with remote bases', function () {
  this.timeout(120_000);
  const pool = openPool();
  const home = mkdtempSync(path.join(tmpdir(), 'plumbline-bases-'));
  const outer = new ScratchRepository();
  const inner = new ScratchRepository();
  let count = 0;
  before(() => {
    inner.save({
      'kit/kustomization.yaml': 'resources: [kit.yaml]\n',
      'kit/kit.yaml': configMap('kit', 'from: inner'),
    });
    outer.save({
      'deploy/base/kustomization.yaml': `resources:\n  - cm.yaml\n  - file://${inner.folder}//kit?ref=main\n  - ../shared\n`,
      'deploy/base/cm.yaml': configMap('base', 'size: "1", name: base'),
      'deploy/shared/kustomization.yaml': 'resources: [s.yaml]\n',
      'deploy/shared/s.yaml': configMap('shared', 'a: b'),
    });
  });
  after(() => {
    pool.dispose();
    outer.remove();
    inner.remove();
    rmSync(home, { recursive: true });
  });

  interface Opened {
    readonly app: App;
    readonly tree: FileTree;
    readonly fetch: (rendering: Rendering) => Promise<void>;
  }
  const open = async (files: Readonly<Record<string, string>>): Promise<Opened> => {
    const store = new FetchStore(path.join(home, String(count++)));
    const environment = { HOME: home, PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1' };
    const fetcher = createFetcher({ store, chooser: pool, environment, allowExec: () => false, log: quietLog });
    const tree = new MountTree(new MemoryTree(files), store);
    const { apps } = await discoverApps(tree, [], signal, pool);
    const app = apps.find(({ name }) => name === 'web');
    assert.ok(app !== undefined, apps.map(({ id }) => id).join());
    return {
      app,
      tree,
      fetch: async ({ problems }) => {
        for (const need of missingNeeds(problems)) await fetcher.fetch(need, signal);
      },
    };
  };
  const shown = ({ objects, problems }: Rendering): unknown => {
    assert.deepEqual(problems, []);
    return objects.map(({ object }) => [valueAt(object, 'metadata', 'name'), valueAt(object, 'data')]);
  };

  it('say what to fetch at the entry’s line, fetch base after base, and render them offline', async () => {
    const { app, tree, fetch } = await open({
      'web/kustomization.yaml': `namePrefix: prod-\nresources:\n  - own.yaml\n  - file://${outer.folder}//deploy/base?ref=main\npatches:\n  - patch: |\n      apiVersion: v1\n      kind: ConfigMap\n      metadata: {name: base}\n      data: {size: "3"}\n`,
      'web/own.yaml': configMap('own', 'x: y'),
    });
    const first = await renderApp(app, tree, pool, signal);
    assert.deepEqual(
      first.problems.map(({ file, line, needs }) => [file, line, needs?.kind]),
      [['web/kustomization.yaml', 4, 'git']],
    );
    assert.deepEqual(first.objects, []);
    await fetch(first);
    const second = await renderApp(app, tree, pool, signal);
    assert.equal(missingNeeds(second.problems).length, 1, 'the base of the base');
    assert.equal(second.problems[0]?.file, undefined, 'nobody can open a fetched file');
    await fetch(second);
    const rendering = await renderApp(app, tree, pool, signal);
    assert.deepEqual(shown(rendering), [
      ['prod-own', { x: 'y' }],
      ['prod-base', { name: 'base', size: '3' }],
      ['prod-kit', { from: 'inner' }],
      ['prod-shared', { a: 'b' }],
    ]);
    const explainer = new AppExplainer({ app, tree, engine: pool });
    const key = rendering.objects[1]?.key;
    assert.ok(key !== undefined);
    const own = await explainer.explain({ key, path: '/data/size' }, signal);
    assert.equal(
      own.kind === 'proven' ? `${own.place.file}:${own.place.range.line}` : own.why,
      'web/kustomization.yaml:10',
    );
    assert.equal((await explainer.explain({ key, path: '/data/name' }, signal)).kind, 'unknown');
  });

  it('take single files, also where a reconciler edits the kustomization', async () => {
    const server = createServer((_, reply) => reply.end(configMap('installed', 'a: b'))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const { app, tree, fetch } = await open({
        'app.yaml':
          'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: {destination: {namespace: shop}, source: {repoURL: "https://git.example.com/a", path: deploy, kustomize: {namePrefix: x-}}}\n',
        'deploy/kustomization.yaml': `resources:\n  - http://127.0.0.1:${port}/install.yaml\n`,
      });
      const missing = await renderApp(app, tree, pool, signal);
      assert.deepEqual(
        missing.problems.map(({ file, line }) => [file, line]),
        [['deploy/kustomization.yaml', 2]],
      );
      await fetch(missing);
      const rendering = await renderApp(app, tree, pool, signal);
      assert.deepEqual(shown(rendering), [['x-installed', { a: 'b' }]]);
      assert.match(rendering.objects[0]?.origin?.path ?? '', /^\.plumbline\/fetched\//);
    } finally {
      server.close();
    }
  });

  describe('and charts', () => {
    const application =
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: {source: {repoURL: "https://git.example.com/a", path: deploy}}\n';
    const settings =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm, namespace: argocd}\ndata: {kustomize.buildOptions: --enable-helm --load-restrictor LoadRestrictionsNone}\n';
    const local = {
      'deploy/charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'deploy/charts/web/values.yaml': 'a: chart\nb: chart\nc: chart\n',
      'deploy/charts/web/templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {a: "{{ .Values.a }}", b: "{{ .Values.b }}", c: "{{ .Values.c }}"}\n',
      'deploy/charts/web/crds/c.yaml':
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: c.example.com}\n',
      'deploy/values.yaml': 'b: file\nc: file\n',
    };
    const withCharts = (more: string): string =>
      `namePrefix: p-\nhelmCharts:\n  - name: web\n    releaseName: rel\n    valuesFile: values.yaml\n    valuesInline: {c: inline}\n${more}`;

    it('inflate them where Argo CD’s settings enable it', async () => {
      const { app, tree } = await open({
        'app.yaml': application,
        'cm.yaml': settings,
        ...local,
        'deploy/kustomization.yaml': withCharts(''),
      });
      assert.deepEqual(shown(await renderApp(app, tree, pool, signal)), [
        ['p-rel', { a: 'chart', b: 'file', c: 'inline' }],
      ]);
      const merged = await open({
        'app.yaml': application,
        'cm.yaml': settings,
        ...local,
        'deploy/kustomization.yaml': withCharts('    valuesMerge: merge\n    includeCRDs: true\n'),
      });
      const both = await renderApp(merged.app, merged.tree, pool, signal);
      assert.deepEqual(
        both.objects.map(({ object }) => [object.kind, valueAt(object, 'data', 'c')]),
        [
          ['CustomResourceDefinition', undefined],
          ['ConfigMap', 'file'],
        ],
      );
    });

    it('refuse them at their line where nothing enables it', async () => {
      const { app, tree } = await open({
        'app.yaml': application,
        ...local,
        'deploy/kustomization.yaml': withCharts(''),
      });
      const { problems } = await renderApp(app, tree, pool, signal);
      assert.deepEqual(
        problems.map(({ file, line }) => [file, line]),
        [['deploy/kustomization.yaml', 2]],
      );
      assert.match(problems[0]?.message ?? '', /helmCharts/);
    });

    it('fetch them first where they are not in the folder', async () => {
      const server = await startChartRepository([['web', '1.0.0', chart('web', '1.0.0')]]);
      try {
        const { app, tree, fetch } = await open({
          'app.yaml': application,
          'cm.yaml': settings,
          'deploy/kustomization.yaml': `helmCharts: [{name: web, repo: "http://${server.address}/charts", version: 1.0.0, releaseName: r}]\n`,
        });
        const missing = await renderApp(app, tree, pool, signal);
        assert.equal(missing.problems[0]?.file, 'deploy/kustomization.yaml');
        await fetch(missing);
        assert.deepEqual(shown(await renderApp(app, tree, pool, signal)), [['web-r', { version: '1.0.0', size: '1' }]]);
      } finally {
        await server.stop();
      }
    });

    it('let files come from everywhere where Argo CD’s settings say so', async () => {
      const files = {
        'app.yaml': application,
        'deploy/kustomization.yaml': 'resources: [../other/a.yaml]\n',
        'other/a.yaml': configMap('a', 'a: b'),
      };
      const refused = await open(files);
      assert.equal((await renderApp(refused.app, refused.tree, pool, signal)).problems.length, 1);
      const { app, tree } = await open({ ...files, 'cm.yaml': settings });
      assert.deepEqual(shown(await renderApp(app, tree, pool, signal)), [['a', { a: 'b' }]]);
    });
  });
});
