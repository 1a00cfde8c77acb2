import assert from 'node:assert/strict';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { systemClock } from '../../../src/adapters/cluster/systemClock.ts';
import { encodeBase64 } from '../../../src/core/diff/secrets.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { ApiReply, ClusterConnection } from '../../../src/core/ports.ts';
import { memoryRepository } from '../../core/overview/memoryRepository.ts';
import { openPool } from './engineFixture.ts';
import { quietLog } from '../../quietLog.ts';

const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  goTemplate: true
  generators: [{clusters: {selector: {matchLabels: {env: prod}}}}, {pullRequest: {}}]
  template:
    metadata: {name: '{{.name}}-web'}
    spec: {destination: {name: '{{.name}}', namespace: web}, source: {repoURL: 'https://git.example.com/shop.git', path: web}}
`;
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: pr-7, namespace: argocd, ownerReferences: [{kind: ApplicationSet, name: all}]}
spec: {destination: {namespace: pr}, source: {repoURL: 'https://git.example.com/shop.git', path: web}}
`;

/** A dump as the live side, whose cluster Secrets can be asked for. */
function hubWith(answer: () => ApiReply): ClusterConnection {
  const dump = new SnapshotConnection({ name: 'hub', files: [{ name: 'hub', text: application }] }, { hash: String });
  return {
    context: 'hub',
    readKinds: () => dump.readKinds(),
    readSchemas: (apiVersion) => dump.readSchemas(apiVersion),
    follow: (target, onEvent) => dump.follow(target, onEvent),
    send: () => Promise.resolve(answer()),
    close: () => undefined,
  };
}

function cluster(name: string): JsonObject {
  return { metadata: { labels: { env: 'prod' } }, data: { name: encodeBase64(name), server: encodeBase64(`https://${name}`) } };
}

describe('the overview of a hub', function () {
  this.timeout(60_000);
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  it('shows what ApplicationSets make once a hub says its clusters, and follows it when they change', async () => {
    const repo = memoryRepository({ working: { 'set.yaml': set, 'web/a.yaml': configMap }, commits: {}, refs: {} });
    const overview = new Overview({ repo, engine: pool, health: pool, hasher: { hash: String }, clock: systemClock, log: quietLog });
    const settle = async (): Promise<readonly string[]> => {
      await overview.refresh();
      await overview.whenSettled(AbortSignal.timeout(20_000));
      return overview.state.apps.map(({ app }) => app.name);
    };
    try {
      assert.deepEqual(await settle(), ['all', 'web']);
      const items = [cluster('eu')];
      overview.attach('hub', hubWith(() => ({ status: 200, body: { items }, warnings: [] })));
      assert.deepEqual(await settle(), ['eu-web', 'pr-7', 'all']);
      items.push(cluster('us'));
      assert.deepEqual(await settle(), ['eu-web', 'pr-7', 'all', 'us-web']);
      const undecided = overview.state.apps.find(({ app }) => app.name === 'all')?.problems.map(({ message }) => message);
      assert.deepEqual(undecided?.map((message) => /the (\w+) generator/.exec(message)?.[1]), ['pullRequest']);
      overview.attach('hub', hubWith(() => ({ status: 403, body: {}, warnings: [] })));
      assert.deepEqual(await settle(), ['pr-7', 'all']);
      const forbidden = overview.state.apps.find(({ app }) => app.name === 'all')?.problems[0]?.message ?? '';
      assert.match(forbidden, /may not be listed/);
    } finally {
      overview.dispose();
    }
  });
});
