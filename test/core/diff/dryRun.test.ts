import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import type { DiffInput } from '../../../src/core/diff/diffInput.ts';
import { dryRunRequest, inApp, readDryRun } from '../../../src/core/diff/dryRun.ts';
import type { RefusalKind } from '../../../src/core/diff/dryRun.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { DryRuns } from '../../../src/core/live/dryRuns.ts';
import type { DryRunQuestion } from '../../../src/core/live/dryRuns.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { ApiReply, ApiRequest, ServedKind } from '../../../src/core/ports.ts';

const signal = new AbortController().signal;
const widgets: ServedKind = {
  group: 'shop.example',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  isNamespaced: true,
  isPreferred: true,
  verbs: ['patch'],
};

function widget(spec: JsonObject, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'shop.example/v1', kind: 'Widget', metadata: { name: 'w', ...metadata }, spec };
}

function input(desired: KubeObject, live: KubeObject, cluster: DiffInput['cluster'] = {}): DiffInput {
  const manager = { tool: 'argocd-ssa', fieldManager: 'argocd-controller' } as const;
  return { desired, live, manager, app: { name: 'shop', namespace: 'web' }, cluster, schemas: builtIn };
}

describe('asking the server by dry-run', () => {
  it('sends what the reconciler would apply, with its marks and its field manager, and nothing is written', () => {
    const desired = widget({ size: 1 }, { creationTimestamp: null, managedFields: [] });
    const request = dryRunRequest(input(desired, desired), desired, widgets);
    assert.deepEqual(request, {
      method: 'PATCH',
      path: '/apis/shop.example/v1/namespaces/web/widgets/w',
      query: { dryRun: 'All', force: 'true', fieldManager: 'argocd-controller', fieldValidation: 'Warn' },
      contentType: 'application/apply-patch+yaml',
      body: {
        ...widget({ size: 1 }),
        metadata: {
          name: 'w',
          labels: {},
          annotations: { 'argocd.argoproj.io/tracking-id': 'shop:shop.example/Widget:web/w' },
          namespace: 'web',
        },
      },
    });
  });

  it('sends no object that SOPS encrypts', () => {
    const desired = { ...widget({ size: 'ENC[AES256_GCM,data:x]' }), sops: { mac: 'ENC[AES256_GCM,data:y]' } };
    const request = dryRunRequest(input(desired, desired), desired, widgets);
    assert.ok('why' in request && request.why === 'encrypted');
  });

  const refusals: readonly (readonly [RefusalKind, number, string, JsonObject?])[] = [
    ['no-dry-run', 400, 'admission webhook "check.example" does not support dry run'],
    ['no-namespace', 404, 'namespaces "web" not found', { kind: 'namespaces', name: 'web' }],
    ['no-kind', 404, 'the server could not find the requested resource'],
    ['denied', 403, 'admission webhook "check.example" denied the request: no'],
    ['denied', 422, "widgets \"w\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"],
    ['denied', 403, 'pods "p" is forbidden: violates PodSecurity "restricted:latest": …'],
    ['denied', 403, 'pods "p" is forbidden: exceeded quota: q'],
    ['no-right', 403, 'widgets "w" is forbidden: User "ada" cannot patch resource "widgets"'],
    ['immutable', 422, 'Deployment "w" is invalid: spec.selector: Invalid value: {}: field is immutable'],
    [
      'immutable',
      422,
      'StatefulSet "w" is invalid: spec: Forbidden: updates to statefulset spec for fields other than',
    ],
    ['conflict', 409, 'Operation cannot be fulfilled on widgets "w"'],
    ['invalid', 422, 'Widget "w" is invalid: spec.size: Invalid value: "string"'],
    ['invalid', 500, 'failed to create typed patch object (web/w; shop.example/v1, Kind=Widget): …'],
    ['failed', 503, 'the server is currently unable to handle the request'],
  ];
  for (const [why, status, message, details] of refusals) {
    it(`calls "${message.slice(0, 60)}" ${why}, in plain words and the server’s own`, () => {
      const answer = readDryRun({ status, body: { message, ...(details && { details }) }, warnings: ['w'] });
      assert.ok(answer.kind === 'refused');
      assert.equal(answer.refusal.why, why);
      assert.equal(answer.refusal.said, message);
      assert.ok(answer.refusal.message.includes(message) && answer.refusal.message.length > message.length + 10);
      assert.deepEqual(answer.warnings, ['w']);
    });
  }

  it('does not blame the cluster for a namespace or a definition that the app brings itself', () => {
    const refusal = (status: number, message: string, details: JsonObject = {}) => {
      const answer = readDryRun({ status, body: { message, details }, warnings: [] });
      assert.ok(answer.kind === 'refused');
      return answer.refusal;
    };
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } };
    const definition: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.shop.example' },
      spec: { group: 'shop.example', names: { kind: 'Widget' } },
    };
    const noNamespace = refusal(404, 'namespaces "web" not found', { kind: 'namespaces' });
    const noKind = refusal(404, 'the server could not find the requested resource');
    assert.match(inApp(noNamespace, widget({}), [namespace]).message, /namespace exists, which the app brings/);
    assert.match(inApp(noKind, widget({}), [definition]).message, /definition exists, which the app brings/);
    assert.equal(inApp(noNamespace, widget({}), [definition]), noNamespace);
  });

  const other = { manager: 'operator', operation: 'Update', fieldsType: 'FieldsV1', apiVersion: 'shop.example/v1' };

  it('clears a modification that the server would not make, and says so', () => {
    const live = widget({ mode: 'ON' }, { namespace: 'web', managedFields: [{ ...other, fieldsV1: {} }] });
    const plain = compareObject(input(widget({ mode: 'on' }), live));
    assert.equal(
      plain.fields.some(({ path }) => path === '/spec/mode'),
      true,
    );
    const stamped = {
      ...live,
      metadata: {
        ...live.metadata,
        annotations: { 'argocd.argoproj.io/tracking-id': 'shop:shop.example/Widget:web/w' },
      },
    };
    const asked = compareObject(input(widget({ mode: 'on' }), stamped, { dryRun: stamped, dryRunWarnings: ['old'] }));
    assert.deepEqual([asked.verdict, asked.fields], ['in-sync', []]);
    assert.deepEqual(asked.remarks.map(({ kind }) => kind).sort(), ['cleared', 'server-warning']);
    const changed = { ...stamped, spec: { mode: 'on' } };
    assert.equal(compareObject(input(widget({ mode: 'on' }), stamped, { dryRun: changed })).verdict, 'modified');
  });

  it('never clears a removal, which a dry-run cannot see', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(widget({ a: '1', b: '2' })),
    };
    const live = widget({ a: '1', b: '2' }, { namespace: 'web', annotations });
    const csa = { ...input(widget({ a: '1' }), live, { dryRun: live }), app: undefined };
    const found = compareObject({
      ...csa,
      manager: { tool: 'kubectl-csa', fieldManager: 'kubectl-client-side-apply' },
    });
    assert.deepEqual([found.verdict, found.fields.map(({ path }) => path)], ['removed', ['/spec/b']]);
  });

  it('asks eight at a time, each state of an object once, and anew when either side changed', async () => {
    const replies: ((reply: ApiReply) => void)[] = [];
    let underWay = 0;
    let most = 0;
    const send = (_: ApiRequest): Promise<ApiReply> => {
      most = Math.max(most, (underWay += 1));
      return new Promise((resolve) => replies.push(resolve));
    };
    const answerAll = async (work: Promise<void>): Promise<void> => {
      const state = { isDone: false };
      void work.then(() => (state.isDone = true));
      while (!state.isDone) {
        for (const reply of replies.splice(0)) {
          underWay -= 1;
          reply({ status: 200, body: { kind: 'Widget' }, warnings: [] });
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const dryRuns = new DryRuns({ send }, signal);
    const desired = widget({ size: 1 });
    const question = (n: number, version: string, of = desired): DryRunQuestion => {
      const live = widget({ size: 1 }, { resourceVersion: version });
      const request = dryRunRequest(input(of, live), of, widgets);
      return { id: String(n), desired: of, live, request };
    };
    const all = Array.from({ length: 20 }, (_, n) => question(n, '1'));
    await answerAll(dryRuns.ask(all, false));
    assert.equal(most, 8);
    const [first] = all;
    assert.ok(first !== undefined && dryRuns.answer('0', desired, first.live)?.kind === 'accepted');
    let asked = 0;
    const counting = async (questions: readonly DryRunQuestion[], again = false): Promise<number> => {
      const work = dryRuns.ask(questions, again);
      asked = replies.length;
      await answerAll(work);
      return asked;
    };
    assert.equal(await counting([question(0, '1')]), 0, 'nothing changed');
    assert.equal(await counting([question(0, '1', widget({ size: 1 }))]), 0, 'rendered again, to the same');
    assert.equal(await counting([question(0, '2')]), 1, 'live changed');
    assert.equal(await counting([question(0, '2', widget({ size: 2 }))]), 1, 'desired changed');
    assert.equal(await counting([question(0, '2', widget({ size: 2 }))], true), 1, 'asked by a person');
  });

  it('answers for a server that cannot be reached', async () => {
    const dryRuns = new DryRuns({ send: () => Promise.reject(new Error('nothing listens there')) }, signal);
    const desired = widget({});
    const request = dryRunRequest(input(desired, desired), desired, widgets);
    await dryRuns.ask([{ id: 'a', desired, live: undefined, request }], false);
    const answer = dryRuns.answer('a', desired, undefined);
    assert.ok(answer?.kind === 'refused' && answer.refusal.message === 'nothing listens there');
  });
});
