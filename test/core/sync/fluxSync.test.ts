import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { appId } from '../../../src/core/model/app.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { planFluxSuspend, planFluxSync, sourceOf } from '../../../src/core/sync/fluxSync.ts';
import { progressOf } from '../../../src/core/sync/progress.ts';
import type { SyncPhase } from '../../../src/core/sync/progress.ts';

const commit = 'c'.repeat(40);
const older = 'a'.repeat(40);
const newer = 'e'.repeat(40);
const at = (hash: string): string => `main@sha1:${hash}`;
const ticket = {
  app: appId('flux-kustomization', { namespace: 'flux-system', name: 'web' }),
  context: 'prod',
  token: 't-1',
};

function kustomization(status: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  const metadata = { name: 'web', namespace: 'flux-system', generation: 1 };
  const sourceRef = { kind: 'GitRepository', name: 'storefront' };
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata,
    spec: { sourceRef, ...spec },
    status,
  };
}

function source(status: JsonObject = {}, spec: JsonObject = {}): KubeObject {
  const metadata = { name: 'storefront', namespace: 'flux-system' };
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata, spec, status };
}

const plan = planFluxSync({ app: kustomization(), source: source() }, commit, ticket);

describe('planning a Flux reconciliation', () => {
  it('asks the source first and then the Kustomization, with one token', () => {
    const body = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 't-1' } } };
    assert.deepEqual(
      plan.steps.map(({ title, request }) => [title, request.path, request.body]),
      [
        [
          'Fetch GitRepository storefront',
          '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/storefront',
          body,
        ],
        [
          'Apply Kustomization web',
          '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/web',
          body,
        ],
      ],
    );
    assert.equal(
      plan.summary,
      'Reconcile web to ccccccc. Cluster prod, namespaces as declared (Kustomization in flux-system).',
    );
  });

  it('leaves the source alone when it was not seen', () => {
    assert.equal(planFluxSync({ app: kustomization() }, undefined, ticket).steps.length, 1);
  });

  it('says what is suspended', () => {
    const objects = {
      app: kustomization({}, { suspend: true }),
      source: source({}, { suspend: true }),
    };
    const { blockers } = planFluxSync(objects, commit, ticket);
    assert.deepEqual(
      blockers.map(({ code, message }) => [code, message]),
      [
        ['app-suspended', 'Kustomization web is suspended; resume it first.'],
        ['app-suspended', 'GitRepository storefront is suspended; resume it first.'],
      ],
    );
  });

  it('suspends and resumes', () => {
    assert.deepEqual(planFluxSuspend(kustomization(), true, ticket).steps[0]?.request.body, {
      spec: { suspend: true },
    });
    assert.equal(planFluxSuspend(kustomization(), false, ticket).act, 'resume');
  });

  it('finds the source in the namespace Flux assumes', () => {
    assert.deepEqual(sourceOf(kustomization()), { namespace: 'flux-system', name: 'storefront' });
    assert.equal(sourceOf(kustomization({}, { sourceRef: { kind: 'OCIRepository', name: 'x' } })), undefined);
  });
});

describe('following a Flux reconciliation', () => {
  const fetched = (hash = commit, more: JsonObject = {}): KubeObject =>
    source({
      lastHandledReconcileAt: 't-1',
      artifact: { revision: at(hash) },
      conditions: [{ type: 'Ready', status: 'True' }],
      ...more,
    });
  const applied = (
    hash: string,
    token: string,
    ready: JsonObject = { status: 'True', message: 'Applied revision' },
  ): KubeObject =>
    kustomization({
      lastHandledReconcileAt: token,
      lastAttemptedRevision: at(hash),
      lastAppliedRevision: at(hash),
      observedGeneration: 1,
      conditions: [{ type: 'Ready', ...ready }],
    });
  const running = (message: string): KubeObject =>
    kustomization({
      lastHandledReconcileAt: 't-0',
      lastAppliedRevision: at(older),
      conditions: [
        { type: 'Ready', status: 'Unknown', reason: 'Progressing' },
        { type: 'Reconciling', status: 'True', message },
      ],
    });

  const cases: readonly {
    readonly name: string;
    readonly app: KubeObject;
    readonly from: KubeObject | undefined;
    readonly phase: SyncPhase;
    readonly says?: RegExp;
  }[] = [
    { name: 'the source is not seen', app: applied(older, 't-0'), from: undefined, phase: 'requested' },
    {
      name: 'the source has not answered',
      app: applied(older, 't-0'),
      from: fetched(older, { lastHandledReconcileAt: 't-0' }),
      phase: 'fetching',
    },
    {
      name: 'the source cannot be fetched',
      app: applied(older, 't-1'),
      from: fetched(older, { conditions: [{ type: 'Ready', status: 'False', message: 'authentication required' }] }),
      phase: 'failed',
      says: /GitRepository: authentication required/,
    },
    {
      name: 'the commit is fetched and nothing has started',
      app: applied(older, 't-0'),
      from: fetched(),
      phase: 'requested',
    },
    {
      name: 'our token was answered by a run with the revision before',
      app: applied(older, 't-1'),
      from: fetched(),
      phase: 'requested',
    },
    {
      name: 'the revision was applied by a run of before',
      app: applied(commit, 't-0'),
      from: fetched(),
      phase: 'requested',
    },
    {
      name: 'it is being applied',
      app: running('Building manifests for revision'),
      from: fetched(),
      phase: 'applying',
    },
    {
      name: 'a run at the revision before is under way',
      app: running(`Building manifests for revision ${at(older)} with a timeout of 2m0s`),
      from: fetched(),
      phase: 'requested',
      says: /run at aaaaaaa to end/,
    },
    {
      name: 'its health is being checked',
      app: running('Running health checks for revision main with a timeout of 2m0s'),
      from: fetched(),
      phase: 'waiting-for-health',
      says: /timeout of 2m0s/,
    },
    { name: 'it is applied', app: applied(commit, 't-1'), from: fetched(), phase: 'succeeded' },
    {
      name: 'the source had moved on',
      app: applied(newer, 't-1'),
      from: fetched(newer),
      phase: 'succeeded',
      says: /Applied eeeeeee, which the source has in place of ccccccc/,
    },
    {
      name: 'it does not build',
      app: applied(commit, 't-1', { status: 'False', reason: 'BuildFailed', message: 'no such file' }),
      from: fetched(),
      phase: 'failed',
      says: /no such file/,
    },
    {
      name: 'a Secret is refused, whose value is quoted',
      app: applied(commit, 't-1', {
        status: 'False',
        reason: 'ReconciliationFailed',
        message: 'Secret/shop/keys dry-run failed: data: "hunter2"',
      }),
      from: fetched(),
      phase: 'failed',
      says: /dry-run failed: data: ‹hidden›$/,
    },
    {
      name: 'it waits for another one',
      app: applied(commit, 't-1', {
        status: 'False',
        reason: 'DependencyNotReady',
        message: 'dependency infra is not ready',
      }),
      from: fetched(),
      phase: 'requested',
      says: /infra is not ready/,
    },
    {
      name: 'a failure is left from before',
      app: applied(older, 't-0', { status: 'False', reason: 'HealthCheckFailed', message: 'timeout' }),
      from: fetched(),
      phase: 'requested',
    },
  ];
  for (const { name, app, from, phase, says } of cases) {
    it(`reads ${phase} when ${name}`, () => {
      const progress = progressOf(plan, { app, source: from });
      assert.equal(progress.phase, phase, progress.message);
      if (says !== undefined) assert.match(progress.message ?? '', says);
    });
  }

  it('takes the health of each object from those who know it', () => {
    const app = kustomization({
      inventory: {
        entries: [
          { id: 'shop_web_apps_Deployment', v: 'v1' },
          { id: '_shop__Namespace', v: 'v1' },
        ],
      },
    });
    const healthOf = (key: string): { status: string } | undefined =>
      key.startsWith('apps/') ? { status: 'InProgress' } : undefined;
    const { resources } = progressOf(plan, { app, source: fetched(), healthOf });
    assert.deepEqual(
      resources.map(({ key, phase }) => [key, phase]),
      [
        ['apps/Deployment/shop/web', 'progressing'],
        ['/Namespace/-/shop', 'applied'],
      ],
    );
  });
});

describe('reconciling a HelmRelease', () => {
  const release = (status: JsonObject = {}): KubeObject => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'web', namespace: 'team', generation: 1 },
    spec: { chart: { spec: { chart: './web', sourceRef: { kind: 'GitRepository', name: 'storefront' } } } },
    status,
  });
  const condition = (type: string, status: string, reason = ''): JsonObject => ({
    type,
    status,
    reason,
    message: type,
  });
  const asked = planFluxSync({ app: release() }, undefined, ticket);
  const annotationsOf = ({ steps }: typeof asked): unknown => steps.at(-1)?.request.body;

  it('names it, its namespace and its source', () => {
    assert.equal(asked.steps[0]?.title, 'Apply HelmRelease web');
    assert.match(asked.summary, /namespace team \(HelmRelease in team\)/);
    assert.deepEqual(sourceOf(release()), { namespace: 'team', name: 'storefront' });
  });

  it('resets its failures only when it has given up, and forces an upgrade only when told to', () => {
    const stalled = release({ conditions: [condition('Stalled', 'True', 'RetriesExceeded')] });
    const key = 'reconcile.fluxcd.io';
    assert.deepEqual(annotationsOf(asked), { metadata: { annotations: { [`${key}/requestedAt`]: 't-1' } } });
    assert.deepEqual(annotationsOf(planFluxSync({ app: stalled }, undefined, ticket, { isForced: true })), {
      metadata: {
        annotations: { [`${key}/requestedAt`]: 't-1', [`${key}/resetAt`]: 't-1', [`${key}/forceAt`]: 't-1' },
      },
    });
    const forced = planFluxSync({ app: kustomization() }, undefined, ticket, { isForced: true });
    assert.deepEqual(annotationsOf(forced), { metadata: { annotations: { [`${key}/requestedAt`]: 't-1' } } });
  });

  const states: readonly (readonly [SyncPhase, JsonObject])[] = [
    ['requested', { lastHandledReconcileAt: 't-0', conditions: [condition('Ready', 'True')], observedGeneration: 1 }],
    ['applying', { lastHandledReconcileAt: 't-1', conditions: [condition('Reconciling', 'True')] }],
    ['requested', { conditions: [condition('Ready', 'False', 'DependencyNotReady')] }],
    ['succeeded', { lastHandledReconcileAt: 't-1', conditions: [condition('Ready', 'True')], observedGeneration: 1 }],
    [
      'failed',
      {
        lastHandledReconcileAt: 't-1',
        conditions: [condition('Ready', 'False', 'UpgradeFailed')],
        observedGeneration: 1,
      },
    ],
  ];
  for (const [phase, status] of states) {
    it(`is ${phase} at ${JSON.stringify(status)}`, () => {
      assert.equal(progressOf(asked, { app: release(status) }).phase, phase);
    });
  }
});
