import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { systemClock } from '../../../src/adapters/cluster/systemClock.ts';
import { eventQuestions, readEvents } from '../../../src/core/live/clusterEvents.ts';
import { findObject, presenceOf } from '../../../src/core/live/liveStore.ts';
import { stringAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import type { ResourceKey } from '../../../src/core/model/resource.ts';
import { ClusterFollower } from '../../../src/core/overview/clusterFollower.ts';
import type { ApiReply, ClusterConnection } from '../../../src/core/ports.ts';
import { quietLog } from '../../quietLog.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const signal = new AbortController().signal;
const map = (name: string): ResourceKey => resourceKey({ group: '', kind: 'ConfigMap', namespace: 'argocd', name });

describe('rights that are given by name', function () {
  this.timeout(60_000);
  let dir: string;
  let plane: ControlPlane;
  let admin: ClusterConnection;
  const open: { close(): void }[] = [];

  /** Connects as somebody without rights of their own: the administrator who takes another name. */
  const connect = async (user: string): Promise<ClusterConnection> => {
    const kubeconfig = join(dir, `kubeconfig-${user}`);
    const config = [
      'apiVersion: v1',
      'kind: Config',
      'contexts: [{name: test, context: {cluster: test, user: test}}]',
      `clusters: [{name: test, cluster: {server: '${plane.server}', certificate-authority: '${plane.caFile}'}}]`,
      `users: [{name: test, user: {token: '${plane.tokens.admin}', as: ${user}}}]`,
    ];
    await writeFile(kubeconfig, config.join('\n'));
    const options = { kubeconfig, allowExec: () => false, hasher: createSecretHasher(), log: quietLog };
    // A tenth of `recheck` passes between readings of what may not be watched.
    return createConnector({ ...options, follow: { recheck: 2_000, firstBackoff: 20 } }).connect('test', signal);
  };

  const create = async (path: string, body: JsonObject): Promise<ApiReply> => {
    const reply = await admin.send({ method: 'POST', path, body }, signal);
    assert.ok(reply.status === 201, JSON.stringify(reply.body));
    return reply;
  };

  /** Lets a user do with one ConfigMap, of all things in the cluster, what the verbs say. */
  const grant = async (user: string, verbs: readonly string[]): Promise<void> => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/argocd';
    const rules = [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['argocd-cm'], verbs }];
    await create(`${rbac}/roles`, { metadata: { name: user }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
    await create(`${rbac}/rolebindings`, { metadata: { name: user }, roleRef, subjects });
  };

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-rights-'));
    plane = await startControlPlane({ dir });
    const { kubeconfig, context } = plane;
    const options = { kubeconfig, allowExec: () => false, hasher: createSecretHasher(), log: quietLog };
    admin = await createConnector(options).connect(context, signal);
    await create('/api/v1/namespaces', { metadata: { name: 'argocd' } });
    for (const name of ['argocd-cm', 'other'])
      await create('/api/v1/namespaces/argocd/configmaps', { metadata: { name }, data: { a: '1' } });
  });

  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  after(async function () {
    this.timeout(60_000);
    admin.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Follows both ConfigMaps as a user, and gives a way to wait for what must come. */
  const follow = async (
    user: string,
  ): Promise<{ follower: ClusterFollower; until: (fits: () => boolean) => Promise<void> }> => {
    const looks = new Set<() => void>();
    const follower = new ClusterFollower(await connect(user), systemClock, () => {
      for (const look of looks) look();
    });
    open.push(follower);
    follower.setNeeds({ needed: [{ key: map('argocd-cm') }, { key: map('other') }], namespaces: [] });
    const until = (fits: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!fits()) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      });
    return { follower, until };
  };

  const valueOf = ({ store }: ClusterFollower): string | undefined =>
    stringAt(findObject(store, map('argocd-cm')), 'data', 'a');
  const change = async (a: string): Promise<void> => {
    const path = '/api/v1/namespaces/argocd/configmaps/argocd-cm';
    const contentType = 'application/merge-patch+json';
    await admin.send({ method: 'PATCH', path, contentType, body: { data: { a } } }, signal);
  };

  for (const [what, user, verbs] of [
    ['watched', 'watcher', ['get', 'list', 'watch']],
    ['read again and again, where it may not be watched', 'reader', ['get']],
  ] as const) {
    it(`are enough for the one object, which is ${what}`, async () => {
      await change('1');
      await grant(user, verbs);
      const { follower, until } = await follow(user);
      await until(() => valueOf(follower) === '1');
      await change('2');
      await until(() => valueOf(follower) === '2');
      await until(() => follower.isSettled);
      assert.equal(presenceOf(follower.store, map('other')), 'unseen');
      assert.deepEqual(follower.status(), {
        kind: 'partly-forbidden',
        denied: ['argocd: may not list all configmaps'],
      });
    });
  }

  it('that are none leave what cannot be seen said', async () => {
    const { follower, until } = await follow('nobody');
    await until(() => follower.isSettled && follower.status().kind === 'partly-forbidden');
    const status = follower.status();
    assert.ok(status.kind === 'partly-forbidden');
    assert.deepEqual(status.denied, [
      'argocd: may not list configmaps',
      'argocd: may not read argocd-cm, so ignored differences and health scripts that it sets are not known',
    ]);
  });

  it('of events.k8s.io alone are enough to read what was told of an object', async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/argocd';
    const rules = [{ apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['list'] }];
    await create(`${rbac}/roles`, { metadata: { name: 'listener' }, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'listener' };
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'listener' }];
    await create(`${rbac}/rolebindings`, { metadata: { name: 'listener' }, roleRef, subjects });
    const told = { reason: 'Edited', message: 'by hand', type: 'Normal', count: 4, source: { component: 'editor' } };
    for (const name of ['argocd-cm', 'other']) {
      const involvedObject = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'argocd', name };
      const lastTimestamp = '2026-03-01T10:00:00Z';
      const event = { metadata: { name: `${name}.1` }, involvedObject, lastTimestamp, ...told };
      await create('/api/v1/namespaces/argocd/events', event);
    }
    const listener = await connect('listener');
    open.push(listener);
    const [question] = eventQuestions(map('argocd-cm'));
    assert.ok(question !== undefined);
    assert.equal((await listener.send(question.request, signal)).status, 403);
    const { status, body } = await listener.send(question.alternative, signal);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(readEvents(body), [
      {
        object: map('argocd-cm'),
        isWarning: false,
        reason: 'Edited',
        message: 'by hand',
        count: 4,
        time: '2026-03-01T10:00:00Z',
        by: 'editor',
      },
    ]);
  });
});
