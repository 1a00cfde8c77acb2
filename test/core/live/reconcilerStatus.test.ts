import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArgoStatus } from '../../../src/core/live/argoStatus.ts';
import { parseInventoryId, readFluxStatus } from '../../../src/core/live/fluxStatus.ts';
import { commitOf } from '../../../src/core/live/reconcilerStatus.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { AppSync } from '../../../src/core/overview/state.ts';

const one = '1'.repeat(40);
const two = '2'.repeat(40);

function application(status: JsonObject, more: JsonObject = {}): KubeObject {
  const metadata = { name: 'web', namespace: 'argocd' };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata, status, ...more };
}

function kustomization(status: JsonObject, spec: JsonObject = {}, generation = 1): KubeObject {
  const metadata = { name: 'web', namespace: 'flux-system', generation };
  return { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata, spec, status };
}

function gitRepository(commit: string, ready: JsonObject = { status: 'True' }): KubeObject {
  const status = { artifact: { revision: `main@sha1:${commit}` }, conditions: [{ type: 'Ready', ...ready }] };
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 's' }, status };
}

describe('the commit within a revision', () => {
  const cases = [
    [`main@sha1:${one}`, one],
    [`refs/heads/feat/x@sha1:${one}`, one],
    [`sha1:${one}`, one],
    [`v1.2.3@sha256:${'a'.repeat(64)}`, 'a'.repeat(64)],
    [`main/${one}`, one],
    [one, one],
    ['main', 'main'],
  ] as const;
  for (const [revision, commit] of cases) {
    it(`is read out of ${revision}`, () => {
      assert.equal(commitOf(revision), commit);
    });
  }
});

describe('the status of an Argo CD Application', () => {
  const check = (object: KubeObject, expected: Partial<AppSync>): void => {
    const { sync } = readArgoStatus(object);
    assert.deepEqual(sync, {
      status: 'Unknown',
      appliedRevision: undefined,
      message: undefined,
      isSuspended: false,
      isRunning: false,
      ...expected,
    });
  };

  it('is unknown before the controller has looked', () => {
    check(application({}), {});
    assert.deepEqual(readArgoStatus(application({})).health, { status: 'Unknown', message: undefined });
  });

  it('takes the applied revision from the operation that succeeded', () => {
    const status = {
      sync: { status: 'OutOfSync', revision: two },
      operationState: { phase: 'Succeeded', message: 'successfully synced', syncResult: { revision: one } },
    };
    check(application(status), { status: 'OutOfSync', appliedRevision: one, message: 'successfully synced' });
  });

  it('takes the applied revision from the history after a failed, running or trial operation', () => {
    const history = [
      { revision: two, deployedAt: '2026-01-01T00:00:00Z' },
      { revision: one, deployedAt: '2026-01-02T00:00:00Z' },
    ];
    for (const phase of ['Failed', 'Running']) {
      const { sync } = readArgoStatus(
        application({ history, operationState: { phase, syncResult: { revision: two } } }),
      );
      assert.equal(sync.appliedRevision, one, phase);
      assert.equal(sync.isRunning, phase === 'Running');
    }
    const dryRun = { phase: 'Succeeded', operation: { sync: { dryRun: true } }, syncResult: { revision: two } };
    assert.equal(readArgoStatus(application({ history, operationState: dryRun })).sync.appliedRevision, one);
  });

  it('counts as running while an operation is only asked for', () => {
    check(application({}, { operation: { sync: {} } }), { isRunning: true });
  });

  it('shows errors before the words of the last operation', () => {
    const conditions = [
      { type: 'ComparisonError', message: 'no such branch' },
      { type: 'OrphanedResourceWarning', message: '3 orphans' },
    ];
    check(application({ conditions, operationState: { message: 'ok' } }), { message: 'no such branch' });
  });

  it('says what it manages', () => {
    const resources = [
      {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        namespace: 'web',
        name: 'web',
        status: 'OutOfSync',
        health: { status: 'Degraded', message: 'bad' },
      },
      { version: 'v1', kind: 'Namespace', name: 'old', status: 'OutOfSync', requiresPruning: true },
    ];
    assert.deepEqual(readArgoStatus(application({ resources })).resources, [
      {
        key: 'apps/Deployment/web/web',
        version: 'v1',
        sync: 'OutOfSync',
        health: { status: 'Degraded', message: 'bad' },
        needsPruning: false,
      },
      { key: '/Namespace/-/old', version: 'v1', sync: 'OutOfSync', health: undefined, needsPruning: true },
    ]);
  });

  it('reads applications with several sources', () => {
    const status = { sync: { status: 'Synced', revisions: [one, two] } };
    check(application(status), { status: 'Synced', appliedRevision: one });
  });
});

describe('the status of a Flux Kustomization', () => {
  const ready = (status: string, reason = 'ReconciliationSucceeded', message = 'Applied'): JsonObject => ({
    type: 'Ready',
    status,
    reason,
    message,
  });
  const at = (commit: string): string => `main@sha1:${commit}`;
  const cases: readonly {
    readonly name: string;
    readonly object: KubeObject;
    readonly source?: KubeObject;
    readonly sync: AppSync['status'];
    readonly applied?: string;
    readonly health: string;
  }[] = [
    { name: 'before the controller has looked', object: kustomization({}), sync: 'Unknown', health: 'Unknown' },
    {
      name: 'ready at the newest revision',
      object: kustomization({ conditions: [ready('True')], lastAppliedRevision: at(one), observedGeneration: 1 }),
      source: gitRepository(one),
      sync: 'Synced',
      applied: one,
      health: 'Current',
    },
    {
      name: 'ready, while the source has moved on',
      object: kustomization({ conditions: [ready('True')], lastAppliedRevision: at(one), observedGeneration: 1 }),
      source: gitRepository(two),
      sync: 'OutOfSync',
      applied: one,
      health: 'Current',
    },
    {
      name: 'ready for an older spec',
      object: kustomization(
        { conditions: [ready('True')], lastAppliedRevision: at(one), observedGeneration: 1 },
        {},
        2,
      ),
      sync: 'OutOfSync',
      applied: one,
      health: 'InProgress',
    },
    {
      name: 'failing to build the newest revision',
      object: kustomization({
        conditions: [ready('False', 'BuildFailed', 'kustomize build failed')],
        lastAppliedRevision: at(one),
        lastAttemptedRevision: at(two),
        observedGeneration: 1,
      }),
      sync: 'OutOfSync',
      applied: one,
      health: 'Failed',
    },
    {
      name: 'applied, but not healthy',
      object: kustomization({
        conditions: [ready('False', 'HealthCheckFailed', 'timeout'), { type: 'Reconciling', status: 'True' }],
        lastAppliedRevision: at(one),
        lastAttemptedRevision: at(two),
        observedGeneration: 1,
      }),
      source: gitRepository(two),
      sync: 'Synced',
      applied: two,
      health: 'Failed',
    },
    {
      name: 'under way at the revision it has',
      object: kustomization({
        conditions: [
          ready('Unknown', 'Progressing', 'in progress'),
          { type: 'Reconciling', status: 'True', message: 'Building' },
        ],
        lastAppliedRevision: at(one),
        observedGeneration: 1,
      }),
      source: gitRepository(one),
      sync: 'Synced',
      applied: one,
      health: 'InProgress',
    },
    {
      name: 'stalled',
      object: kustomization({ conditions: [ready('False'), { type: 'Stalled', status: 'True', message: 'bad spec' }] }),
      sync: 'OutOfSync',
      health: 'Failed',
    },
  ];
  for (const { name, object, source, sync, applied, health } of cases) {
    it(`is read ${name}`, () => {
      const status = readFluxStatus(object, source);
      assert.equal(status.sync.status, sync);
      assert.equal(status.sync.appliedRevision, applied);
      assert.equal(status.health.status, health);
    });
  }

  it('shows the trouble of the source, and that it is suspended', () => {
    const source = gitRepository(one, { status: 'False', message: 'authentication required' });
    const { sync } = readFluxStatus(kustomization({ conditions: [ready('True')] }, { suspend: true }), source);
    assert.equal(sync.message, 'GitRepository: authentication required');
    assert.equal(sync.isSuspended, true);
  });

  it('reads inventory and history', () => {
    const history = [
      {
        digest: 'x',
        lastReconciled: '2026-01-01T00:00:00Z',
        lastReconciledStatus: 'ReconciliationSucceeded',
        metadata: { revision: at(one) },
      },
    ];
    const entries = [{ id: 'web_web_apps_Deployment', v: 'v1' }];
    const status = readFluxStatus(kustomization({ history, inventory: { entries } }));
    assert.deepEqual(status.resources, [{ key: 'apps/Deployment/web/web', version: 'v1', needsPruning: false }]);
    assert.deepEqual(status.history, [
      { revision: one, time: '2026-01-01T00:00:00Z', result: 'succeeded', status: 'ReconciliationSucceeded' },
    ]);
  });

  for (const [id, key] of [
    ['web_web_apps_Deployment', 'apps/Deployment/web/web'],
    ['web_config__', undefined],
    ['_web__Namespace', '/Namespace/-/web'],
    [
      '_system__controller__x_rbac.authorization.k8s.io_ClusterRole',
      'rbac.authorization.k8s.io/ClusterRole/-/system:controller:x',
    ],
    ['nonsense', undefined],
  ] as const) {
    it(`splits the inventory id ${id}`, () => {
      assert.equal(parseInventoryId(id), key);
    });
  }
});
