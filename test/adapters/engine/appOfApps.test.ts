import assert from 'node:assert/strict';
import { AppCatalog } from '../../../src/core/apps/appCatalog.ts';
import { findAppCycles } from '../../../src/core/apps/appCycles.ts';
import type { App } from '../../../src/core/model/app.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { CachedRenderer } from '../../../src/core/render/cachedRenderer.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { explainField } from '../../../src/core/provenance/explainField.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;

function application(name: string, path: string, namespace = 'shop'): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  source: {repoURL: 'https://git.example.com/a', path: ${path}}
  destination: {namespace: ${namespace}}
`;
}

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
}

/** An Application in a base, which overlays for two clusters change. */
const overlays = {
  'apps/base/kustomization.yaml': 'resources: [web.yaml]\n',
  'apps/base/web.yaml': application('web', 'web/dev'),
  'apps/eu/kustomization.yaml':
    'resources: [../base]\npatches:\n- target: {kind: Application}\n  patch: |-\n    - {op: replace, path: /spec/source/path, value: web/prod}\n    - {op: replace, path: /spec/destination/namespace, value: eu-shop}\n',
  'apps/us/kustomization.yaml': 'resources: [../base]\nnameSuffix: -us\n',
  'web/dev/a.yaml': configMap('dev'),
  'web/prod/a.yaml': configMap('prod'),
};

/** A chart whose Applications come from values; one of them renders another chart of Applications. */
const charts = {
  'root.yaml': application('root', 'charts/apps', 'argocd'),
  'charts/apps/Chart.yaml': 'apiVersion: v2\nname: apps\nversion: 0.1.0\n',
  'charts/apps/values.yaml': 'apps:\n- {name: inner, path: charts/inner, namespace: argocd}\n- {name: web, path: web, namespace: from-values}\n',
  'charts/apps/templates/apps.yaml': `{{- range .Values.apps }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: {{ .name }}, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/a, path: {{ .path }}}
  destination: {namespace: {{ .namespace }}}
{{- end }}
`,
  'charts/inner/Chart.yaml': 'apiVersion: v2\nname: inner\nversion: 0.1.0\n',
  'charts/inner/templates/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  generators: [{list: {elements: [{name: one}, {name: two}]}}]
  template:
    metadata: {name: '{{ "{{name}}" }}'}
    spec: {source: {repoURL: https://git.example.com/a, path: web}, destination: {namespace: '{{ "{{name}}" }}'}}
`,
  'web/a.yaml': configMap('a'),
};

describe('apps that render apps', function () {
  this.timeout(60_000);
  const pool = openPool();
  const renderer = new CachedRenderer(pool);
  after(() => {
    pool.dispose();
  });

  const discover = async (files: Readonly<Record<string, string>>): Promise<readonly App[]> => {
    const catalog = new AppCatalog(pool, (app, tree, at) => renderer.render(app, tree, at));
    const { apps, problems } = await catalog.discover(new MemoryTree(files), [], signal);
    assert.deepEqual(problems, []);
    return apps;
  };
  const shown = (apps: readonly App[]): readonly string[] =>
    apps.map(({ id, source, destination }) => {
      const path = source.kind === 'here' ? source.path : source.kind;
      return `${id.replace('argo-application:argocd/', '')} -> ${path} ${destination.namespace ?? ''}`.trim();
    });

  it('declare them as overlays change them, and no longer as the base says', async () => {
    assert.deepEqual(shown(await discover(overlays)), [
      'web -> web/prod eu-shop',
      'web-us -> web/dev shop',
      'kustomize:apps/eu -> apps/eu',
      'kustomize:apps/us -> apps/us',
    ]);
    const plain = { ...overlays, 'apps/us/kustomization.yaml': 'resources: [../base]\n' };
    assert.deepEqual(shown(await discover(plain)).slice(0, 2), [
      'web -> web/dev shop',
      'web@kustomize:apps/eu -> web/prod eu-shop',
    ]);
  });

  it('are followed through charts and ApplicationSets at any depth', async () => {
    const apps = await discover(charts);
    assert.deepEqual(shown(apps), [
      'inner -> charts/inner argocd',
      'one -> web one',
      'root -> charts/apps argocd',
      'two -> web two',
      'web -> web from-values',
    ]);
    const declared = apps.find(({ name }) => name === 'one')?.declared;
    const parents = [declared?.parent?.app.name, declared?.parent?.app.declared?.parent?.app.name];
    const at = [declared?.file, declared?.place.text];
    assert.deepEqual([...parents, ...at], ['inner', 'root', 'charts/inner/templates/set.yaml', 'all']);
  });

  it('are found again without rendering anything anew while nothing changed', async () => {
    let asked = 0;
    const counted = {
      kustomize: pool.kustomize.bind(pool),
      helm: (...args: Parameters<typeof pool.helm>): ReturnType<typeof pool.helm> => ((asked += 1), pool.helm(...args)),
      applicationSet: pool.applicationSet.bind(pool),
    };
    const own = new CachedRenderer(counted);
    const catalog = new AppCatalog(counted, (app, tree, at) => own.render(app, tree, at));
    const counts: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      await catalog.discover(new MemoryTree(charts), [], signal);
      counts.push(asked);
    }
    // The inner chart counts as a chart of nobody's until the outer one is rendered.
    assert.deepEqual(counts, [3, 3, 3]);
  });

  it('give their apps’ fields places through what they render', async () => {
    const key = (namespace: string, name: string): ReturnType<typeof resourceKey> =>
      resourceKey({ group: '', kind: 'ConfigMap', namespace, name });
    const places: (readonly unknown[])[] = [];
    for (const [files, name, namespace, object] of [
      [charts, 'web', 'from-values', 'a'],
      [overlays, 'web', 'eu-shop', 'prod'],
      [overlays, 'web-us', 'shop', 'dev'],
    ] as const) {
      const app = (await discover(files)).find((each) => each.name === name);
      assert.ok(app !== undefined);
      const request = { app, tree: new MemoryTree(files), engine: pool, key: key(namespace, object), path: '/metadata/namespace' };
      const found = await explainField(request, signal);
      places.push(found.kind === 'proven' ? [found.place.file, found.place.range.line, found.place.text] : [found.why]);
    }
    assert.deepEqual(places, [
      ['charts/apps/values.yaml', 3, 'from-values'],
      ['apps/eu/kustomization.yaml', 6, 'eu-shop'],
      ['apps/base/web.yaml', 6, 'shop'],
    ]);
  });

  it('say so when they render each other, but not when one manages itself', async () => {
    const files = {
      'a/a.yaml': application('a', 'b', 'argocd'),
      'b/b.yaml': application('b', 'a', 'argocd'),
      'c/c.yaml': application('c', 'c', 'argocd'),
    };
    const apps = await discover(files);
    const tree = new MemoryTree(files);
    const subjects = await Promise.all(
      apps.map(async (app) => ({ app, rendering: await renderer.render(app, tree, signal) })),
    );
    const cycles = findAppCycles(subjects);
    assert.deepEqual(
      [...cycles.values()].map(({ file, line, message }) => [file, line, /other: (.*)\.$/.exec(message)?.[1]]),
      [
        ['a/a.yaml', 3, 'a → b → a'],
        ['b/b.yaml', 3, 'b → a → b'],
      ],
    );
  });

  it('end somewhere, also when a chart renders itself with other values', async () => {
    const files = {
      'root.yaml': application('app-0', 'charts/again', 'argocd'),
      'charts/again/Chart.yaml': 'apiVersion: v2\nname: again\nversion: 0.1.0\n',
      'charts/again/values.yaml': 'depth: 1\n',
      'charts/again/templates/a.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app-{{ .Values.depth }}, namespace: argocd}
spec:
  source: {repoURL: https://git.example.com/a, path: charts/again, helm: {values: "depth: {{ add1 .Values.depth }}"}}
  destination: {namespace: argocd}
`,
    };
    const catalog = new AppCatalog(pool, (app, tree, at) => renderer.render(app, tree, at));
    const { apps, problems } = await catalog.discover(new MemoryTree(files), [], signal);
    assert.deepEqual([apps.length, problems.map(({ message }) => message.includes('10 levels'))], [11, [true]]);
  });
});
