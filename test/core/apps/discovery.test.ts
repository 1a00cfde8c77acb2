import assert from 'node:assert/strict';
import { AppCatalog, discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { describeNeed } from '../../../src/core/model/remoteNeed.ts';
import type { FileTree, Remote } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

const signal = new AbortController().signal;
const origin: readonly Remote[] = [{ name: 'origin', urls: ['git@git.example.com:platform/apps.git'] }];

async function discover(files: Readonly<Record<string, string>>, remotes = origin): Promise<readonly App[]> {
  return (await discoverApps(new MemoryTree(files), remotes, signal)).apps;
}

/** One line an app: id, and how or why not it renders. */
function shown({ id, source }: App): string {
  if (source.kind === 'here' && source.remote !== undefined) return `${id} -> ${describeNeed(source.remote)}`;
  if (source.kind === 'here') return `${id} -> ${source.render} ${source.path}`;
  return source.kind === 'elsewhere' ? `${id} -> elsewhere ${source.what}` : `${id} -> unsupported`;
}

const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n';

function application(name: string, source: string, extra = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  destination: {name: in-cluster, namespace: shop}
  ${source}
${extra}`;
}

const here = 'repoURL: https://git.example.com/platform/apps';

describe('discovery', () => {
  it('finds an Application with a plain folder and one with a kustomization', async () => {
    const apps = await discover({
      'clusters/web.yaml': application('web', `source: {${here}, path: ./apps/web, targetRevision: main}`),
      'clusters/api.yaml': application('api', `source: {${here}, path: apps/api}`),
      'apps/web/deployment.yaml': deployment,
      'apps/api/kustomization.yaml': 'resources: [service.yaml]\n',
      'apps/api/service.yaml': service,
    });
    assert.deepEqual(apps.map(shown), [
      'argo-application:argocd/api -> kustomize apps/api',
      'argo-application:argocd/web -> directory apps/web',
    ]);
    assert.equal(apps[1]?.destination.namespace, 'shop');
    assert.equal(apps[1].source.kind === 'here' ? apps[1].source.revision : '', 'main');
  });

  it('says where the manifest of an app stands, also in a later document and in a list', async () => {
    const [web, wiki] = await discover({
      'clusters/apps.yaml': `# apps\n---\n${application('web', `source: {${here}, path: a}`)}---
apiVersion: v1
kind: List
items:
  - apiVersion: argoproj.io/v1alpha1
    kind: Application
    metadata: {name: "wiki"}
    spec: {source: {${here}, path: b}}
`,
    });
    assert.equal(web?.declared?.place.text, 'web');
    assert.equal(web.declared.place.range.line, 5);
    assert.equal(wiki?.declared?.place.text, '"wiki"');
    assert.equal(wiki.declared.place.range.line, 15);
  });

  it('takes an Application with one or more sources, and says why it does not take others', async () => {
    const apps = await discover({
      'one.yaml': application('one', `sources: [{${here}, path: a}]`),
      'two.yaml': application('two', `sources: [{${here}, path: a}, {${here}, path: b}]`),
      'chart.yaml': application(
        'chart',
        `source: {repoURL: https://charts.example.com, chart: web, targetRevision: 1.0.0}`,
      ),
      'other.yaml': application('other', 'source: {repoURL: https://git.example.com/platform/other.git, path: a}'),
      'plugin.yaml': application('plugin', `source: {${here}, path: a, plugin: {name: make}}`),
      'away.yaml': application('away', `source: {${here}, path: ../a}`),
      'a/x.yaml': service,
    });
    assert.deepEqual(apps.map(shown), [
      'argo-application:argocd/away -> unsupported',
      'argo-application:argocd/chart -> the chart web 1.0.0 of https://charts.example.com',
      'argo-application:argocd/one -> directory a',
      'argo-application:argocd/other -> https://git.example.com/platform/other.git',
      'argo-application:argocd/plugin -> unsupported',
      'argo-application:argocd/two -> directory a',
    ]);
  });

  it('finds Flux Kustomizations through their GitRepository', async () => {
    const ks = (name: string, source: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {path: ./apps/${name}, prune: true, targetNamespace: shop, sourceRef: {kind: GitRepository, name: ${source}}}
`;
    const repository = (name: string, url: string): string => `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: ${name}, namespace: flux-system}
spec: {url: "${url}", ref: {branch: main}}
`;
    const apps = await discover({
      'clusters/apps.yaml': [ks('web', 'platform'), ks('ext', 'vendor'), ks('boot', 'flux-system')].join('---\n'),
      'clusters/sources.yaml': [
        repository('platform', 'ssh://git@git.example.com/platform/apps.git'),
        repository('vendor', 'https://git.example.com/vendor/apps'),
      ].join('---\n'),
      'apps/web/deployment.yaml': deployment,
    });
    assert.deepEqual(apps.map(shown), [
      'flux-kustomization:flux-system/boot -> kustomize apps/boot',
      'flux-kustomization:flux-system/ext -> https://git.example.com/vendor/apps at main',
      'flux-kustomization:flux-system/web -> kustomize apps/web',
    ]);
    const web = apps[2];
    assert.equal(web?.source.kind === 'here' ? web.source.revision : '', 'main');
    assert.deepEqual(web?.source.kind === 'here' ? web.source.sourceRef : {}, {
      namespace: 'flux-system',
      name: 'platform',
    });
  });

  it('finds kustomization roots and manifest folders that nothing refers to', async () => {
    const apps = await discover({
      'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
      'apps/web/base/deployment.yaml': deployment,
      'apps/web/overlays/prod/kustomization.yaml': 'resources: [../../base]\npatches: [{path: size.yaml}]\n',
      'apps/web/overlays/prod/size.yaml': deployment,
      'apps/web/overlays/dev/kustomization.yml': 'bases: [../../base/]\ncomponents: [../../../debug]\n',
      'apps/debug/kustomization.yaml': 'kind: Component\n',
      'tools/echo/all.yaml': deployment,
      'tools/echo/more/service.yaml': service,
      'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\n',
      'charts/web/templates/service.yaml': service,
      '.github/workflows/test.yaml': service,
    });
    assert.deepEqual(apps.map(shown), [
      'helm:charts/web -> helm charts/web',
      'kustomize:apps/web/overlays/dev -> kustomize apps/web/overlays/dev',
      'kustomize:apps/web/overlays/prod -> kustomize apps/web/overlays/prod',
      'manifests:tools/echo -> directory tools/echo',
    ]);
  });

  it('does not list again what an app renders, and no folder that only holds apps', async () => {
    const apps = await discover({
      'clusters/web.yaml': application('web', `source: {${here}, path: apps/web, directory: {recurse: true}}`),
      'clusters/api.yaml': application('api', `source: {${here}, path: apps/api}`),
      'apps/web/base/deployment.yaml': deployment,
      'apps/api/kustomization.yaml': 'resources: [service.yaml]\n',
      'apps/api/service.yaml': service,
    });
    assert.deepEqual(
      apps.map((each) => each.kind),
      ['argo-application', 'argo-application'],
    );
  });

  it('keeps apart objects of one name that are declared for several clusters', async () => {
    const apps = await discover({
      'clusters/prod/web.yaml': application('web', `source: {${here}, path: apps/prod}`),
      'clusters/dev/web.yaml': application('web', `source: {${here}, path: apps/dev}`),
    });
    assert.equal(new Set(apps.map((each) => each.id)).size, 2);
    assert.deepEqual(
      apps.map((each) => each.name),
      ['web', 'web'],
    );
  });

  it('does not take a patch of an Application for an Application', async () => {
    const apps = await discover({
      'base/web.yaml': application('web', `source: {${here}, path: apps/web}`),
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: revision.yaml}]\n',
      'prod/revision.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {source: {targetRevision: x}}\n',
    });
    assert.deepEqual(apps.map(shown), [
      'argo-application:argocd/web -> directory apps/web',
      'kustomize:prod -> kustomize prod',
    ]);
  });

  it('names file and line of a manifest that does not parse, and goes on with the rest', async () => {
    const files = {
      'clusters/broken.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web\n',
      'clusters/api.yaml': application('api', `source: {${here}, path: apps/api}`),
      'apps/api/kustomization.yaml': 'resources: [a.yaml\n',
      'prose.json': '{ not json at all',
    };
    const { apps, problems } = await discoverApps(new MemoryTree(files), origin, signal);
    assert.deepEqual(
      apps.map((each) => each.id),
      ['argo-application:argocd/api'],
    );
    assert.deepEqual(
      problems.map(({ file, severity }) => [file, severity]),
      [
        ['apps/api/kustomization.yaml', 'error'],
        ['clusters/broken.yaml', 'error'],
      ],
    );
    for (const problem of problems)
      assert.ok((problem.line ?? 0) >= 1 && problem.message.length > 5, JSON.stringify(problem));
  });

  it('finds manifests and apps with template signs in values, but not templates', async () => {
    const values = 'helm: {values: "a: {{ b }}"}';
    const apps = await discover({
      'rules/alerts.yaml': `${service}data: {text: "{{ $labels.job }} is down"}\n`,
      'clusters/web.yaml': application('web', `source: {${here}, path: a, ${values}}`),
      'clusters/lines.yaml': application(
        'lines',
        `source:\n    ${here}\n    path: a\n    helm:\n      values: |\n        {{- if x }}\n        a: b`,
      ),
      'templates/app.yaml': application('"{{ .name }}"', `source: {${here}, path: a}`),
      'templates/other.yaml': `{{- if .x }}\n${application('other', `source: {${here}, path: a}`)}{{- end }}\n`,
      'templates/broken.yaml': application('broken', 'source: {{ .source }}: x'),
    });
    assert.deepEqual(
      apps.map((each) => each.id),
      ['argo-application:argocd/lines', 'argo-application:argocd/web', 'manifests:rules'],
    );
  });

  it('takes no configuration of a tool for a manifest', async () => {
    const kubeconfig = 'apiVersion: v1\nkind: Config\nclusters: []\n';
    assert.deepEqual(await discover({ 'kubeconfig.yaml': kubeconfig, 'kind/cluster.yaml': kubeconfig }), []);
  });

  it('takes a repository without remotes as the one that its apps mean', async () => {
    const [app] = await discover(
      { 'web.yaml': application('web', `source: {${here}, path: a}`), 'a/x.yaml': service },
      [],
    );
    assert.equal(app?.source.kind, 'here');
  });

  it('finds the same again, and what changed, without reading unchanged texts anew', async () => {
    const files = {
      'clusters/web.yaml': application('web', `source: {${here}, path: apps/web}`),
      'apps/web/x.yaml': service,
    };
    const catalog = new AppCatalog();
    const first = await catalog.discover(new MemoryTree(files), origin, signal);
    const again = await catalog.discover(new MemoryTree(files), origin, signal);
    assert.deepEqual(again, first);
    // Unchanged facts are the very same objects: nothing was parsed again.
    assert.equal(again.apps[0]?.declared?.object, first.apps[0]?.declared?.object);
    const changed = { ...files, 'clusters/web.yaml': files['clusters/web.yaml'].replace('apps/web', 'apps/new') };
    const third = await catalog.discover(new MemoryTree(changed), origin, signal);
    assert.deepEqual(third.apps.map(shown), [
      'argo-application:argocd/web -> directory apps/new',
      'manifests:apps/web -> directory apps/web',
    ]);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const tree = new MemoryTree({ 'a/x.yaml': service });
    const slow: FileTree = {
      label: 'slow',
      stat: (path, at) => tree.stat(path, at),
      list: (path, at) => tree.list(path, at),
      read: (path, at) => {
        stop.abort();
        return tree.read(path, at);
      },
    };
    await assert.rejects(discoverApps(slow, origin, stop.signal), { name: 'AbortError' });
  });
});
