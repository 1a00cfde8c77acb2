import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { projectProblems } from '../../../src/core/overview/projectProblems.ts';
import type { HubFacts } from '../../../src/core/apps/hubFacts.ts';
import type { RenderProblem } from '../../../src/core/model/rendering.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import type { RenderEngine } from '../../../src/core/ports.ts';

const signal = new AbortController().signal;
const asked = (): Promise<never> => Promise.reject(new Error('Nothing is rendered by the engine here.'));
const engine: RenderEngine = { kustomize: asked, helm: asked, applicationSet: asked };

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: team
  source:
    repoURL: https://git.example.com/Shop/web.git
    path: web
  destination:
    server: https://kubernetes.default.svc
    namespace: shop
`;
const manifests = `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: Secret
metadata: {name: b, namespace: other}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: c}
`;
const open = `sourceRepos: ['*']
  destinations: [{server: '*', namespace: '*'}]
  clusterResourceWhitelist: [{group: '*', kind: '*'}]`;

async function problems(project: string | undefined, hub?: HubFacts): Promise<readonly RenderProblem[]> {
  const text = `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team, namespace: argocd}\nspec:\n  ${project ?? ''}\n`;
  const files = { 'web.yaml': application, 'web/all.yaml': manifests };
  const tree = new MemoryTree(project === undefined ? files : { ...files, 'project.yaml': text });
  const { apps, projects } = await discoverApps(tree, [], signal);
  const app = apps.find(({ name }) => name === 'web');
  assert.ok(app !== undefined);
  const rendering = await renderApp(app, tree, engine, signal);
  return projectProblems(app, rendering, { declared: projects, hub }, tree, signal);
}

describe('the limits of an AppProject', () => {
  const cases: readonly (readonly [what: string, project: string, denials: readonly string[]])[] = [
    ['nothing', open, []],
    [
      'sources by address, whatever its spelling',
      open.replace("'*'", 'git@git.example.com:shop/web'),
      ['7 the source'],
    ],
    ['sources one folder deep', open.replace("'*'", 'https://git.example.com/*/web'), []],
    ['sources but not deeper', open.replace("'*'", 'https://git.example.com/*'), ['7 the source']],
    ['a source that is excepted', open.replace("['*']", "['*', '!https://git.example.com/shop/*']"), ['7 the source']],
    ['all but one source', open.replace("['*']", "['!https://git.example.com/other/*']"), []],
    ['another server', open.replace("server: '*'", 'server: https://eu'), ['10 the destination']],
    ['the server by its name', open.replace("server: '*'", 'name: in-cluster'), []],
    ['the namespace', open.replace("namespace: '*'", 'namespace: prod-*'), ['11 the destination']],
    [
      'namespaces of some objects',
      open.replace("namespace: '*'", 'namespace: sh*'),
      ['5 objects in the namespace other'],
    ],
    [
      'a namespace that is excepted',
      open.replace("namespace: '*'", "namespace: '!other'"),
      ['5 objects in the namespace other'],
    ],
    [
      'kinds of the cluster unless they are listed',
      open.replace(/ {2}clusterResourceWhitelist.*/, ''),
      ['5 objects of the kind ClusterRole'],
    ],
    [
      'kinds of the cluster that are excepted',
      `${open}\n  clusterResourceBlacklist: [{group: rbac.authorization.k8s.io, kind: Cluster*}]`,
      ['5 objects of the kind ClusterRole'],
    ],
    [
      'kinds of namespaces that are excepted',
      `${open}\n  namespaceResourceBlacklist: [{group: '', kind: Secret}]`,
      ['5 objects of the kind Secret'],
    ],
    [
      'all kinds of namespaces but those listed',
      `${open}\n  namespaceResourceWhitelist: [{group: '', kind: Secret}]`,
      ['5 objects of the kind ConfigMap'],
    ],
  ];
  for (const [what, project, denials] of cases) {
    it(`forbid ${what}`, async () => {
      const found = await problems(project);
      const shown = found.map(({ line, message }) => {
        const short = /permit ((?:the source|the destination|objects (?:in the namespace|of the kind) [\w-]+))/.exec(
          message,
        )?.[1];
        return `${String(line)} ${short ?? message}`;
      });
      assert.deepEqual(shown, denials);
    });
  }

  it('are not guessed for a cluster whose address is not known', async () => {
    const named = open.replace("server: '*'", 'name: hub');
    const clusters = [
      {
        name: 'hub',
        server: 'https://kubernetes.default.svc',
        project: '',
        labels: {},
        annotations: {},
        isLocal: false,
      },
    ];
    assert.deepEqual(await problems(named, { clusters, generated: [] }), []);
  });

  it('say that a project is missing only when the hub has listed its own', async () => {
    assert.deepEqual(await problems(undefined), []);
    assert.deepEqual(await problems(undefined, { generated: [] }), []);
    const [missing] = await problems(undefined, { generated: [], projects: [] });
    assert.match(missing?.message ?? '', /no project team/);
    assert.deepEqual([missing?.file, missing?.line, missing?.code], ['web.yaml', 5, 'project.denied']);
  });
});
