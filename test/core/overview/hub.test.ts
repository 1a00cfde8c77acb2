import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import type { ClusterConnection } from '../../../src/core/ports.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

const application = (destination: string): string => `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: 'https://git.example.com/shop.git', path: web, targetRevision: main}
  destination: {${destination}, namespace: web}
`;

const map = (level: string, metadata = ''): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web${metadata}}
data: {LOG_LEVEL: ${level}}
`;

/** The hub: its Application says OutOfSync, and an object of the same name lies there that is none of the app's. */
const hub = (destination: string): string => `${application(destination)}
status:
  sync: {status: OutOfSync, revision: a}
  health: {status: Healthy}
  operationState: {phase: Succeeded, syncResult: {revision: a}}
  resources:
  - {version: v1, kind: ConfigMap, name: settings, namespace: web, status: OutOfSync}
---
${map('of-the-hub')}`;

const tracked = ", annotations: {argocd.argoproj.io/tracking-id: 'web:/ConfigMap:web/settings'}";

/** A dump that claims to be a cluster at an address, and tells the hub's clusters where it is asked for them. */
function cluster(
  name: string,
  text: string,
  server: string,
  secrets?: readonly [name: string, server: string][],
): ClusterConnection {
  const dump = new SnapshotConnection({ name, files: [{ name, text }] }, plainHasher);
  const encode = (value: string): string => Buffer.from(value).toString('base64');
  const items = (secrets ?? []).map(([of, at]) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: of },
    data: { name: encode(of), server: encode(at) },
  }));
  return {
    context: name,
    server,
    readKinds: () => dump.readKinds(),
    readSchemas: (apiVersion) => dump.readSchemas(apiVersion),
    follow: (target, onEvent) => dump.follow(target, onEvent),
    send: () =>
      Promise.resolve({ status: secrets === undefined ? 403 : 200, body: { kind: 'List', items }, warnings: [] }),
    close: () => undefined,
  };
}

const opened: Overview[] = [];

async function look(destination: string, clusters: readonly ClusterConnection[]): Promise<AppState> {
  const files = { 'clusters/web.yaml': application(destination), 'web/settings.yaml': map('info') };
  const content = { working: files, commits: { a: files }, refs: { head: 'a', 'refs/remotes/origin/main': 'a' } };
  const repo = memoryRepository(content);
  const overview = new Overview({
    repo,
    engine: noEngine,
    health: noScripts,
    hasher: plainHasher,
    clock: quickClock,
    log: quietLog,
  });
  opened.push(overview);
  for (const each of clusters) overview.attach(each.context, each);
  await overview.refresh();
  await overview.whenSettled(AbortSignal.timeout(3000));
  const app = overview.state.apps.find(({ app: each }) => each.name === 'web');
  assert.ok(app !== undefined);
  return app;
}

const far = 'https://far.example:6443';
const values = ({ differences }: AppState): readonly unknown[] => differences.map(({ field }) => field?.live);

describe('an Argo CD hub that deploys to other clusters', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it('compares with the cluster that the app is deployed to, found by its address', async () => {
    const destination = `server: '${far}'`;
    const app = await look(destination, [
      cluster('hub', hub(destination), 'https://hub.example'),
      cluster('other', map('wrong', tracked), 'https://other.example'),
      cluster('east', map('trace', tracked), 'https://FAR.example:6443/'),
    ]);
    assert.deepEqual([app.context, app.objectsContext], ['hub', 'east']);
    assert.deepEqual(values(app), ['trace']);
    assert.match(app.findings[0]?.message ?? '', /^Cluster east runs trace/);
    assert.deepEqual(app.problems, []);
  });

  const byName: readonly (readonly [string, string, readonly [string, string][] | undefined, string | undefined])[] = [
    ['by the address that the hub knows under its name', 'east', [['far', far]], 'east'],
    [
      'by nothing when the hub knows another address under its name',
      'far',
      [['far', 'https://gone.example']],
      undefined,
    ],
    ['by the name of a context where the hub’s list may not be read', 'far', undefined, 'far'],
    ['in the hub itself, under whatever name', 'east', [['far', 'https://kubernetes.default.svc']], 'hub'],
  ];
  for (const [how, context, secrets, expected] of byName) {
    it(`finds a cluster that is only named ${how}`, async () => {
      const destination = 'name: far';
      const app = await look(destination, [
        cluster('hub', hub(destination), 'https://hub.example', secrets),
        cluster(context, map('trace', tracked), far),
      ]);
      assert.equal(app.objectsContext, expected);
    });
  }

  it('goes by the reconciler’s word where that cluster is not connected, and says so', async () => {
    const destination = `server: '${far}'`;
    const app = await look(destination, [cluster('hub', hub(destination), 'https://hub.example')]);
    assert.deepEqual([app.context, app.objectsContext, app.differences], ['hub', undefined, []]);
    assert.deepEqual(
      app.resources.map(({ diff }) => diff?.verdict),
      ['modified'],
    );
    assert.match(app.resources[0]?.diff?.reason ?? '', /reconciler's word \(OutOfSync\)/);
    assert.match(app.problems[0]?.message ?? '', /far\.example:6443, which is not connected here.*Choose a context/);
  });
});
