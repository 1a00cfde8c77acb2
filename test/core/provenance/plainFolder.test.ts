import assert from 'node:assert/strict';
import { bareApp } from '../../../src/core/apps/bareApp.ts';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import type { Provenance } from '../../../src/core/model/provenance.ts';
import type { RenderEngine } from '../../../src/core/ports.ts';
import { AppExplainer, explainField } from '../../../src/core/provenance/explainField.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

const signal = new AbortController().signal;
const asked = (): Promise<never> => Promise.reject(new Error('the engine was asked'));
const engine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };

async function explain(files: Readonly<Record<string, string>>, name: string, path: string): Promise<Provenance> {
  const key = resourceKey({ group: '', kind: 'ConfigMap', namespace: undefined, name });
  return explainField({ app: bareApp('manifests', 'app'), tree: new MemoryTree(files), engine, key, path }, signal);
}

function shown(found: Provenance): string {
  return found.kind === 'proven'
    ? `${found.place.file}:${String(found.place.range.line)}:${String(found.place.range.column)} ${found.place.text}`
    : 'unknown';
}

const config = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata:\n${data}`;

describe('a field of a manifest in a plain folder', () => {
  it('is decided by its own scalar, not by an equal one beside it', async () => {
    const files = { 'app/a.yaml': config('one', '  k: same\n  l: same\n'), 'app/b.yaml': config('two', '  x: same\n') };
    assert.equal(shown(await explain(files, 'one', '/data/l')), 'app/a.yaml:6:6 same');
    assert.equal(shown(await explain(files, 'two', '/data/x')), 'app/b.yaml:5:6 same');
  });

  it('is decided at the anchor, and by the last of two equal keys', async () => {
    const files = { 'app/a.yaml': config('one', '  x: &v first\n  l: *v\n  z: old\n  z: new\n') };
    assert.equal(shown(await explain(files, 'one', '/data/l')), 'app/a.yaml:5:9 first');
    assert.equal(shown(await explain(files, 'one', '/data/z')), 'app/a.yaml:8:6 new');
  });

  it('is found though another file of the folder does not parse', async () => {
    const files = { 'app/a.yaml': config('one', '  x: v\n'), 'app/b.yaml': config('two', '  x: [\n') };
    assert.equal(shown(await explain(files, 'one', '/data/x')), 'app/a.yaml:5:6 v');
  });

  it('is found in a file with Windows line ends', async () => {
    const files = { 'app/a.yaml': config('one', '  x: v\n  t: |\n    a\n    b\n').replaceAll('\n', '\r\n') };
    assert.equal(shown(await explain(files, 'one', '/data/x')), 'app/a.yaml:5:6 v');
  });

  it('that is a map, or is not there, or belongs to no object, is unknown with the reason', async () => {
    const files = { 'app/a.yaml': config('one', '  x: v\n') };
    for (const [name, path] of [
      ['one', '/data'],
      ['one', '/data/missing'],
      ['none', '/data/x'],
    ] as const) {
      const found = await explain(files, name, path);
      assert.ok(found.kind === 'unknown' && found.why.length > 10, JSON.stringify(found));
    }
  });

  it('in the destination namespace is decided by the Application itself', async () => {
    const files = {
      'root.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  source: {repoURL: 'https://git.example.com/a', path: app}
`,
      'app/a.yaml': config('one', '  x: shop\n'),
    };
    const tree = new MemoryTree(files);
    const [app] = (await discoverApps(tree, [], signal)).apps;
    assert.ok(app !== undefined);
    const key = resourceKey({ group: '', kind: 'ConfigMap', namespace: 'shop', name: 'one' });
    const found = await explainField({ app, tree, engine, key, path: '/metadata/namespace' }, signal);
    assert.equal(shown(found), 'root.yaml:5:28 shop');
  });

  it('is explained after a question before it was given up', async () => {
    const key = resourceKey({ group: '', kind: 'ConfigMap', namespace: undefined, name: 'one' });
    const tree = new MemoryTree({ 'app/a.yaml': config('one', '  x: v\n  k: w\n') });
    const explainer = new AppExplainer({ app: bareApp('manifests', 'app'), tree, engine });
    const before = new AbortController();
    assert.equal(shown(await explainer.explain({ key, path: '/data/x' }, before.signal)), 'app/a.yaml:5:6 v');
    before.abort();
    assert.equal(shown(await explainer.explain({ key, path: '/data/k' }, signal)), 'app/a.yaml:6:6 w');
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    stop.abort();
    const key = resourceKey({ group: '', kind: 'ConfigMap', namespace: undefined, name: 'one' });
    const tree = new MemoryTree({ 'app/a.yaml': config('one', '  x: v\n') });
    await assert.rejects(
      explainField({ app: bareApp('manifests', 'app'), tree, engine, key, path: '/data/x' }, stop.signal),
      {
        name: 'AbortError',
      },
    );
  });
});
