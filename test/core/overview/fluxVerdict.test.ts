import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { isObject } from '../../../src/core/model/json.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import type { ClusterConnection, RenderEngine } from '../../../src/core/ports.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

const kustomization = (spec = ''): string => `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./web, interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: shop}${spec}}
`;
const source = `
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: shop, namespace: flux-system}
spec: {url: 'https://git.example.com/shop.git', interval: 1m, ref: {branch: main}}
`;
const objects = (level: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
data: {LOG_LEVEL: ${level}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: disk, namespace: web}
spec: {accessModes: [ReadWriteOnce]}
`;

const commit = 'a'.repeat(40);
const stamps = 'labels: {kustomize.toolkit.fluxcd.io/name: web, kustomize.toolkit.fluxcd.io/namespace: flux-system}';

interface Live {
  readonly spec?: string;
  readonly level?: string;
  readonly ready?: string;
  readonly phase?: string;
  /** When somebody wrote the ConfigMap. */
  readonly written?: string;
}

function live({
  spec,
  level = 'info',
  ready = "'True'",
  phase = 'Bound',
  written = '2026-03-01T08:00:00Z',
}: Live): string {
  const fields = `managedFields: [{manager: kubectl-edit, operation: Update, time: '${written}', fieldsType: FieldsV1, fieldsV1: {'f:data': {'f:LOG_LEVEL': {}}}}]`;
  return `${kustomization(spec)}status:
  observedGeneration: 1
  lastAppliedRevision: main@sha1:${commit}
  conditions: [{type: Ready, status: ${ready}, reason: Reason, message: m, lastTransitionTime: '2026-03-01T09:00:00Z'}]
  history:
  - {digest: d, lastReconciled: '2026-03-01T09:00:00Z', lastReconciledStatus: ReconciliationSucceeded, metadata: {revision: 'main@sha1:${commit}'}}
---
${objects(level)
  .replace('name: settings, namespace: web', `name: settings, namespace: web, ${stamps}, ${fields}`)
  .replace('name: disk, namespace: web', `name: disk, namespace: web, ${stamps}`)}status: {phase: ${phase}}
`;
}

/** Stands for kustomize over a folder without a kustomization, which is its files; the engine's own tests run the real one. */
const plainEngine: RenderEngine = {
  ...noEngine,
  kustomize: async ({ path }, tree, signal) => {
    const bytes = await tree.read(`${path}/objects.yaml`, signal);
    const { documents } = readYaml(new TextDecoder().decode(bytes), 'kustomize');
    const objects = documents.flatMap(({ value }) => (isObject(value) ? [{ object: value, transformations: [] }] : []));
    return { objects, problems: [], reads: [] };
  },
};

const opened: Overview[] = [];

async function open(given: Live, connection?: ClusterConnection): Promise<Overview> {
  const files = { 'clusters/web.yaml': `${source}---${kustomization()}`, 'web/objects.yaml': objects('info') };
  const refs = { head: commit, 'refs/remotes/origin/main': commit };
  const repo = memoryRepository({ working: files, commits: { [commit]: files }, refs });
  const log = [{ commit, subject: 'Release the shop', author: 'Ada', time: '2026-03-01T07:00:00Z' }];
  const overview = new Overview({
    repo: { ...repo, readLog: () => Promise.resolve(log) },
    engine: plainEngine,
    health: noScripts,
    hasher: plainHasher,
    clock: quickClock,
    log: quietLog,
  });
  opened.push(overview);
  overview.attach('prod', connection ?? dumpOf(live(given)));
  await overview.refresh();
  await overview.whenSettled(AbortSignal.timeout(3000));
  return overview;
}

function dumpOf(text: string): ClusterConnection {
  return new SnapshotConnection({ name: 'prod', files: [{ name: 'prod', text }] }, plainHasher);
}

function webOf({ state }: Overview): AppState {
  const app = state.apps.find(({ app: each }) => each.name === 'web');
  assert.ok(app !== undefined);
  return app;
}

async function look(given: Live): Promise<AppState> {
  return webOf(await open(given));
}

const said = ({ disagreements = [] }: AppState): readonly unknown[] =>
  disagreements.map(({ about, ours, theirs, why }) => [about, ours, theirs, why]);

describe("Flux's own verdict", () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it('is not repeated where it is the same', async () => {
    assert.equal((await look({})).disagreements, undefined);
  });

  it('speaks of its last run when somebody changed an object since', async () => {
    assert.deepEqual(said(await look({ level: 'debug', written: '2026-03-01T09:30:00Z' })), [
      [
        'sync',
        'OutOfSync',
        'Synced',
        'Its Ready condition speaks of the last run (2026-03-01T09:00:00Z), and the change came at 2026-03-01T09:30:00Z. Flux mends what it manages with its next run, every 10m.',
      ],
    ]);
  });

  it('has no rule that explains a difference which a run since has left', async () => {
    assert.match(JSON.stringify(said(await look({ level: 'debug' }))), /No rule that is known here/);
  });

  it('is silent about drift while it is suspended', async () => {
    assert.match(
      JSON.stringify(said(await look({ level: 'debug', spec: ', suspend: true' }))),
      /The Kustomization is suspended/,
    );
  });

  it('of a failed run leaves what was applied before', async () => {
    assert.deepEqual(said(await look({ ready: "'False'" })), [
      [
        'sync',
        'Synced',
        'OutOfSync',
        'Its last run failed (Reason), and the cluster still runs what the run before it applied.',
      ],
    ]);
  });

  it('says nothing of health unless it is told to wait', async () => {
    const [disagreement] = said(await look({ phase: 'Pending' }));
    assert.deepEqual(disagreement, [
      'health',
      'InProgress',
      'Current',
      'Neither spec.wait nor spec.healthChecks is set: Ready says that everything was applied, not that it is healthy.',
    ]);
    assert.match(
      JSON.stringify(said(await look({ phase: 'Pending', spec: ', wait: true' }))),
      /when it last applied \(2026/,
    );
  });

  it('is a hint on the Kustomization where it is another, unless what differs has findings of its own', async () => {
    const hints = async (given: Live): Promise<readonly unknown[]> =>
      (await look(given)).findings.map(({ code, severity, object, place, message }) => [
        code,
        severity,
        object,
        place?.file,
        message.split('. ')[0],
      ]);
    assert.deepEqual(await hints({ phase: 'Pending' }), [
      [
        'verdict.disagrees',
        'hint',
        undefined,
        'clusters/web.yaml',
        'The reconciler in prod calls web Current, here it is InProgress',
      ],
    ]);
    assert.deepEqual(
      (await hints({ ready: "'False'" })).map((hint) => JSON.stringify(hint)).filter((hint) => hint.includes('Synced')),
      [
        '["verdict.disagrees","hint",null,"clusters/web.yaml","The reconciler in prod calls web OutOfSync, here it is Synced"]',
      ],
    );
    const drifted = await look({ level: 'debug', written: '2026-03-01T09:30:00Z' });
    assert.deepEqual(
      drifted.findings.map(({ code }) => code),
      ['drift.field-changed'],
    );
  });

  it('stands beside the history, with the subjects of commits', async () => {
    assert.deepEqual(
      (await look({})).history?.map(({ revision, result, subject }) => [revision, result, subject]),
      [[commit, 'succeeded', 'Release the shop']],
    );
  });
});

const settings = resourceKey({ group: '', kind: 'ConfigMap', namespace: 'web', name: 'settings' });
const event = (about: string, reason: string, time: string): string => `---
apiVersion: v1
kind: Event
metadata: {name: e-${reason.toLowerCase()}, namespace: NAMESPACE}
involvedObject: {${about}}
type: Warning
reason: ${reason}
message: something
lastTimestamp: '${time}'
`;

describe('what clusters told of an object', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  const events = [
    event('apiVersion: v1, kind: ConfigMap, namespace: web, name: settings', 'Edited', '2026-03-01T08:00:00Z').replace(
      'NAMESPACE',
      'web',
    ),
    event('apiVersion: v1, kind: ConfigMap, namespace: web, name: other', 'Other', '2026-03-01T08:00:00Z').replace(
      'NAMESPACE',
      'web',
    ),
    event(
      'apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, namespace: flux-system, name: web',
      'HealthCheckFailed',
      '2026-03-01T09:00:00Z',
    ).replace('NAMESPACE', 'flux-system'),
  ].join('');

  it('is its own events and those of its app, newest first', async () => {
    const overview = await open({}, dumpOf(live({}) + events));
    const { events: told, troubles } = await overview.eventsOf(
      webOf(overview).app.id,
      settings,
      AbortSignal.timeout(3000),
    );
    assert.deepEqual(
      told.map(({ object, reason }) => [object.split('/')[1], reason]),
      [
        ['Kustomization', 'HealthCheckFailed'],
        ['ConfigMap', 'Edited'],
      ],
    );
    assert.deepEqual(troubles, []);
  });

  it('is asked for once by many who look, and says which right is missing', async () => {
    const dump = dumpOf(live({}));
    const asked: string[] = [];
    const message = 'events is forbidden: User "viewer" cannot list resource "events"';
    const connection: ClusterConnection = {
      context: 'prod',
      readKinds: (signal) => dump.readKinds(signal),
      readSchemas: (apiVersion, signal) => dump.readSchemas(apiVersion, signal),
      follow: (target, onEvent) => dump.follow(target, onEvent),
      send: ({ path }) => {
        if (path.endsWith('/events')) asked.push(path);
        return Promise.resolve({ status: 403, body: { message }, warnings: [] });
      },
      close: () => undefined,
    };
    const overview = await open({}, connection);
    assert.deepEqual(asked, []);
    const { id } = webOf(overview).app;
    const [first] = await Promise.all([
      overview.eventsOf(id, settings, AbortSignal.timeout(3000)),
      overview.eventsOf(id, settings, AbortSignal.timeout(3000)),
    ]);
    assert.deepEqual(asked, [
      '/api/v1/namespaces/web/events',
      '/api/v1/namespaces/flux-system/events',
      '/apis/events.k8s.io/v1/namespaces/web/events',
      '/apis/events.k8s.io/v1/namespaces/flux-system/events',
    ]);
    assert.deepEqual(first.events, []);
    assert.equal(first.troubles[0], `prod: Events are not shown: you may not list them in namespace web (${message}).`);
  });

  it('is read by the newer API where the older one is refused', async () => {
    const dump = dumpOf(live({}));
    const regarding = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'web', name: 'settings' };
    const connection: ClusterConnection = {
      context: 'prod',
      readKinds: (signal) => dump.readKinds(signal),
      readSchemas: (apiVersion, signal) => dump.readSchemas(apiVersion, signal),
      follow: (target, onEvent) => dump.follow(target, onEvent),
      send: ({ path }) =>
        Promise.resolve(
          path.startsWith('/apis/events.k8s.io/v1/namespaces/web/')
            ? { status: 200, body: { items: [{ regarding, reason: 'Edited', note: 'by hand' }] }, warnings: [] }
            : { status: 403, body: { message: 'forbidden' }, warnings: [] },
        ),
      close: () => undefined,
    };
    const overview = await open({}, connection);
    const { events: told } = await overview.eventsOf(webOf(overview).app.id, settings, AbortSignal.timeout(3000));
    assert.deepEqual(
      told.map(({ reason, message }) => [reason, message]),
      [['Edited', 'by hand']],
    );
  });

  it('is nothing for an app that no cluster runs', async () => {
    const overview = await open({}, dumpOf(source));
    assert.deepEqual(await overview.eventsOf(webOf(overview).app.id, settings, AbortSignal.timeout(3000)), {
      events: [],
      troubles: [],
    });
  });
});
