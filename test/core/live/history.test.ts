import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArgoStatus } from '../../../src/core/live/argoStatus.ts';
import { readFluxStatus } from '../../../src/core/live/fluxStatus.ts';
import type { HistoryEntry } from '../../../src/core/live/reconcilerStatus.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';

const one = '1'.repeat(40);
const two = '2'.repeat(40);

function objectOf(kind: string, status: JsonObject): KubeObject {
  return { apiVersion: 'x/v1', kind, metadata: { name: 'web', namespace: 'ops' }, status };
}

function check(read: readonly HistoryEntry[], expected: readonly Partial<HistoryEntry>[]): void {
  const present = read.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)),
  );
  assert.deepEqual(present, expected);
}

describe('the history of a reconciler', () => {
  const deployments = [
    { revision: one, deployedAt: '2026-01-01T00:00:00Z', initiatedBy: { automated: true } },
    { revision: two, deployedAt: '2026-01-02T00:00:00Z', initiatedBy: { username: 'ada' } },
  ];

  it('is Argo CD’s list of deployments, newest first, with who asked', () => {
    const operationState = { phase: 'Succeeded', syncResult: { revision: two }, finishedAt: '2026-01-02T00:00:00Z' };
    check(readArgoStatus(objectOf('Application', { history: deployments, operationState })).history, [
      { revision: two, time: '2026-01-02T00:00:00Z', result: 'succeeded', by: 'ada' },
      { revision: one, time: '2026-01-01T00:00:00Z', result: 'succeeded', by: 'automated sync' },
    ]);
  });

  it('begins with the operation that failed or runs, but not with a trial', () => {
    const failed = {
      phase: 'Failed',
      message: 'one or more objects failed to apply',
      finishedAt: '2026-01-03T00:00:00Z',
      operation: { initiatedBy: { username: 'plumbline' }, sync: { revision: two } },
      syncResult: { revision: two },
    };
    const read = (operationState: JsonObject): readonly HistoryEntry[] =>
      readArgoStatus(objectOf('Application', { history: deployments.slice(0, 1), operationState })).history;
    check(read(failed).slice(0, 1), [
      {
        revision: two,
        time: '2026-01-03T00:00:00Z',
        result: 'failed',
        status: 'Failed',
        by: 'plumbline',
        message: 'one or more objects failed to apply',
      },
    ]);
    const { finishedAt, ...running } = { ...failed, phase: 'Running', startedAt: '2026-01-02T23:59:00Z' };
    assert.ok(finishedAt);
    assert.deepEqual([read(running)[0]?.result, read(running)[0]?.time], ['running', '2026-01-02T23:59:00Z']);
    assert.equal(read({ ...failed, operation: { sync: { dryRun: true, revision: two } } }).length, 1);
  });

  it('is a HelmRelease’s list of releases, with chart and version', () => {
    const history = [
      { chartName: 'web', chartVersion: '1.4.1', version: 3, status: 'failed', lastDeployed: '2026-01-03T00:00:00Z' },
      { chartName: 'web', chartVersion: '1.4.0', version: 2, status: 'deployed', lastDeployed: '2026-01-02T00:00:00Z' },
    ];
    check(readFluxStatus(objectOf('HelmRelease', { history })).history, [
      { revision: 'web 1.4.1', time: '2026-01-03T00:00:00Z', result: 'failed', status: 'failed, release 3' },
      { revision: 'web 1.4.0', time: '2026-01-02T00:00:00Z', result: 'succeeded', status: 'deployed, release 2' },
    ]);
  });

  it('is a Kustomization’s last run where its controller keeps no list', () => {
    const ready = { type: 'Ready', status: 'False', reason: 'BuildFailed', message: 'no such file' };
    const conditions = [{ ...ready, lastTransitionTime: '2026-01-03T00:00:00Z' }];
    const status = { lastAttemptedRevision: `main@sha1:${two}`, conditions };
    check(readFluxStatus(objectOf('Kustomization', status)).history, [
      { revision: two, time: '2026-01-03T00:00:00Z', result: 'failed', status: 'BuildFailed', message: 'no such file' },
    ]);
    assert.deepEqual(readFluxStatus(objectOf('Kustomization', {})).history, []);
  });

  it('never repeats what an API server quotes of a Secret', () => {
    const operationState = {
      phase: 'Failed',
      syncResult: { revision: two },
      message: 'Secret "keys" is invalid: data[token]: Invalid value: "aGVsbG8gd29ybGQ=": bad',
    };
    const status = readArgoStatus(objectOf('Application', { operationState }));
    assert.equal(status.history[0]?.message, 'Secret "keys" is invalid: data[token]: Invalid value: ‹hidden›: bad');
    assert.doesNotMatch(JSON.stringify(status), /aGVsbG8/);
  });
});
