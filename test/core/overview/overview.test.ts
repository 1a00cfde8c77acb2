import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import { wordsOfValue } from '../../../src/core/model/words.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import type { FileTree, RepoReader } from '../../../src/core/ports.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import type { MemoryRepositoryContent } from './memoryRepository.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

const application = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  source: {repoURL: 'https://git.example.com/shop.git', path: web, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
`;

const configMap = (level: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
data:
  LOG_LEVEL: ${level}
`;

const tree = (level: string): Record<string, string> => ({
  'clusters/web.yaml': application,
  'web/settings.yaml': configMap(level),
});

/** The Application as its controller left it after a sync of `revision`. */
const synced = (revision: string): string => `${application}
status:
  sync: {status: Synced, revision: ${revision}}
  health: {status: Healthy}
  operationState:
    phase: Succeeded
    syncResult: {revision: ${revision}}
  resources:
  - {version: v1, kind: ConfigMap, name: settings, namespace: web, status: Synced}
`;

const liveConfigMap = (level: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: web
  resourceVersion: "7"
  annotations: {argocd.argoproj.io/tracking-id: 'web:/ConfigMap:web/settings'}
  managedFields:
  - {manager: kubectl-edit, operation: Update, apiVersion: v1, time: '2026-03-02T09:00:00Z', fieldsType: FieldsV1, fieldsV1: {'f:data': {'f:LOG_LEVEL': {}}}}
data: {LOG_LEVEL: ${level}}
`;

const opened: Overview[] = [];

function open(content: MemoryRepositoryContent): Overview {
  return openOver(memoryRepository(content));
}

function openOver(repo: RepoReader): Overview {
  const overview = new Overview({
    repo,
    engine: noEngine,
    health: noScripts,
    hasher: plainHasher,
    clock: quickClock,
    log: quietLog,
  });
  opened.push(overview);
  return overview;
}

/** A repository that says what it is asked: `state`, `revision NAME`, and each look at the working tree. */
function watched(repo: RepoReader, asked: string[]): RepoReader {
  const watch = (tree: FileTree): FileTree => ({
    label: tree.label,
    stat: (path, signal) => (asked.push(`stat ${path}`), tree.stat(path, signal)),
    read: (path, signal) => (asked.push(`read ${path}`), tree.read(path, signal)),
    list: (path, signal) => (asked.push(`list ${path}`), tree.list(path, signal)),
  });
  return {
    ...repo,
    readState: (signal) => (asked.push('state'), repo.readState(signal)),
    openRevision: (revision, signal) => (asked.push(`revision ${revision}`), repo.openRevision(revision, signal)),
    openWorkingTree: () => watch(repo.openWorkingTree()),
  };
}

async function settle(overview: Overview, live?: string): Promise<AppState> {
  if (live !== undefined)
    overview.attach(
      'prod',
      new SnapshotConnection({ name: 'prod', files: [{ name: 'prod', text: live }] }, plainHasher),
    );
  await overview.refresh();
  await overview.whenSettled(AbortSignal.timeout(3000));
  const app = overview.state.apps.find(({ app: each }) => each.name === 'web');
  assert.ok(app, 'the app is discovered');
  return app;
}

const commits = { a: tree('info'), b: tree('debug') };

describe('the overview of a repository', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it('shows Git alone while no cluster is attached', async () => {
    const app = await settle(open({ working: tree('info'), commits, refs: { head: 'a' } }));
    assert.equal(app.sync.status, 'Unknown');
    assert.equal(app.context, undefined);
    assert.deepEqual(app.differences, []);
    assert.deepEqual(
      app.resources.map(({ key, isDeclared, isLive }) => ({ key, isDeclared, isLive })),
      [{ key: '/ConfigMap/web/settings', isDeclared: true, isLive: false }],
    );
  });

  it('finds no difference when the cluster holds what was applied', async () => {
    const content = { working: tree('info'), commits, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
    const app = await settle(open(content), `${synced('a')}---\n${liveConfigMap('info')}`);
    assert.deepEqual([app.context, app.sync.status, app.health.status], ['prod', 'Synced', 'Healthy']);
    assert.deepEqual(app.differences, []);
    assert.deepEqual(app.findings, []);
  });

  it('puts drift on the proven line and says who wrote it', async () => {
    const content = { working: tree('info'), commits, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
    const app = await settle(open(content), `${synced('a')}---\n${liveConfigMap('trace')}`);
    const [finding, ...others] = app.findings;
    assert.deepEqual(others, []);
    assert.equal(finding?.code, 'drift.field-changed');
    assert.equal(finding.place?.file, 'web/settings.yaml');
    assert.deepEqual([finding.place.range.line, finding.place.range.column, finding.place.text], [7, 14, 'info']);
    assert.match(
      finding.message,
      /^Cluster prod runs trace, Git says info \(ConfigMap settings, data\.LOG_LEVEL\)\. Changed by kubectl-edit /,
    );
  });

  it('pairs the items of a custom kind by its definition, also in what is not committed', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        type: object
        properties:
          parts:
            type: array
            x-kubernetes-list-type: map
            x-kubernetes-list-map-keys: [name]
            items: {type: object, properties: {name: {type: string}, size: {type: integer}}}
`;
    const widget = (parts: string): string =>
      `apiVersion: shop.example/v1\nkind: Widget\nmetadata: {name: w, namespace: web}\nparts: [${parts}]\n`;
    const files = (parts: string): Record<string, string> => ({
      ...tree('info'),
      'web/definition.yaml': definition,
      'web/widget.yaml': widget(parts),
    });
    const content = {
      working: files('{name: b, size: 2}, {name: a, size: 3}'),
      commits: { a: files('{name: a, size: 1}, {name: b, size: 2}') },
      refs: { head: 'a' },
    };
    const app = await settle(open(content));
    assert.deepEqual(
      app.differences.map(({ origin, field }) => [origin, field?.path, field?.live, field?.desired]),
      [['uncommitted', '/parts/1/size', 1, 3]],
    );
  });

  it('tells the four origins apart', async () => {
    const content = {
      working: tree('error'),
      commits: { a: tree('info'), b: tree('debug'), c: tree('warn') },
      refs: { head: 'c', 'refs/remotes/origin/main': 'b' },
    };
    const app = await settle(open(content), `${synced('a')}---\n${liveConfigMap('trace')}`);
    const seen = app.differences.map(({ origin, field }) =>
      [origin, wordsOfValue(field?.live), wordsOfValue(field?.desired)].join(' '),
    );
    assert.deepEqual(seen.sort(), [
      'drift trace info',
      'uncommitted warn error',
      'unpushed debug warn',
      'unsynced info debug',
    ]);
  });

  it('calls everything unsynced that the reconciler has not applied yet', async () => {
    const content = { working: tree('info'), commits, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
    const overview = open(content);
    // Another ConfigMap makes the kind a served one, so that absence is certain.
    const other = liveConfigMap('info').replaceAll('settings', 'other');
    const app = await settle(overview, `${application}---\n${other}`);
    assert.deepEqual(
      app.differences.map(({ origin, verdict, object }) => ({ origin, verdict, object })),
      [{ origin: 'unsynced', verdict: 'missing', object: '/ConfigMap/web/settings' }],
    );
  });

  it('says that the applied commit is not in this clone instead of comparing with another one', async () => {
    const content = { working: tree('info'), commits, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
    const app = await settle(open(content), `${synced('f'.repeat(40))}---\n${liveConfigMap('trace')}`);
    assert.match(
      app.problems.map(({ message }) => message).join(),
      /runs commit fffffff, which this clone does not have/,
    );
    assert.deepEqual(app.differences, []);
  });

  it('does not look for the objects of another cluster in the one that runs Argo CD', async () => {
    const remote = (text: string): string => text.replace('https://kubernetes.default.svc', 'https://edge.example.com');
    const files = { ...tree('info'), 'clusters/web.yaml': remote(application) };
    const content = { working: files, commits: { a: files }, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
    const app = await settle(open(content), `${remote(synced('a'))}---\n${liveConfigMap('trace')}`);
    assert.deepEqual([app.sync.status, app.health.status, app.differences], ['Synced', 'Healthy', []]);
    assert.match(app.problems.map(({ message }) => message).join(), /deployed to https:\/\/edge\.example\.com/);
  });

  it('goes by unsaved text before what is on disk', async () => {
    const overview = open({ working: tree('info'), commits, refs: { head: 'a' } });
    await settle(overview);
    overview.setBuffers(new Map([['web/settings.yaml', configMap('debug')]]));
    const app = await settle(overview);
    assert.deepEqual(
      app.differences.map(({ origin, field }) => [origin, field?.live, field?.desired]),
      [['uncommitted', 'info', 'debug']],
    );
  });

  it('asks neither Git nor the disk while only unsaved text changes', async () => {
    const asked: string[] = [];
    const overview = openOver(
      watched(memoryRepository({ working: tree('info'), commits, refs: { head: 'a' } }), asked),
    );
    await overview.refresh();
    assert.ok(asked.includes('state') && asked.includes('read web/settings.yaml'), 'the first reading asks');
    asked.length = 0;
    overview.setBuffers(new Map([['web/settings.yaml', configMap('debug')]]));
    await overview.whenSettled(AbortSignal.timeout(3000));
    overview.setBuffers(new Map([['web/settings.yaml', configMap('trace')]]));
    await overview.whenSettled(AbortSignal.timeout(3000));
    assert.deepEqual(
      overview.state.apps.flatMap(({ differences }) => differences.map(({ field }) => field?.desired)),
      ['trace'],
    );
    assert.deepEqual(asked, []);
  });

  it('reads the disk again when a buffer is gone, which may have been saved', async () => {
    const working: Record<string, string> = tree('info');
    const overview = open({ working, commits, refs: { head: 'a' } });
    await settle(overview);
    overview.setBuffers(new Map([['web/settings.yaml', configMap('debug')]]));
    await overview.whenSettled(AbortSignal.timeout(3000));
    working['web/settings.yaml'] = configMap('debug');
    overview.setBuffers(new Map());
    await overview.whenSettled(AbortSignal.timeout(3000));
    const [app] = overview.state.apps;
    assert.deepEqual(
      app?.differences.map(({ origin, field }) => [origin, field?.desired]),
      [['uncommitted', 'debug']],
    );
  });

  it('keeps the other apps when one does not parse', async () => {
    const working = {
      ...tree('info'),
      'clusters/broken.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: [',
    };
    const overview = open({ working, commits, refs: { head: 'a' } });
    const app = await settle(overview);
    assert.equal(app.resources.length, 1);
    assert.deepEqual(
      overview.state.problems.map(({ file, severity }) => [file, severity]),
      [['clusters/broken.yaml', 'error']],
    );
  });

  it('does not take the objects of an app for new ones because its own manifest broke', async () => {
    const working = { ...tree('info'), 'clusters/web.yaml': `${application}  broken: [` };
    const overview = open({ working, commits, refs: { head: 'a' } });
    const app = await settle(overview);
    assert.equal(app.app.kind, 'manifests');
    assert.deepEqual(app.differences, []);
  });

  it('tells listeners which app changed and keeps the identity of those that did not', async () => {
    const overview = open({ working: tree('info'), commits, refs: { head: 'a' } });
    const before = await settle(overview);
    const changes: string[] = [];
    overview.onDidChange(({ apps }) => changes.push(apps.join()));
    const after = await settle(overview);
    assert.equal(after, before);
    overview.setBuffers(new Map([['web/settings.yaml', configMap('debug')]]));
    await settle(overview);
    assert.ok(changes.includes('argo-application:argocd/web'));
  });
});
