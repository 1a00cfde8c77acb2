import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../src/adapters/cluster/secretHasher.ts';
import { compareObject } from '../../src/core/diff/compareObject.ts';
import type { DiffInput } from '../../src/core/diff/diffInput.ts';
import { dryRunRequest, readDryRun } from '../../src/core/diff/dryRun.ts';
import type { DryRunAnswer } from '../../src/core/diff/dryRun.ts';
import { builtIn } from '../../src/core/diff/schema/builtInSchemas.ts';
import { findServed } from '../../src/core/live/selectTargets.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject, groupOf } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import type { ApiReply, ClusterConnection } from '../../src/core/ports.ts';
import { quietLog } from '../quietLog.ts';

const signal = new AbortController().signal;
const manager = { tool: 'argocd-ssa', fieldManager: 'argocd-controller' } as const;
const namespace = 'default';

function object(apiVersion: string, kind: string, rest: JsonObject, name = 'web'): KubeObject {
  return { apiVersion, kind, ...rest, metadata: { name, namespace } };
}

const deployment = (app: string, spec: JsonObject = {}): KubeObject =>
  object('apps/v1', 'Deployment', {
    spec: {
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      ...spec,
    },
  });

describe('a server-side dry-run', () => {
  let dir: string;
  let plane: ControlPlane;
  let admin: ClusterConnection;
  let viewer: ClusterConnection;

  const connect = (context: string): Promise<ClusterConnection> =>
    createConnector({
      kubeconfig: plane.kubeconfig,
      allowExec: () => false,
      hasher: createSecretHasher(),
      log: quietLog,
    }).connect(context, signal);

  const send = async (method: 'POST' | 'PATCH', path: string, body: JsonObject): Promise<ApiReply> => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const reply = await admin.send({ method, path, contentType, body }, signal);
    assert.ok(reply.status < 300, JSON.stringify(reply.body));
    return reply;
  };

  const inputOf = (desired: KubeObject, live: KubeObject | undefined): DiffInput => ({
    desired,
    live,
    manager,
    app: { name: 'shop', namespace },
    schemas: builtIn,
  });

  const ask = async (desired: KubeObject, connection = admin): Promise<DryRunAnswer> => {
    const kind = findServed(await admin.readKinds(signal), groupOf(desired.apiVersion), desired.kind);
    assert.ok(kind !== undefined);
    const request = dryRunRequest(inputOf(desired, undefined), desired, kind);
    assert.ok(!('why' in request));
    return readDryRun(await connection.send(request, signal));
  };

  const refusal = async (desired: KubeObject, connection?: ClusterConnection): Promise<readonly [string, string]> => {
    const answer = await ask(desired, connection);
    assert.ok(answer.kind === 'refused', JSON.stringify(answer));
    return [answer.refusal.why, answer.refusal.message];
  };

  const read = async (path: string): Promise<KubeObject> => {
    const live = asKubeObject((await admin.send({ method: 'GET', path }, signal)).body);
    assert.ok(live !== undefined);
    return live;
  };

  before(async function () {
    this.timeout(20 * 60_000);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-dry-run-'));
    plane = await startControlPlane({ dir, progress: console.log });
    admin = await connect(plane.context);
    viewer = await connect('plumbline-lab-viewer');
    await send('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('web'));
  });
  after(async function () {
    this.timeout(30_000);
    admin.close();
    viewer.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('answers with the object as it would be, and writes nothing', async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
    const before = await read(path);
    const answer = await ask(deployment('web', { paused: true }));
    assert.ok(answer.kind === 'accepted');
    assert.equal(valueAt(answer.object, 'spec', 'paused'), true);
    const { spec, metadata } = await read(path);
    assert.deepEqual(spec, before.spec);
    const managers = listAt(metadata, 'managedFields').map((entry) => stringAt(entry, 'manager'));
    assert.ok(!managers.includes(manager.fieldManager));
  });

  it('says that a field cannot be changed', async () => {
    const [why, message] = await refusal(deployment('other'));
    assert.equal(why, 'immutable');
    assert.match(message, /has to be replaced.*field is immutable/);
  });

  it('says that a namespace or a kind is missing', async () => {
    const elsewhere = { ...deployment('web'), metadata: { name: 'web', namespace: 'nowhere' } };
    assert.equal((await refusal(elsewhere))[0], 'no-namespace');
  });

  it('says that the rights do not suffice', async () => {
    const [why, message] = await refusal(deployment('web'), viewer);
    assert.equal(why, 'no-right');
    assert.match(message, /need.*right to patch.*cannot patch resource "deployments"/);
  });

  it('says what is invalid', async () => {
    const [why, message] = await refusal(deployment('web', { replicas: -1 }));
    assert.equal(why, 'invalid');
    assert.match(message, /spec\.replicas/);
    assert.equal((await refusal(deployment('web', { replicas: 'many' })))[0], 'invalid');
    const [unknown, words] = await refusal(deployment('web', { replica: 3 }));
    assert.equal(unknown, 'invalid');
    assert.match(words, /\.spec\.replica: field not declared in schema/);
  });

  it('tells the denial of a policy, and its warning where it only warns', async () => {
    const policy = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic';
    const meta = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'no-pause' } };
    await send('POST', `${policy}ies`, {
      ...meta,
      kind: 'ValidatingAdmissionPolicy',
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
        },
        validations: [{ expression: '!has(object.spec.paused) || !object.spec.paused', message: 'nothing is paused here' }],
      },
    });
    await send('POST', `${policy}ybindings`, {
      ...meta,
      kind: 'ValidatingAdmissionPolicyBinding',
      spec: { policyName: 'no-pause', validationActions: ['Deny'] },
    });
    // The server takes a moment to know its new policy.
    for (;;) {
      const answer = await ask(deployment('web', { paused: true }));
      if (answer.kind === 'accepted') continue;
      assert.equal(answer.refusal.why, 'denied');
      assert.match(answer.refusal.said, /ValidatingAdmissionPolicy 'no-pause'.*nothing is paused here/);
      break;
    }
    await send('PATCH', `${policy}ybindings/no-pause`, { spec: { validationActions: ['Warn'] } });
    for (;;) {
      const answer = await ask(deployment('web', { paused: true }));
      if (answer.kind === 'refused') continue;
      assert.match(answer.warnings.join('\n'), /'no-pause'.*nothing is paused here/);
      return;
    }
  });

  it('says that a webhook with side effects takes part in no dry-run', async () => {
    await send('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'effects' },
      webhooks: [
        {
          name: 'effects.shop.example',
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
          sideEffects: 'NoneOnDryRun',
          failurePolicy: 'Ignore',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    // Admission v1 takes only webhooks that promise to spare dry-runs; one that does not answer is then as good as none.
    const answer = await ask(object('v1', 'ConfigMap', { data: { a: '1' } }));
    assert.equal(answer.kind, 'accepted');
  });

  it('confirms what it would set right', async () => {
    const path = `/api/v1/namespaces/${namespace}/services`;
    const service = (spec: JsonObject): KubeObject => object('v1', 'Service', { spec });
    const desired = service({ selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] });
    await send('POST', path, desired);
    await send('PATCH', `${path}/web`, { spec: { sessionAffinity: 'ClientIP' } });
    const live = await read(`${path}/web`);
    const wanted = service({ ...objectAt(desired, 'spec'), sessionAffinity: 'None' });
    const answer = await ask(wanted);
    assert.ok(answer.kind === 'accepted');
    const found = compareObject({ ...inputOf(wanted, live), cluster: { dryRun: answer.object } });
    assert.ok(found.fields.some(({ path: field }) => field === '/spec/sessionAffinity'), 'the server would change it');
  });
});
