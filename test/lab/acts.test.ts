import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { eventually } from '../../scripts/lab/eventually.ts';
import { startLab } from '../../scripts/lab/lab.ts';
import type { Lab } from '../../scripts/lab/lab.ts';
import { createConnector } from '../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../src/adapters/cluster/secretHasher.ts';
import { eventQuestions, readEvents } from '../../src/core/live/clusterEvents.ts';
import { readArgoStatus } from '../../src/core/live/argoStatus.ts';
import { readFluxStatus } from '../../src/core/live/fluxStatus.ts';
import { appId } from '../../src/core/model/app.ts';
import { stringAt, valueAt } from '../../src/core/model/json.ts';
import { annotationOf, asKubeObject, keyOf } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import type { ClusterConnection } from '../../src/core/ports.ts';
import { checkReply } from '../../src/core/sync/checkReply.ts';
import { progressOf } from '../../src/core/sync/progress.ts';
import { planAct } from '../../src/core/sync/reconcilerActs.ts';
import type { ReconcilerAct } from '../../src/core/sync/reconcilerActs.ts';
import type { SyncPlan } from '../../src/core/sync/syncPlan.ts';
import { quietLog } from '../quietLog.ts';

// The first run on a machine compiles Kubernetes, Argo CD and Flux.
const withBuild = 25 * 60_000;
const signal = new AbortController().signal;
const kustomization = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/web';
const payments = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/payments';

describe('asking real reconcilers', function () {
  this.timeout(180_000);
  let dir: string;
  let lab: Lab;
  let admin: ClusterConnection;

  const connect = (context: string): Promise<ClusterConnection> =>
    createConnector({
      kubeconfig: lab.kubeconfig,
      allowExec: () => false,
      hasher: createSecretHasher(),
      log: quietLog,
    }).connect(context, signal);

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-acts-'));
    lab = await startLab({ dir, reconcilers: ['flux', 'argocd'], progress: console.log });
    admin = await connect(lab.context);
  });

  after(async function () {
    this.timeout(60_000);
    admin.close();
    await lab.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const read = async (path: string): Promise<KubeObject> => {
    const { body } = await admin.send({ method: 'GET', path }, signal);
    const object = asKubeObject(body);
    assert.ok(object !== undefined, path);
    return object;
  };

  const send = async (plan: SyncPlan): Promise<void> => {
    assert.deepEqual(plan.blockers, []);
    for (const step of plan.steps) {
      const trouble = checkReply(plan, step, await admin.send(step.request, signal));
      if (trouble !== undefined) throw trouble;
    }
  };

  /** Carries an act out as the command does: plan from what is there now, send, follow to the end. */
  const carryOut = async (act: ReconcilerAct, path: string): Promise<KubeObject> => {
    const app = await read(path);
    const token = `${act}-${String(process.pid)}-${stringAt(app.metadata, 'resourceVersion') ?? ''}`;
    const ticket = { app: appId('flux-kustomization', { namespace: 'x', name: 'y' }), context: lab.context, token };
    const plan = planAct(act, { app }, ticket);
    await send(plan);
    return eventually(`${act} to be done`, async () => {
      const now = await read(path);
      const { phase, message } = progressOf(plan, { app: now });
      assert.notEqual(phase, 'failed', message);
      return phase === 'succeeded' ? now : undefined;
    });
  };

  it('suspends a Kustomization, so that drift stays, and resumes it', async () => {
    const suspended = await carryOut('suspend', kustomization);
    assert.equal(valueAt(suspended, 'spec', 'suspend'), true);
    assert.equal(readFluxStatus(suspended).sync.isSuspended, true);
    assert.equal(valueAt(await carryOut('resume', kustomization), 'spec', 'suspend'), false);
  });

  it('has Argo CD compare again, and render again', async () => {
    for (const act of ['refresh', 'hard-refresh'] as const) {
      const now = await carryOut(act, payments);
      assert.equal(annotationOf(now, 'argocd.argoproj.io/refresh'), undefined);
      assert.equal(readArgoStatus(now).sync.status, 'Synced');
    }
  });

  it('refuses to end a sync that does not run', async () => {
    const ticket = {
      app: appId('argo-application', { namespace: 'argocd', name: 'payments' }),
      context: lab.context,
      token: 't',
    };
    assert.match(
      planAct('terminate', { app: await read(payments) }, ticket).blockers[0]?.message ?? '',
      /No sync of payments/,
    );
  });

  it('reads the histories that they keep', async () => {
    const head = await lab.repository.git('rev-parse', 'HEAD');
    const [newest] = readArgoStatus(await read(payments)).history;
    assert.deepEqual([newest?.revision, newest?.result], [head, 'succeeded']);
    const [run] = readFluxStatus(await read(kustomization)).history;
    assert.deepEqual([run?.revision, run?.result], [head, 'succeeded']);
    assert.ok(run?.time);
  });

  it('hears what they and Kubernetes told', async () => {
    const hear = async (object: KubeObject): Promise<readonly string[]> => {
      const answers = eventQuestions(keyOf(object)).map(async ({ request, isAbout }) => {
        const { status, body } = await admin.send(request, signal);
        assert.equal(status, 200);
        return readEvents(body).filter((event) => isAbout(event.object));
      });
      return (await Promise.all(answers)).flat().map(({ reason }) => reason);
    };
    assert.ok((await hear(await read(kustomization))).includes('ReconciliationSucceeded'));
    const web = await read('/apis/apps/v1/namespaces/shop-prod/deployments/web');
    assert.ok((await hear(web)).includes('ScalingReplicaSet'));
  });

  it('is told in the server’s words that events may not be read', async () => {
    const namespaced = await connect('plumbline-lab-namespaced');
    try {
      const [question] = eventQuestions(keyOf(await read(kustomization)));
      assert.ok(question !== undefined);
      const { status, body } = await namespaced.send(question.request, signal);
      assert.equal(status, 403);
      assert.match(stringAt(body, 'message') ?? '', /cannot list resource "events".*namespace "flux-system"/);
    } finally {
      namespaced.close();
    }
  });
});
