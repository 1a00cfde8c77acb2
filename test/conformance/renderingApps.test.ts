import assert from 'node:assert/strict';
import { openPool } from '../adapters/engine/engineFixture.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { discoverApps } from '../../src/core/apps/appCatalog.ts';
import type { Rendering } from '../../src/core/model/rendering.ts';
import type {
  ApplicationSetReply,
  ApplicationSetRequest,
  FileTree,
  HelmReply,
  HelmRequest,
  KustomizeReply,
  KustomizeRequest,
  RenderEngine,
} from '../../src/core/ports.ts';
import { CachedRenderer } from '../../src/core/render/cachedRenderer.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import { renderApp } from '../../src/core/render/renderApp.ts';

const signal = new AbortController().signal;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 1}
`;
const own = { 'app/kustomization.yaml': 'resources: [web.yaml]\n', 'app/web.yaml': deployment };

function flux(spec: string): string {
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./app
  sourceRef: {kind: GitRepository, name: flux-system}
  ${spec}
`;
}

function argo(options: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  source:
    repoURL: https://git.example.com/a
    path: app
    kustomize: ${options}
`;
}

/** Counts how often the real engine is asked. */
class CountingEngine implements RenderEngine {
  readonly #pool: EnginePool;
  asked = 0;

  constructor(pool: EnginePool) {
    this.#pool = pool;
  }

  kustomize(request: KustomizeRequest, tree: FileTree, at: AbortSignal): Promise<KustomizeReply> {
    this.asked += 1;
    return this.#pool.kustomize(request, tree, at);
  }

  helm(request: HelmRequest, tree: FileTree, at: AbortSignal): Promise<HelmReply> {
    this.asked += 1;
    return this.#pool.helm(request, tree, at);
  }

  applicationSet(request: ApplicationSetRequest, tree: FileTree, at: AbortSignal): Promise<ApplicationSetReply> {
    this.asked += 1;
    return this.#pool.applicationSet(request, tree, at);
  }
}

describe('apps rendered by the real engine', function () {
  this.timeout(60_000);
  let pool: EnginePool;

  before(() => {
    pool = openPool();
  });

  after(() => {
    pool.dispose();
  });

  async function render(files: Readonly<Record<string, string>>, engine: RenderEngine = pool): Promise<Rendering> {
    const tree = new MemoryTree(files);
    const app = (await discoverApps(tree, [], signal)).apps.find((each) => each.declared !== undefined);
    assert.ok(app !== undefined, 'an app is found');
    return renderApp(app, tree, engine, signal);
  }

  it('applies what a Flux Kustomization adds, then variables, then common metadata', async () => {
    const spec = `targetNamespace: shop
  namePrefix: p-
  patches: [{patch: '[{"op": "replace", "path": "/spec/replicas", "value": 2}]', target: {kind: Deployment}}]
  commonMetadata: {labels: {team: '\${t}'}}
  postBuild: {substitute: {num: "7"}, substituteFrom: [{kind: ConfigMap, name: vars}]}`;
    const vars =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {num: "6", zone: eu}\n';
    const manifest = `${deployment}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {num: "\${num}x", zone: "\${zone}"}\n`;
    const { objects, problems } = await render({
      ...own,
      'app/web.yaml': manifest,
      'clusters/web.yaml': flux(spec),
      'clusters/vars.yaml': vars,
    });
    assert.deepEqual(problems, []);
    const [web, config] = objects.map((each) => each.object);
    assert.deepEqual(
      objects.map((each) => each.key),
      ['apps/Deployment/shop/p-web', '/ConfigMap/shop/p-c'],
    );
    assert.deepEqual([web?.spec, config?.data], [{ replicas: 2 }, { num: '7x', zone: 'eu' }]);
    // Common metadata is set after the substitution, so its text stays.
    assert.deepEqual(web?.metadata.labels, { team: '${t}' });
  });

  it('builds a folder without a kustomization for Flux, but not for a bare kustomize root', async () => {
    const { objects, problems } = await render({
      'app/web.yaml': deployment,
      'clusters/web.yaml': flux('targetNamespace: shop'),
    });
    assert.deepEqual([objects.map((each) => each.key), problems], [['apps/Deployment/shop/web'], []]);
  });

  it('warns when variables come from where nobody can look, and renders with the rest', async () => {
    const spec =
      'postBuild: {substituteFrom: [{kind: Secret, name: hidden}, {kind: Secret, name: other, optional: true}]}';
    const { objects, problems } = await render({ ...own, 'clusters/web.yaml': flux(spec) });
    assert.equal(objects.length, 1);
    assert.deepEqual(
      problems.map(({ severity, file, line }) => ({ severity, file, line })),
      [{ severity: 'warning', file: 'clusters/web.yaml', line: 3 }],
    );
    assert.match(problems[0]?.message ?? '', /Secret hidden/);
  });

  it('applies what an Application adds and puts the rest into its destination', async () => {
    const { objects, problems } = await render({
      ...own,
      'root.yaml': argo('{replicas: [{name: web, count: 4}], nameSuffix: -x}'),
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      objects.map(({ key, object }) => [key, object.spec]),
      [['apps/Deployment/shop/web-x', { replicas: 4 }]],
    );
  });

  it("names the person's own file when the folder does not build, also where the app edits its kustomization", async () => {
    const broken = { ...own, 'app/kustomization.yaml': 'namePrefix: p-\nresources: [gone.yaml]\n' };
    for (const declared of [argo('{namePrefix: q-}'), flux('targetNamespace: shop')]) {
      const { objects, problems } = await render({ ...broken, 'root.yaml': declared });
      assert.equal(objects.length, 0);
      const [error] = problems.filter((each) => each.severity === 'error');
      assert.match(error?.message ?? '', /gone\.yaml/);
      assert.ok(error?.file?.startsWith('app/'), JSON.stringify(problems));
    }
  });

  it("names the app's manifest when what it adds does not build", async () => {
    const { problems } = await render({
      ...own,
      'root.yaml': flux("patches: [{patch: '{a: [', target: {kind: Deployment}}]"),
    });
    const [error] = problems.filter((each) => each.severity === 'error');
    assert.deepEqual([error?.file, error?.line], ['root.yaml', 3], JSON.stringify(problems));
  });

  it('asks the engine again only when a file changed that the app reads', async () => {
    const engine = new CountingEngine(pool);
    const renderer = new CachedRenderer(engine);
    const files = { ...own, 'root.yaml': argo('{namePrefix: q-}'), 'notes.yaml': 'a: 1\n' };
    const [app] = (await discoverApps(new MemoryTree(files), [], signal)).apps;
    assert.ok(app !== undefined);
    const first = await renderer.render(app, new MemoryTree(files), signal);
    assert.equal(await renderer.render(app, new MemoryTree({ ...files, 'notes.yaml': 'a: 2\n' }), signal), first);
    assert.equal(engine.asked, 1);
    const changed = new MemoryTree({ ...files, 'app/web.yaml': deployment.replace('replicas: 1', 'replicas: 9') });
    assert.deepEqual(
      (await renderer.render(app, changed, signal)).objects.map((each) => each.object.spec),
      [{ replicas: 9 }],
    );
    assert.equal(engine.asked, 2);
  });
});
