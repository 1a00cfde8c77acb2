import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { appId } from '../../../src/core/model/app.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { objectAt, valueAt } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { planArgoRefresh, planArgoSync, planArgoTerminate } from '../../../src/core/sync/argoSync.ts';
import { checkReply } from '../../../src/core/sync/checkReply.ts';
import { isFinal, progressOf } from '../../../src/core/sync/progress.ts';
import type { SyncPhase } from '../../../src/core/sync/progress.ts';
import type { ArgoSyncOptions, SyncPlan } from '../../../src/core/sync/syncPlan.ts';

const commit = 'c'.repeat(40);
const older = 'a'.repeat(40);
const ticket = { app: appId('argo-application', { namespace: 'argocd', name: 'web' }), context: 'prod', token: 't-1' };
const plain: ArgoSyncOptions = { revision: commit, prune: false, isDryRun: false, resources: [] };

function application(more: JsonObject = {}): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'web', namespace: 'argocd', resourceVersion: '7' },
    spec: { destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' } },
    ...more,
  };
}

function bodyOf(plan: SyncPlan): JsonObject | undefined {
  return objectAt({ body: (plan.steps[0]?.request.body ?? null) as JsonObject }, 'body');
}

describe('planning an Argo CD sync', () => {
  it('patches the operation under the version that was read', () => {
    const plan = planArgoSync(application(), plain, ticket);
    assert.deepEqual(plan.blockers, []);
    assert.deepEqual(
      plan.steps.map(({ request }) => request),
      [
        {
          method: 'PATCH',
          path: '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web',
          query: { fieldManager: 'plumbline' },
          contentType: 'application/merge-patch+json',
          body: {
            metadata: { resourceVersion: '7' },
            operation: {
              initiatedBy: { username: 'plumbline' },
              info: [{ name: 'plumbline.dev/request', value: 't-1' }],
              sync: { revision: commit, prune: false, syncStrategy: { hook: {} } },
            },
          },
        },
      ],
    );
    assert.equal(plan.summary, 'Sync web to ccccccc. Cluster prod, namespace shop (Application in argocd).');
  });

  it('carries the options and the retry of the Application, and what the person chose', () => {
    const syncPolicy = { syncOptions: ['CreateNamespace=true'], retry: { limit: 3 } };
    const resources = [{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }];
    const plan = planArgoSync(
      application({ spec: { syncPolicy } }),
      { revision: undefined, prune: true, isDryRun: true, resources },
      ticket,
    );
    assert.deepEqual(valueAt(bodyOf(plan), 'operation', 'retry'), { limit: 3 });
    assert.deepEqual(valueAt(bodyOf(plan), 'operation', 'sync'), {
      prune: true,
      dryRun: true,
      syncOptions: ['CreateNamespace=true'],
      resources,
      syncStrategy: { hook: {} },
    });
    assert.equal(
      plan.summary,
      'Dry-run a sync of web to its target revision, 1 chosen objects only, deleting what Git no longer declares. Cluster prod, namespaces as declared (Application in argocd).',
    );
  });

  it('does not replace an operation that is asked for or running', () => {
    const running = { operationState: { phase: 'Running', operation: { initiatedBy: { username: 'ada' } } } };
    for (const more of [{ operation: { sync: {} } }, { status: running }]) {
      assert.deepEqual(
        planArgoSync(application(more), plain, ticket).blockers.map(({ code }) => code),
        ['sync-running'],
      );
    }
    assert.match(
      planArgoSync(application({ status: running }), plain, ticket).blockers[0]?.message ?? '',
      /started by ada/,
    );
  });

  it('takes no single revision for several sources', () => {
    const several = application({ spec: { sources: [{}, {}] } });
    assert.equal(planArgoSync(several, plain, ticket).blockers.length, 1);
    assert.equal(planArgoSync(several, { ...plain, revision: undefined }, ticket).blockers.length, 0);
  });

  it('refreshes by annotation and terminates by phase', () => {
    assert.deepEqual(bodyOf(planArgoRefresh(application(), 'hard', ticket)), {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } },
    });
    assert.equal(planArgoTerminate(application(), ticket).blockers.length, 1);
    const running = application({ status: { operationState: { phase: 'Running' } } });
    assert.equal(planArgoTerminate(running, ticket).blockers.length, 0);
  });

  it('says what a refusal means', () => {
    const plan = planArgoSync(application(), plain, ticket);
    const [step] = plan.steps;
    assert.ok(step);
    const reply = (status: number): ReturnType<typeof checkReply> =>
      checkReply(plan, step, { status, body: { message: 'said so' }, warnings: [] });
    assert.equal(reply(200), undefined);
    for (const [status, code] of [
      [401, 'cluster-unauthorized'],
      [403, 'cluster-forbidden'],
      [409, 'write-conflict'],
      [500, 'cluster-failed'],
    ] as const) {
      assert.equal(reply(status)?.code, code);
      assert.match(reply(status)?.message ?? '', /prod: said so/);
    }
  });
});

describe('following an Argo CD sync', () => {
  const plan = planArgoSync(application(), plain, ticket);
  const ours = { info: [{ name: 'plumbline.dev/request', value: 't-1' }], sync: {} };
  const theirs = { info: [{ name: 'plumbline.dev/request', value: 't-0' }], sync: {} };
  const done = {
    operation: ours,
    phase: 'Succeeded',
    finishedAt: '2026-01-01T00:00:10Z',
    syncResult: { revision: commit },
  };
  const compared = (health: string, more: JsonObject = {}): JsonObject => ({
    operationState: done,
    reconciledAt: '2026-01-01T00:00:11Z',
    health: { status: health },
    sync: { status: 'Synced', revision: commit },
    ...more,
  });

  const cases: readonly {
    readonly name: string;
    readonly app: KubeObject;
    readonly phase: SyncPhase;
    readonly says?: RegExp;
  }[] = [
    { name: 'our request waits', app: application({ operation: ours }), phase: 'requested' },
    { name: 'the request is sent but not seen yet', app: application(), phase: 'requested' },
    {
      name: 'an earlier operation succeeded and ours waits',
      app: application({
        operation: ours,
        status: { ...compared('Healthy'), operationState: { ...done, operation: theirs } },
      }),
      phase: 'requested',
    },
    {
      name: 'somebody else’s operation took the place',
      app: application({ operation: theirs }),
      phase: 'failed',
      says: /Another sync/,
    },
    {
      name: 'it runs',
      app: application({
        operation: ours,
        status: { operationState: { operation: ours, phase: 'Running', message: 'wave 1' } },
      }),
      phase: 'applying',
      says: /wave 1/,
    },
    {
      name: 'it has just started over the status of the one before',
      app: application({
        operation: ours,
        status: { operationState: { ...done, phase: 'Running', message: 'successfully synced' } },
      }),
      phase: 'applying',
      says: /^Argo CD has started$/,
    },
    {
      name: 'it failed',
      app: application({
        status: {
          operationState: {
            operation: ours,
            phase: 'Failed',
            message: 'one or more objects failed to apply',
            syncResult: {
              resources: [
                { kind: 'Service', name: 'web', namespace: 'shop', status: 'SyncFailed', message: 'port is invalid' },
              ],
            },
          },
        },
      }),
      phase: 'failed',
      says: /failed to apply\nService web: port is invalid/,
    },
    {
      name: 'a Secret is refused, whose value is quoted',
      app: application({
        status: {
          operationState: {
            operation: ours,
            phase: 'Failed',
            message: 'Secret "keys" is invalid: data: "hunter2"',
            syncResult: {
              resources: [
                {
                  kind: 'Secret',
                  name: 'keys',
                  namespace: 'shop',
                  status: 'SyncFailed',
                  message: 'value "hunter2" is bad',
                },
              ],
            },
          },
        },
      }),
      phase: 'failed',
      says: /^Secret "keys" is invalid: data: ‹hidden›\nSecret keys: value ‹hidden› is bad$/,
    },
    {
      name: 'it is done, but the health is still of before',
      app: application({ status: compared('Healthy', { reconciledAt: '2026-01-01T00:00:09Z' }) }),
      phase: 'waiting-for-health',
    },
    {
      name: 'it is done in the second in which the revision before was compared',
      app: application({
        status: compared('Healthy', {
          reconciledAt: '2026-01-01T00:00:10Z',
          sync: { status: 'Synced', revision: older },
        }),
      }),
      phase: 'waiting-for-health',
    },
    {
      name: 'the new pods are starting',
      app: application({ status: compared('Progressing') }),
      phase: 'waiting-for-health',
    },
    { name: 'it is healthy', app: application({ status: compared('Healthy') }), phase: 'succeeded' },
    {
      name: 'it became degraded',
      app: application({
        status: compared('Degraded', {
          resources: [
            {
              group: 'apps',
              kind: 'Deployment',
              namespace: 'shop',
              name: 'web',
              health: { status: 'Degraded', message: 'image cannot be pulled' },
            },
          ],
        }),
      }),
      phase: 'failed',
      says: /Deployment web: image cannot be pulled/,
    },
  ];
  for (const { name, app, phase, says } of cases) {
    it(`reads ${phase} when ${name}`, () => {
      const progress = progressOf(plan, { app });
      assert.equal(progress.phase, phase);
      if (says !== undefined) assert.match(progress.message ?? '', says);
      assert.equal(isFinal(progress), phase === 'succeeded' || phase === 'failed');
    });
  }

  it('shows what happened to each object', () => {
    const result = (name: string, more: JsonObject): JsonObject => ({
      group: 'apps',
      kind: 'Deployment',
      namespace: 'shop',
      name,
      ...more,
    });
    const resources = [
      result('web', { status: 'Synced' }),
      result('old', { status: 'Pruned' }),
      result('job', { hookType: 'PreSync', hookPhase: 'Running' }),
    ];
    const status = {
      ...compared('Progressing'),
      operationState: { ...done, syncResult: { revision: commit, resources } },
      resources: [result('web', { health: { status: 'Progressing', message: 'waiting for rollout' } })],
    };
    const { resources: rows } = progressOf(plan, { app: application({ status }) });
    assert.deepEqual(
      rows.map(({ key, phase, hook, message }) => [key, phase, hook, message]),
      [
        ['apps/Deployment/shop/web', 'progressing', undefined, 'waiting for rollout'],
        ['apps/Deployment/shop/old', 'pruned', undefined, undefined],
        ['apps/Deployment/shop/job', 'progressing', 'PreSync', undefined],
      ],
    );
  });

  it('ends when the Application is gone', () => {
    assert.equal(progressOf(plan, { app: undefined }).phase, 'failed');
  });

  it('says that the cluster cannot be seen meanwhile, and takes nothing that it cannot see for gone', () => {
    const since = '2026-03-02T09:00:00Z';
    const stale = { context: 'prod', status: { kind: 'stale', since, message: 'The connection was cut.' } } as const;
    const offline = { context: 'prod', status: { kind: 'offline', message: 'Log in again.' } } as const;
    const connected = { context: 'prod', status: { kind: 'connected' } } as const;
    const unseen = progressOf(plan, { app: undefined, cluster: offline });
    assert.deepEqual([unseen.phase, isFinal(unseen)], ['requested', false]);
    assert.match(unseen.doubt ?? '', /^Cluster prod cannot be seen; the sync goes on there\. Log in again\.$/);
    const running = progressOf(plan, { app: application({}), cluster: stale });
    assert.match(
      running.doubt ?? '',
      /not been seen since 2026-03-02T09:00:00Z.*goes on there\. The connection was cut/,
    );
    assert.equal(progressOf(plan, { app: application({}), cluster: connected }).doubt, undefined);
    assert.equal(progressOf(plan, { app: undefined, cluster: connected }).phase, 'failed');
  });

  it('follows a refresh by its annotation, in a newer reading', () => {
    const refresh = planArgoRefresh(application(), 'normal', ticket);
    // A reading from before the request has no annotation either.
    assert.equal(progressOf(refresh, { app: application() }).phase, 'requested');
    const asked = { name: 'web', namespace: 'argocd', annotations: { 'argocd.argoproj.io/refresh': 'normal' } };
    assert.equal(progressOf(refresh, { app: application({ metadata: asked }) }).phase, 'requested');
    const done = { metadata: { name: 'web', namespace: 'argocd', resourceVersion: '9' }, status: compared('Healthy') };
    assert.equal(progressOf(refresh, { app: application(done) }).phase, 'succeeded');
  });
});
