import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { appId } from '../../../src/core/model/app.ts';
import type { App, AppKind } from '../../../src/core/model/app.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { progressOf } from '../../../src/core/sync/progress.ts';
import { planAct, whyUnfit } from '../../../src/core/sync/reconcilerActs.ts';
import type { ReconcilerAct } from '../../../src/core/sync/reconcilerActs.ts';

const ticket = { app: appId('flux-helmrelease', { namespace: 'ops', name: 'web' }), context: 'prod', token: 't-1' };

function object(kind: string, more: JsonObject = {}): KubeObject {
  const apiVersion = kind === 'Application' ? 'argoproj.io/v1alpha1' : 'helm.toolkit.fluxcd.io/v2';
  return { apiVersion, kind, metadata: { name: 'web', namespace: 'ops' }, ...more };
}

function app(kind: AppKind): App {
  const namespace = kind === 'kustomize' ? undefined : 'ops';
  const source = { kind: 'here', path: 'web', render: 'kustomize' } as const;
  return { id: ticket.app, kind, name: 'web', namespace, source, destination: {} };
}

describe('what a reconciler can be asked beside a sync', () => {
  const all: readonly ReconcilerAct[] = ['refresh', 'hard-refresh', 'terminate', 'suspend', 'resume', 'force', 'reset'];
  const fitting = (kind: AppKind, context: string | undefined = 'prod'): readonly ReconcilerAct[] =>
    all.filter((act) => whyUnfit(act, { app: app(kind), context }) === undefined);

  it('depends on the reconciler', () => {
    assert.deepEqual(fitting('argo-application'), ['refresh', 'hard-refresh', 'terminate']);
    assert.deepEqual(fitting('flux-kustomization'), ['suspend', 'resume']);
    assert.deepEqual(fitting('flux-helmrelease'), ['suspend', 'resume', 'force', 'reset']);
    assert.deepEqual(fitting('kustomize'), []);
  });

  it('says why it cannot be asked, and what can be done instead', () => {
    assert.match(whyUnfit('suspend', { app: app('argo-application'), context: 'prod' }) ?? '', /syncPolicy\.automated/);
    assert.match(whyUnfit('refresh', { app: app('flux-kustomization'), context: 'prod' }) ?? '', /Sync it/);
    assert.match(
      whyUnfit('suspend', { app: app('flux-kustomization'), context: undefined }) ?? '',
      /Connect its cluster/,
    );
  });

  it('names cluster and namespace before it is asked', () => {
    const release = object('HelmRelease', { spec: {} });
    assert.equal(
      planAct('suspend', { app: release }, ticket).summary,
      'Suspend web. Cluster prod, namespace ops (HelmRelease in ops).',
    );
  });

  it('marks a forced upgrade and a reset by the token of the request', () => {
    const release = object('HelmRelease', { spec: {} });
    const marks = (act: ReconcilerAct): unknown => planAct(act, { app: release }, ticket).steps.at(-1)?.request.body;
    const at = { 'reconcile.fluxcd.io/requestedAt': 't-1' };
    assert.deepEqual(marks('force'), { metadata: { annotations: { ...at, 'reconcile.fluxcd.io/forceAt': 't-1' } } });
    assert.deepEqual(marks('reset'), { metadata: { annotations: { ...at, 'reconcile.fluxcd.io/resetAt': 't-1' } } });
  });

  it('is blocked where it is so already', () => {
    const message = (act: ReconcilerAct, spec: JsonObject): string | undefined =>
      planAct(act, { app: object('HelmRelease', { spec }) }, ticket).blockers[0]?.message;
    assert.equal(message('suspend', { suspend: true }), 'HelmRelease web is suspended already.');
    assert.equal(message('resume', {}), 'HelmRelease web is not suspended.');
    assert.equal(message('suspend', {}), undefined);
    assert.equal(message('force', { suspend: true }), 'HelmRelease web is suspended; resume it first.');
  });

  it('is followed until it is seen', () => {
    const suspend = planAct('suspend', { app: object('HelmRelease', { spec: {} }) }, ticket);
    assert.equal(progressOf(suspend, { app: object('HelmRelease', { spec: {} }) }).phase, 'requested');
    assert.equal(progressOf(suspend, { app: object('HelmRelease', { spec: { suspend: true } }) }).phase, 'succeeded');
    const running = object('Application', { status: { operationState: { phase: 'Running' } } });
    const terminate = planAct('terminate', { app: running }, ticket);
    const ending = object('Application', { status: { operationState: { phase: 'Terminating' } } });
    const ended = object('Application', {
      status: { operationState: { phase: 'Failed', message: 'Operation terminated' } },
    });
    assert.deepEqual(
      [running, ending, ended].map((each) => progressOf(terminate, { app: each }).phase),
      ['applying', 'applying', 'succeeded'],
    );
  });
});
