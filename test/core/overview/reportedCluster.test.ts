import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import { quietLog } from '../../quietLog.ts';
import { memoryRepository } from './memoryRepository.ts';
import { quickClock } from './quickClock.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

const declared = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
data: {LOG_LEVEL: info}
`;

const tree = { 'web/settings.yaml': declared };

describe('what is reported of a cluster', () => {
  const opened: Overview[] = [];
  const open = async (): Promise<Overview> => {
    const overview = new Overview({
      repo: memoryRepository({ working: tree, commits: { a: tree }, refs: { head: 'a' } }),
      engine: noEngine,
      health: noScripts,
      hasher: plainHasher,
      clock: quickClock,
      log: quietLog,
      comparesUnreconciled: true,
    });
    opened.push(overview);
    await overview.refresh();
    return overview;
  };
  const words = ({ state }: Overview): readonly string[] => state.clusters.map(({ status }) => status.kind);
  const attach = async (overview: Overview): Promise<void> => {
    const text = declared.replace('info', 'debug');
    overview.attach('prod', new SnapshotConnection({ name: 'prod', files: [{ name: 'prod', text }] }, plainHasher));
    await overview.whenSettled(AbortSignal.timeout(3000));
  };
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it('stands until the cluster is attached', async () => {
    const overview = await open();
    overview.reportCluster('prod', { kind: 'connecting' });
    assert.deepEqual(words(overview), ['connecting']);
    await attach(overview);
    assert.deepEqual(words(overview), ['no-reconciler']);
  });

  it('stands over what an attached cluster says of itself, until it is taken back, and takes nothing away', async () => {
    const overview = await open();
    await attach(overview);
    const before = overview.state.apps;
    assert.deepEqual(
      before.flatMap(({ resources }) => resources.map(({ diff }) => diff?.verdict)),
      ['modified'],
    );
    const program = '/usr/bin/cloud-login';
    overview.reportCluster('prod', { kind: 'waiting', program });
    assert.deepEqual(overview.state.clusters, [{ context: 'prod', status: { kind: 'waiting', program } }]);
    assert.deepEqual(overview.state.apps, before);
    overview.reportCluster('prod', undefined);
    assert.deepEqual(words(overview), ['no-reconciler']);
  });
});
