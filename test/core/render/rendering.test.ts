import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { bareApp } from '../../../src/core/apps/bareApp.ts';
import type { App } from '../../../src/core/model/app.ts';
import type { RenderEngine } from '../../../src/core/ports.ts';
import { CachedRenderer } from '../../../src/core/render/cachedRenderer.ts';
import { deriveArgo } from '../../../src/core/render/deriveArgo.ts';
import { deriveFlux } from '../../../src/core/render/deriveFlux.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';

const signal = new AbortController().signal;

/** Plain folders never need the engine. */
const asked = (): Promise<never> => Promise.reject(new Error('the engine was asked'));
const noEngine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };

function application(source: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  source: {repoURL: 'https://git.example.com/a', path: app, ${source}}
`;
}

function kustomization(spec: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./app, sourceRef: {kind: GitRepository, name: flux-system}, ${spec}}
`;
}

async function appOf(tree: MemoryTree): Promise<App> {
  const { apps } = await discoverApps(tree, [], signal);
  const app = apps.find((each) => each.declared !== undefined);
  assert.ok(app !== undefined, 'the app is found');
  return app;
}

const config = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${rest}}\n`;

async function keysOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const tree = new MemoryTree(files);
  return (await renderApp(await appOf(tree), tree, noEngine, signal)).objects.map((each) => each.key);
}

describe('an Application with a plain folder', () => {
  it('reads YAML, JSON and lists of the folder itself, and nothing below unless told', async () => {
    const files = {
      'root.yaml': application(''),
      'app/a.yaml': `${config('one')}---\n# nothing\n---\n${config('two')}`,
      'app/b.json': '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "three"}}',
      'app/c.yml': 'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: four}}]\n',
      'app/readme.md': 'words',
      'app/sub/d.yaml': config('five'),
    };
    const top = ['one', 'two', 'three', 'four'].map((name) => `/ConfigMap/shop/${name}`);
    assert.deepEqual(await keysOf(files), top);
    const recursive = { ...files, 'root.yaml': application('directory: {recurse: true}') };
    assert.deepEqual(await keysOf(recursive), [...top, '/ConfigMap/shop/five']);
  });

  it('honours include and exclude, exclude first', async () => {
    const files = {
      'root.yaml': application("directory: {recurse: true, include: '{*.yaml,*.json}', exclude: 'sub/*'}"),
      'app/a.yaml': config('one'),
      'app/b.yml': config('two'),
      'app/sub/c.yaml': config('three'),
    };
    assert.deepEqual(await keysOf(files), ['/ConfigMap/shop/one']);
  });

  it('puts namespaced objects into the destination, takes cluster-scoped ones out of any namespace, and keeps what is said', async () => {
    const files = {
      'root.yaml': application(''),
      'app/a.yaml': [
        config('plain'),
        config('own', ', namespace: other'),
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader, namespace: wrong}\n',
        'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: zones.example.com}\nspec: {group: example.com, scope: Cluster, names: {kind: Zone}}\n',
        'apiVersion: example.com/v1\nkind: Zone\nmetadata: {name: eu}\n',
        'apiVersion: example.com/v1\nkind: Room\nmetadata: {name: one}\n',
      ].join('---\n'),
    };
    assert.deepEqual(await keysOf(files), [
      '/ConfigMap/shop/plain',
      '/ConfigMap/other/own',
      'rbac.authorization.k8s.io/ClusterRole/-/reader',
      'apiextensions.k8s.io/CustomResourceDefinition/-/zones.example.com',
      'example.com/Zone/-/eu',
      'example.com/Room/shop/one',
    ]);
  });

  it('lets the last of two objects of one identity count and warns', async () => {
    const tree = new MemoryTree({
      'root.yaml': application(''),
      'app/a.yaml': `${config('one')}data: {x: "1"}\n---\n${config('one')}data: {x: "2"}\n`,
    });
    const { objects, problems } = await renderApp(await appOf(tree), tree, noEngine, signal);
    assert.deepEqual(
      objects.map((each) => each.object.data),
      [{ x: '2' }],
    );
    assert.deepEqual(
      problems.map((each) => each.severity),
      ['warning'],
    );
  });

  it('names file and line of a manifest that does not parse and renders the rest', async () => {
    const tree = new MemoryTree({
      'root.yaml': application(''),
      'app/a.yaml': config('one'),
      'app/b.yaml': `${config('two')}data: {n: [}\n`,
    });
    const { objects, problems } = await renderApp(await appOf(tree), tree, noEngine, signal);
    assert.deepEqual(
      objects.map((each) => each.object.metadata.name),
      ['one'],
    );
    assert.deepEqual(
      problems.map(({ file, line, severity }) => ({ file, line, severity })),
      [{ file: 'app/b.yaml', line: 4, severity: 'error' }],
    );
  });

  it('says at the app’s own manifest that the folder is missing', async () => {
    const tree = new MemoryTree({ 'root.yaml': application('') });
    const app = await appOf(tree);
    const { problems } = await renderApp(app, tree, noEngine, signal);
    assert.match(problems[0]?.message ?? '', /folder app does not exist/);
    assert.deepEqual([problems[0]?.file, problems[0]?.line], ['root.yaml', app.declared?.place.range.line]);
  });

  it('tells a person where the manifests are when they are in another repository', async () => {
    const tree = new MemoryTree({ 'root.yaml': application('') });
    const { apps } = await discoverApps(tree, [{ name: 'origin', urls: ['https://git.example.com/b'] }], signal);
    const { problems } = await renderApp(apps[0] ?? bareApp('manifests', ''), tree, noEngine, signal);
    assert.deepEqual(
      problems.map(({ file, line, message }) => ({ file, line, isNamed: message.includes('git.example.com/a') })),
      [{ file: 'root.yaml', line: 3, isNamed: true }],
    );
  });
});

describe('a rendering that is kept', () => {
  const app = bareApp('manifests', 'app');

  it('is the same object while the files it read are the same, also in another tree', async () => {
    const renderer = new CachedRenderer(noEngine);
    const files = { 'app/a.yaml': config('one'), 'other/b.yaml': config('two') };
    const first = await renderer.render(app, new MemoryTree(files), signal);
    const elsewhere = new MemoryTree({ ...files, 'other/b.yaml': config('changed') }, 'abc');
    assert.equal(await renderer.render(app, elsewhere, signal), first);
  });

  it('is made anew when a file changes, appears or goes, and comes back when the change is undone', async () => {
    const renderer = new CachedRenderer(noEngine);
    const files = { 'app/a.yaml': config('one') };
    const names = async (now: Readonly<Record<string, string>>): Promise<readonly unknown[]> =>
      (await renderer.render(app, new MemoryTree(now), signal)).objects.map((each) => each.object.metadata.name);
    const first = await renderer.render(app, new MemoryTree(files), signal);
    assert.deepEqual(await names({ 'app/a.yaml': config('uno') }), ['uno']);
    assert.deepEqual(await names({ ...files, 'app/b.yaml': config('two') }), ['one', 'two']);
    assert.deepEqual(await names({ 'app/c.yaml': config('three') }), ['three']);
    assert.equal(await renderer.render(app, new MemoryTree(files), signal), first);
  });

  it('is made anew when the app itself changes', async () => {
    const renderer = new CachedRenderer(noEngine);
    const files = (namespace: string): MemoryTree =>
      new MemoryTree({ 'root.yaml': application('').replace('shop', namespace), 'app/a.yaml': config('one') });
    const render = async (namespace: string): Promise<unknown> =>
      (await renderer.render(await appOf(files(namespace)), files(namespace), signal)).objects[0]?.key;
    assert.equal(await render('shop'), '/ConfigMap/shop/one');
    assert.equal(await render('store'), '/ConfigMap/store/one');
  });
});

describe('what a reconciler writes into the kustomization', () => {
  async function derived(
    declared: string,
    own: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const tree = new MemoryTree({
      'root.yaml': declared,
      ...(own === undefined ? {} : { 'app/kustomization.yaml': own }),
      ...more,
    });
    const app = await appOf(tree);
    const derive = app.kind === 'argo-application' ? deriveArgo : deriveFlux;
    const { edits, problems } = await derive(app, 'app', tree, signal);
    assert.deepEqual(problems, []);
    const text = edits.get('app/kustomization.yaml');
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return value;
  }

  it('is nothing for an app that edits nothing', async () => {
    assert.equal(await derived(application(''), 'resources: [a.yaml]\n'), undefined);
    assert.equal(await derived(kustomization('prune: true'), 'resources: [a.yaml]\n'), undefined);
  });

  it('is for Argo CD what kustomize edit would write', async () => {
    const options = [
      'namePrefix: p-, nameSuffix: -s, namespace: team',
      "images: ['b=mirror.example.com:5000/b:2', 'a:3', 'c@sha256:1', 'd=*:4']",
      'replicas: [{name: web, count: "3"}]',
      'commonLabels: {l: x}, commonAnnotations: {a: z}',
      "patches: [{target: {kind: Deployment}, patch: '- {op: remove, path: /spec}'}]",
      'components: [../c]',
    ];
    const own = `resources: [a.yaml]
images: [{name: b, newTag: "1"}, {name: z, newTag: "9"}, {name: d, newName: kept, newTag: "0"}]
replicas: [{name: other, count: 1}]
commonLabels: {k: v}
`;
    assert.deepEqual(await derived(application(`kustomize: {${options.join(', ')}}`), own), {
      resources: ['a.yaml'],
      namePrefix: 'p-',
      nameSuffix: '-s',
      namespace: 'team',
      images: [
        { name: 'a', newTag: '3' },
        { name: 'b', newName: 'mirror.example.com:5000/b', newTag: '2' },
        { name: 'c', digest: 'sha256:1' },
        { name: 'd', newName: 'kept', newTag: '4' },
        { name: 'z', newTag: '9' },
      ],
      replicas: [
        { name: 'other', count: 1 },
        { name: 'web', count: 3 },
      ],
      commonLabels: { k: 'v', l: 'x' },
      commonAnnotations: { a: 'z' },
      patches: [{ target: { kind: 'Deployment' }, patch: '- {op: remove, path: /spec}' }],
      components: ['../c'],
    });
  });

  it('is for Flux the fields of its Kustomization, an image of the same name replaced as a whole', async () => {
    const spec = [
      'targetNamespace: team, namePrefix: p-',
      'images: [{name: a, newTag: "2"}]',
      "patches: [{patch: '{}', target: {kind: Deployment}}]",
    ];
    const own = 'namespace: old\nimages: [{name: a, newName: b, newTag: "1"}]\npatches: [{path: x.yaml}]\n';
    assert.deepEqual(await derived(kustomization(spec.join(', ')), own), {
      namespace: 'team',
      namePrefix: 'p-',
      images: [{ name: 'a', newTag: '2' }],
      patches: [{ path: 'x.yaml' }, { patch: '{}', target: { kind: 'Deployment' } }],
    });
  });

  it('is for Flux a whole kustomization where the folder has none', async () => {
    const more = {
      'app/b.yaml': '',
      'app/sub/a.yml': '',
      'app/nested/kustomization.yaml': '',
      'app/nested/x.yaml': '',
      'app/notes.txt': '',
    };
    assert.deepEqual(await derived(kustomization('prune: true'), undefined, more), {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: ['b.yaml', 'nested', 'sub/a.yml'],
    });
  });
});
