import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { objectAt } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import type { RenderEngine } from '../../../src/core/ports.ts';
import { explainField } from '../../../src/core/provenance/explainField.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';

const signal = new AbortController().signal;
const asked = (): Promise<never> => Promise.reject(new Error('Nothing is rendered by the engine here.'));
const engine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

function application(source: string, policy = '{}'): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: r, path: web${source}}
  destination: {namespace: shop}
  syncPolicy: ${policy}
`;
}

interface Rendered {
  readonly app: App;
  readonly tree: MemoryTree;
  readonly rendering: Rendering;
}

async function render(files: Readonly<Record<string, string>>): Promise<Rendered> {
  const tree = new MemoryTree(files);
  const app = (await discoverApps(tree, [], signal)).apps.find(({ name }) => name === 'web');
  assert.ok(app !== undefined);
  return { app, tree, rendering: await renderApp(app, tree, engine, signal) };
}

describe('what Argo CD adds to an Application', () => {
  it('lays the files beside the manifests over the source, the app’s own last', async () => {
    const files = {
      'app.yaml': application(', directory: {recurse: true}'),
      'web/a.yaml': configMap('a'),
      'web/b.yaml': configMap('b'),
      'web/c/c.yaml': configMap('c'),
      'web/.argocd-source.yaml': "path: elsewhere\ndirectory: {recurse: false, exclude: 'a*'}\n",
      'web/.argocd-source-web.yaml': 'directory: {exclude: null}\n',
      'web/.argocd-source-other.yaml': "directory: {include: 'none'}\n",
    };
    const { rendering } = await render(files);
    assert.deepEqual(
      rendering.objects.map(({ key }) => key),
      ['/ConfigMap/shop/a', '/ConfigMap/shop/b'],
    );
    const broken = await render({ ...files, 'web/.argocd-source.yaml': 'directory: [' });
    assert.deepEqual(
      broken.rendering.problems.map(({ file }) => file),
      ['web/.argocd-source.yaml'],
    );
    assert.equal(broken.rendering.objects.length, 3);
  });

  it('declares the Namespace whose metadata it manages, unless the app does', async () => {
    const policy = '{syncOptions: [CreateNamespace=true], managedNamespaceMetadata: {labels: {team: a}}}';
    const files = { 'app.yaml': application('', policy), 'web/a.yaml': configMap('a') };
    const { app, tree, rendering } = await render(files);
    const key = resourceKey({ group: '', kind: 'Namespace', name: 'shop' });
    assert.deepEqual(rendering.objects.find((each) => each.key === key)?.object.metadata, {
      name: 'shop',
      labels: { team: 'a' },
      annotations: { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true' },
    });
    const found = await explainField({ app, tree, engine, rendering, key, path: '/metadata/labels/team' }, signal);
    assert.deepEqual(found.kind === 'proven' && [found.place.file, found.place.text, found.via], [
      'app.yaml',
      'a',
      'labels',
    ]);
    const named = await explainField({ app, tree, engine, rendering, key, path: '/metadata/name' }, signal);
    assert.deepEqual(named.kind === 'proven' && [named.place.range.line, named.place.text], [6, 'shop']);
    const own = `${configMap('a')}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {own: b}}\n`;
    const declared = await render({ ...files, 'web/a.yaml': own });
    const namespaces = declared.rendering.objects.filter(({ object }) => object.kind === 'Namespace');
    assert.deepEqual(
      namespaces.map(({ object }) => objectAt(object.metadata, 'labels')),
      [{ own: 'b' }],
    );
    const unmanaged = await render({ ...files, 'app.yaml': application('', '{syncOptions: [CreateNamespace=true]}') });
    assert.deepEqual(
      unmanaged.rendering.objects.map(({ object }) => object.kind),
      ['ConfigMap'],
    );
  });

  it('would evaluate Jsonnet, which is said and not guessed', async () => {
    const files = { 'web/a.yaml': configMap('a'), 'web/b.jsonnet': '{kind: "x"}', 'web/c.libsonnet': '{}' };
    const { rendering } = await render({ ...files, 'app.yaml': application('') });
    assert.deepEqual(
      rendering.objects.map(({ key }) => key),
      ['/ConfigMap/shop/a'],
    );
    assert.deepEqual(
      rendering.problems.map(({ file, code }) => [file, code]),
      [['web/b.jsonnet', 'source.undecided']],
    );
    const without = await render({ ...files, 'app.yaml': application(", directory: {include: '{a,x}.yaml'}") });
    assert.deepEqual([without.rendering.problems, without.rendering.objects.length], [[], 1]);
  });
});
