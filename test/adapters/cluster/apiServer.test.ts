import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../../src/adapters/cluster/clusterBundle.ts';
import type { ConnectorOptions } from '../../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { applyEvent, emptyStore, findObject } from '../../../src/core/live/liveStore.ts';
import { findServed } from '../../../src/core/live/selectTargets.ts';
import { stringAt, valueAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { nameOf, resourceKey } from '../../../src/core/model/resource.ts';
import type { ApiReply, ApiRequest, ClusterConnection, WatchTarget } from '../../../src/core/ports.ts';
import { HastyClock } from './hastyClock.ts';
import { kubeconfigText } from './kubeconfigText.ts';
import { Recorder } from './recorder.ts';
import { TamperingProxy } from './tamperingProxy.ts';
import { quietLog } from '../../quietLog.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const signal = new AbortController().signal;
const secretText = 'correct-horse-battery-staple';

describe('a cluster by its API server', () => {
  let dir: string;
  let plane: ControlPlane;
  let admin: ClusterConnection;
  const toClose: { close(): void }[] = [];
  const toStop: TamperingProxy[] = [];

  const connect = async (context: string, options: Partial<ConnectorOptions> = {}): Promise<ClusterConnection> => {
    const all = {
      kubeconfig: plane.kubeconfig,
      allowExec: () => false,
      hasher: createSecretHasher(),
      log: quietLog,
      ...options,
    };
    const connection = await createConnector(all).connect(context, signal);
    toClose.push(connection);
    return connection;
  };

  /** Through a proxy, quick to give up and to try again. */
  const connectThrough = async (
    proxy: TamperingProxy,
    follow: ConnectorOptions['follow'] = {},
    token = plane.tokens.admin,
  ): Promise<ClusterConnection> => {
    const kubeconfig = join(dir, `proxy-${toStop.length}-${toClose.length}`);
    await writeFile(kubeconfig, kubeconfigText(proxy.address, `token: ${token}`));
    return connect('test', {
      kubeconfig,
      follow: { firstBackoff: 20, longestBackoff: 100, streamsLists: false, ...follow },
    });
  };

  const startProxy = async (): Promise<TamperingProxy> => {
    const proxy = await TamperingProxy.start({ server: plane.server, ca: readFileSync(plane.caFile, 'utf8') });
    toStop.push(proxy);
    return proxy;
  };

  const send = async (request: ApiRequest): Promise<ApiReply> => {
    const reply = await admin.send(request, signal);
    assert.ok(reply.status < 300, `${request.method} ${request.path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply;
  };
  const create = (path: string, body: JsonObject): Promise<ApiReply> => send({ method: 'POST', path, body });
  const configMaps = (namespace: string): WatchTarget => ({
    ...core,
    kind: 'ConfigMap',
    plural: 'configmaps',
    namespace,
  });
  const createMap = (namespace: string, name: string): Promise<ApiReply> =>
    create(`/api/v1/namespaces/${namespace}/configmaps`, { ...v1('ConfigMap', name), data: { a: '1' } });
  const newNamespace = async (name: string): Promise<string> => {
    await create('/api/v1/namespaces', v1('Namespace', name));
    return name;
  };

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-access-'));
    plane = await startControlPlane({ dir, progress: console.log });
    admin = await createConnector({
      kubeconfig: plane.kubeconfig,
      allowExec: () => false,
      hasher: createSecretHasher(),
      log: quietLog,
    }).connect(plane.context, signal);
  });
  afterEach(async () => {
    for (const connection of toClose.splice(0)) connection.close();
    for (const proxy of toStop.splice(0)) await proxy.stop();
  });
  after(async function () {
    this.timeout(30_000);
    admin.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('tells the kinds the server serves, scope and preferred version included', async () => {
    const kinds = await admin.readKinds(signal);
    const deployment = findServed(kinds, 'apps', 'Deployment');
    assert.deepEqual(
      { ...deployment, verbs: undefined },
      {
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        plural: 'deployments',
        isNamespaced: true,
        isPreferred: true,
        verbs: undefined,
      },
    );
    assert.equal(findServed(kinds, '', 'Namespace')?.isNamespaced, false);
    assert.equal(findServed(kinds, 'autoscaling', 'HorizontalPodAutoscaler')?.version, 'v2');
    assert.equal(findServed(kinds, 'autoscaling', 'HorizontalPodAutoscaler', 'v1')?.version, 'v1');
    assert.equal(await admin.readKinds(signal), kinds);
  });

  it('reads the kinds of a server without aggregated discovery', async () => {
    const proxy = await startProxy();
    proxy.decide = (_, headers) => {
      delete headers.accept;
      return 'pass';
    };
    const plain = await (await connectThrough(proxy)).readKinds(signal);
    const strip = (kinds: typeof plain): string[] =>
      kinds
        .map(({ group, version, kind, plural, isPreferred }) => [group, version, kind, plural, isPreferred].join(' '))
        .sort();
    assert.deepEqual(strip(plain), strip(await admin.readKinds(signal)));
    assert.ok(proxy.count('/apis/apps/v1') > 0);
  });

  it('lists, then hears of every change, by kind and namespace', async () => {
    const namespace = await newNamespace('follow');
    await createMap(namespace, 'first');
    const recorder = new Recorder();
    const following = (await connect(plane.context)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    const [list = []] = recorder.lists;
    assert.ok(list.some((object) => nameOf(object) === 'first'));
    assert.ok(list.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap'));
    await createMap(namespace, 'second');
    await recorder.object('changed', 'second');
    await send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/configmaps/first` });
    await recorder.object('deleted', 'first');
    const store = recorder.events.reduce(applyEvent, emptyStore());
    const key = (name: string): ReturnType<typeof resourceKey> =>
      resourceKey({ group: '', kind: 'ConfigMap', namespace, name });
    assert.equal(findObject(store, key('first')), undefined);
    const second = findObject(store, key('second'));
    assert.deepEqual(second?.data, { a: '1' });
    assert.ok(valueAt(second.metadata, 'managedFields') !== undefined, 'managedFields are kept');
    following.close();
    const heard = recorder.events.length;
    await createMap(namespace, 'third');
    const other = new Recorder();
    (await connect(plane.context)).follow(configMaps(namespace), other.onEvent);
    await other.listed();
    assert.equal(recorder.events.length, heard, 'a closed follower says nothing more');
  });

  it('lists in pages', async function () {
    this.timeout(30_000);
    const namespace = await newNamespace('pages');
    await Promise.all(Array.from({ length: 25 }, (_, n) => createMap(namespace, `m${n}`)));
    const proxy = await startProxy();
    const recorder = new Recorder();
    (await connectThrough(proxy, { pageSize: 10 })).follow(configMaps(namespace), recorder.onEvent);
    await recorder.listed();
    const names = recorder.lists[0]?.map(nameOf).filter((name) => name.startsWith('m')) ?? [];
    assert.equal(new Set(names).size, 25);
    assert.equal(proxy.count('limit=10'), 3);
    assert.equal(proxy.count('continue='), 2);
  });

  it('lists all at once when the pages expire half-way', async () => {
    const namespace = await newNamespace('expire');
    await Promise.all(Array.from({ length: 4 }, (_, n) => createMap(namespace, `m${n}`)));
    const proxy = await startProxy();
    proxy.decide = (path) => (path.includes('continue=') ? gone : 'pass');
    const recorder = new Recorder();
    (await connectThrough(proxy, { pageSize: 2 })).follow(configMaps(namespace), recorder.onEvent);
    await recorder.listed();
    assert.equal(new Set(recorder.lists[0]?.map(nameOf)).size, recorder.lists[0]?.length);
    assert.ok((recorder.lists[0]?.length ?? 0) >= 4);
  });

  describe('that streams its lists', () => {
    const isStream = (path: string): boolean => path.includes('sendInitialEvents=true');

    it('lists and watches in one request', async () => {
      const namespace = await newNamespace('stream');
      await Promise.all(Array.from({ length: 25 }, (_, n) => createMap(namespace, `m${n}`)));
      const proxy = await startProxy();
      const recorder = new Recorder();
      (await connectThrough(proxy, { streamsLists: true })).follow(configMaps(namespace), recorder.onEvent);
      await recorder.state('watching');
      const [list = []] = recorder.lists;
      assert.equal(new Set(list.map(nameOf).filter((name) => name.startsWith('m'))).size, 25);
      assert.ok(list.every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap'));
      assert.ok(!recorder.events.some(({ type }) => type === 'changed'), 'what is listed has not changed');
      await createMap(namespace, 'later');
      await recorder.object('changed', 'later');
      assert.equal(proxy.count(`/${namespace}/configmaps`), 1);
      // Cut, it goes on from where it was.
      proxy.cut();
      await createMap(namespace, 'last');
      await recorder.object('changed', 'last');
      assert.deepEqual([recorder.lists.length, proxy.seen.filter(isStream).length], [1, 1]);
    });

    it('starts again when the list was cut half-way, and shows no half of it', async () => {
      const namespace = await newNamespace('half');
      await Promise.all(Array.from({ length: 10 }, (_, n) => createMap(namespace, `m${n}`)));
      const proxy = await startProxy();
      proxy.decide = (path) =>
        isStream(path) && proxy.seen.filter(isStream).length === 1 ? { cutAfter: 2000 } : 'pass';
      const recorder = new Recorder();
      (await connectThrough(proxy, { streamsLists: true })).follow(configMaps(namespace), recorder.onEvent);
      await recorder.state('watching');
      assert.equal(recorder.lists.length, 1);
      assert.ok((recorder.lists[0]?.length ?? 0) >= 10);
      assert.deepEqual(recorder.states, ['listing', 'watching']);
    });

    it('asks for pages where the server refuses streams, or is too old for them', async () => {
      const namespace = await newNamespace('refused');
      const refusing = await startProxy();
      refusing.decide = (path) =>
        isStream(path) ? { status: 422, body: { message: 'sendInitialEvents is forbidden for watch' } } : 'pass';
      const old = await startProxy();
      old.decide = (path) => (path === '/version' ? { status: 200, body: { major: '1', minor: '33+' } } : 'pass');
      for (const [proxy, streams] of [[refusing, 1] as const, [old, 0] as const]) {
        const recorder = new Recorder();
        (await connectThrough(proxy, { streamsLists: true })).follow(configMaps(namespace), recorder.onEvent);
        await recorder.state('watching');
        assert.deepEqual([recorder.lists.length, proxy.seen.filter(isStream).length], [1, streams]);
      }
    });

    it('asks for pages where a server does not know what a streamed list is', async () => {
      const namespace = await newNamespace('unaware');
      const proxy = await startProxy();
      proxy.decide = (path) => (isStream(path) ? 'stall' : 'pass');
      const recorder = new Recorder();
      const kubeconfig = join(dir, 'unaware');
      await writeFile(kubeconfig, kubeconfigText(proxy.address, `token: ${plane.tokens.admin}`));
      const connection = await connect('test', { kubeconfig, clock: new HastyClock() });
      connection.follow(configMaps(namespace), recorder.onEvent);
      await recorder.state('watching');
      assert.deepEqual([recorder.lists.length, proxy.seen.filter(isStream).length], [1, 1]);
    });
  });

  it('takes up a watch that was cut where it ended, without a new list and without a word', async () => {
    const namespace = await newNamespace('cut');
    const proxy = await startProxy();
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    proxy.cut();
    await createMap(namespace, 'meanwhile');
    await recorder.object('changed', 'meanwhile');
    assert.equal(recorder.lists.length, 1);
    assert.deepEqual(recorder.states, ['listing', 'watching']);
  });

  it('takes up a watch that went silent', async () => {
    const namespace = await newNamespace('silent');
    const proxy = await startProxy();
    proxy.decide = (path) => (path.includes('watch=true') && proxy.count('watch=true') === 1 ? 'stall' : 'pass');
    const recorder = new Recorder();
    (await connectThrough(proxy, { silence: 1500 })).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    await createMap(namespace, 'unheard');
    await recorder.object('changed', 'unheard');
    assert.equal(recorder.lists.length, 1);
  });

  it('ends a watch of its own accord and goes on with the next', async () => {
    const namespace = await newNamespace('renew');
    const proxy = await startProxy();
    const recorder = new Recorder();
    (await connectThrough(proxy, { watchSeconds: 1 })).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    while (proxy.count('watch=true') < 3) await new Promise((resolve) => setImmediate(resolve));
    await createMap(namespace, 'later');
    await recorder.object('changed', 'later');
    assert.equal(recorder.lists.length, 1);
  });

  it('lists again when the version has expired, as a status and as an event', async () => {
    const namespace = await newNamespace('gone');
    const proxy = await startProxy();
    proxy.decide = (path) => {
      if (!path.includes('watch=true') || proxy.count('watch=true') > 2) return 'pass';
      return proxy.count('watch=true') === 1 ? gone : { status: 200, body: { type: 'ERROR', object: gone.body } };
    };
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.until(() => recorder.lists.length === 3);
    await createMap(namespace, 'after');
    await recorder.object('changed', 'after');
    assert.ok(!recorder.states.includes('stale'));
  });

  it('says since when it is out of date, waits longer each time, and recovers', async () => {
    const namespace = await newNamespace('stale');
    const proxy = await startProxy();
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    proxy.decide = () => 'reset';
    proxy.cut();
    const stale = await recorder.state('stale');
    assert.ok(stale.type === 'state' && stale.state.kind === 'stale' && !Number.isNaN(Date.parse(stale.state.since)));
    assert.match(stale.state.message, /cannot be reached/);
    await createMap(namespace, 'unseen');
    const start = recorder.events.length;
    proxy.decide = () => 'pass';
    await recorder.state('watching', start);
    await recorder.object('changed', 'unseen', start);
    assert.equal(recorder.lists.length, 1);
  });

  it('waits as long as a busy server asks and then goes on', async () => {
    const namespace = await newNamespace('busy');
    const proxy = await startProxy();
    const isList = (path: string): boolean => path.includes('/configmaps?limit');
    proxy.decide = (path) => (isList(path) && proxy.count('/configmaps?limit') < 3 ? busy : 'pass');
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.listed();
    assert.equal(proxy.count('/configmaps?limit'), 3);
    assert.ok(!recorder.states.includes('stale'));
  });

  it('says what a viewer may not read and follows the rest', async () => {
    const viewer = await connect('plumbline-lab-viewer');
    const secrets = new Recorder();
    viewer.follow({ ...core, kind: 'Secret', plural: 'secrets', namespace: 'default' }, secrets.onEvent);
    const refused = await secrets.state('forbidden');
    assert.ok(refused.type === 'state' && refused.state.kind === 'forbidden');
    assert.match(refused.state.message, /secrets is forbidden/);
    const maps = new Recorder();
    viewer.follow(configMaps('default'), maps.onEvent);
    await maps.state('watching');
  });

  it('refuses cluster-wide lists to a namespaced user and serves the namespace', async () => {
    const connection = await connect('plumbline-lab-namespaced');
    const all = new Recorder();
    connection.follow({ ...core, kind: 'ConfigMap', plural: 'configmaps' }, all.onEvent);
    await all.state('forbidden');
    const own = new Recorder();
    connection.follow(configMaps('default'), own.onEvent);
    await own.state('watching');
  });

  it('says that a kind is not served', async () => {
    const recorder = new Recorder();
    const connection = await connect(plane.context);
    connection.follow({ group: 'shop.example', version: 'v1', kind: 'Basket', plural: 'baskets' }, recorder.onEvent);
    await recorder.state('not-served');
  });

  it('notices later that a kind is served', async function () {
    this.timeout(30_000);
    const recorder = new Recorder();
    const connection = await connect(plane.context, { follow: { recheck: 100 } });
    connection.follow({ group: 'shop.example', version: 'v1', kind: 'Cart', plural: 'carts' }, recorder.onEvent);
    await recorder.state('not-served');
    await create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', cartDefinition);
    await recorder.state('watching');
    const cart = { apiVersion: 'shop.example/v1', kind: 'Cart', metadata: { name: 'one' }, spec: { items: 1 } };
    await create('/apis/shop.example/v1/namespaces/default/carts', cart);
    await recorder.object('changed', 'one');
    const path = '/apis/shop.example/v1/namespaces/default/carts/one';
    const patch = {
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      query: { fieldManager: 'plumbline' },
    } as const;
    const patched = await send({ ...patch, body: { spec: { items: 2 } } });
    assert.equal(valueAt(patched.body, 'spec', 'items'), 2);
    const old = await admin.send(
      { ...patch, body: { metadata: { resourceVersion: '1' }, spec: { items: 3 } } },
      signal,
    );
    assert.equal(old.status, 409);
    const bad = await admin.send({ ...patch, body: { spec: { items: 'many' } } }, signal);
    assert.equal(bad.status, 422);
    assert.match(stringAt(bad.body, 'message') ?? '', /spec.items/);
  });

  it('follows metadata alone where that is all that is wanted, in pages and streams', async () => {
    const namespace = await newNamespace('metadata');
    await createMap(namespace, 'first');
    for (const streamsLists of [true, false]) {
      const recorder = new Recorder();
      const connection = await connect(plane.context, { follow: { streamsLists } });
      connection.follow({ ...configMaps(namespace), isMetadataOnly: true }, recorder.onEvent);
      await recorder.state('watching');
      const first = recorder.lists[0]?.find((object) => nameOf(object) === 'first');
      assert.deepEqual([first?.apiVersion, first?.kind, first?.data], ['v1', 'ConfigMap', undefined]);
      await createMap(namespace, `later-${String(streamsLists)}`);
      const event = await recorder.object('changed', `later-${String(streamsLists)}`);
      assert.ok(event.type === 'changed' && event.object.data === undefined && event.object.kind === 'ConfigMap');
    }
  });

  it('never lets a Secret value in, by list, watch or reply', async () => {
    const namespace = await newNamespace('hidden');
    const encoded = Buffer.from(secretText).toString('base64');
    const secret = (name: string): JsonObject => ({
      ...v1('Secret', name),
      metadata: {
        name,
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
            ...v1('Secret', name),
            data: { password: encoded },
            stringData: { plain: secretText },
          }),
        },
      },
      data: { password: encoded },
      stringData: { plain: secretText },
    });
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const replies = [await create(path, secret('listed'))];
    const recorder = new Recorder();
    admin.follow({ ...core, kind: 'Secret', plural: 'secrets', namespace }, recorder.onEvent);
    await recorder.state('watching');
    replies.push(await create(path, secret('watched')));
    const event = await recorder.object('changed', 'watched');
    replies.push(await send({ method: 'GET', path }), await send({ method: 'GET', path: `${path}/listed` }));
    const all = JSON.stringify([recorder.events, replies]);
    assert.ok(!all.includes(secretText) && !all.includes(encoded));
    assert.ok(event.type === 'changed');
    const watched = event.object.data;
    const listed = recorder.lists[0]?.find((object) => nameOf(object) === 'listed')?.data;
    assert.deepEqual(watched, listed, 'equal values give equal tokens');
    assert.equal(valueAt(watched, 'password'), valueAt(watched, 'plain'));
  });

  it('passes warnings on', async () => {
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'w' },
      spec: {
        containers: [
          {
            name: 'a',
            image: 'a:1',
            env: [
              { name: 'X', value: '1' },
              { name: 'X', value: '2' },
            ],
          },
        ],
      },
    };
    const reply = await admin.send(
      { method: 'POST', path: '/api/v1/namespaces/default/pods', query: { dryRun: 'All' }, body },
      signal,
    );
    assert.equal(reply.warnings.length, 1, JSON.stringify(reply.body));
    assert.match(reply.warnings[0] ?? '', /"X"/);
  });

  it('says that credentials are refused, and reads them again before', async () => {
    const proxy = await startProxy();
    await assert.rejects(connectThrough(proxy, {}, 'wrong'), { code: 'cluster-unauthorized', message: /Log in again/ });
    assert.ok(proxy.count('GET /api') >= 3, 'each refused request was sent again');
  });

  it('goes on with renewed credentials after the old ones were refused', async () => {
    const proxy = await startProxy();
    const kubeconfig = join(dir, 'renewed');
    await writeFile(kubeconfig, kubeconfigText(proxy.address, `token: ${plane.tokens.admin}`));
    const connection = await connect('test', { kubeconfig });
    await writeFile(kubeconfig, kubeconfigText(proxy.address, `token: ${plane.tokens.viewer}`));
    proxy.decide = (_, headers) =>
      headers.authorization === `Bearer ${plane.tokens.admin}` ? { status: 401, body: { message: 'expired' } } : 'pass';
    const reply = await connection.send({ method: 'GET', path: '/api/v1/namespaces/default/configmaps' }, signal);
    assert.equal(reply.status, 200);
  });

  it('says that nothing listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const kubeconfig = join(dir, 'nobody');
    await writeFile(kubeconfig, kubeconfigText(`https://127.0.0.1:${port}`, 'token: x'));
    await assert.rejects(connect('test', { kubeconfig }), {
      code: 'cluster-unreachable',
      message: /nothing listens there/,
    });
  });

  it('says which certificate authority trouble there is', async () => {
    const kubeconfig = join(dir, 'no-ca');
    await writeFile(kubeconfig, kubeconfigText(plane.server, 'token: x'));
    await assert.rejects(connect('test', { kubeconfig }), { code: 'cluster-tls', message: /certificate authority/ });
    const noPem = Buffer.from('no certificate').toString('base64');
    await writeFile(kubeconfig, kubeconfigText(plane.server, 'token: x', `certificate-authority-data: ${noPem}`));
    await assert.rejects(connect('test', { kubeconfig }), { code: 'cluster-tls' });
  });

  it('runs credential plugins only in a trusted workspace, with what they need to know', async () => {
    const plugin = join(dir, 'plugin.mjs');
    const text = `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO); console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: { token: process.env.TOKEN } }));`;
    await writeFile(plugin, text);
    const exec = (token: string): string =>
      `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], env: [{ name: TOKEN, value: ${token} }], interactiveMode: Never }`;
    const kubeconfig = join(dir, 'exec');
    const ca = `certificate-authority: ${plane.caFile}`;
    await writeFile(kubeconfig, kubeconfigText(plane.server, exec(plane.tokens.admin), ca));
    await assert.rejects(connect('test', { kubeconfig }), {
      code: 'exec-needs-trust',
      message: /Trust this workspace/,
    });
    const connection = await connect('test', { kubeconfig, allowExec: () => true });
    assert.ok((await connection.readKinds(signal)).length > 10);
    const failing = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["-e", "console.error('please log in'); process.exit(1)"], interactiveMode: Never }`;
    await writeFile(kubeconfig, kubeconfigText(plane.server, failing, ca));
    await assert.rejects(connect('test', { kubeconfig, allowExec: () => true }), {
      code: 'credentials-failed',
      message: /please log in/,
    });
  });

  it('tells which program is waited for, and ends it when nobody wants the cluster any more', async () => {
    const started = join(dir, 'started');
    const script = `require('fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000);`;
    const plugin = join(dir, 'patient.cjs');
    await writeFile(plugin, script);
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], interactiveMode: Never }`;
    const kubeconfig = join(dir, 'patient');
    await writeFile(kubeconfig, kubeconfigText(plane.server, exec, `certificate-authority: ${plane.caFile}`));
    const parts = { kubeconfig, allowExec: () => true, hasher: createSecretHasher(), log: quietLog };
    const own = new AbortController();
    const told: (string | undefined)[] = [];
    const connecting = createConnector(parts).connect('test', own.signal, (program) => {
      told.push(program);
      if (program !== undefined) own.abort();
    });
    await assert.rejects(connecting, { name: 'AbortError' });
    assert.equal(told[0], process.execPath);
    const pid = Number(readFileSync(started, 'utf8'));
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });

  it('says nothing of a program that answers at once, and keeps what it gave until it expires', async () => {
    const runs = join(dir, 'runs');
    const clock = new HastyClock();
    const plugin = join(dir, 'short.cjs');
    const expires = new Date(clock.now().getTime() + 3_600_000).toISOString();
    await writeFile(
      plugin,
      `require('fs').appendFileSync(${JSON.stringify(runs)}, 'x'); console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: process.env.TOKEN, expirationTimestamp: ${JSON.stringify(expires)} } }));`,
    );
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], env: [{ name: TOKEN, value: ${plane.tokens.admin} }], interactiveMode: Never }`;
    const kubeconfig = join(dir, 'short');
    await writeFile(kubeconfig, kubeconfigText(plane.server, exec, `certificate-authority: ${plane.caFile}`));
    const connection = await connect('test', { kubeconfig, allowExec: () => true, clock });
    const ask = (): Promise<ApiReply> => connection.send({ method: 'GET', path: '/version' }, signal);
    await ask();
    assert.equal(readFileSync(runs, 'utf8'), 'x');
    clock.skew = 2 * 3_600_000;
    assert.equal((await ask()).status, 200);
    assert.equal(readFileSync(runs, 'utf8'), 'xx');
  });

  it('tells that a program is waited for when a login has run out while connected, and when it is done', async () => {
    const hold = join(dir, 'hold');
    const plugin = join(dir, 'slow.cjs');
    const clock = new HastyClock();
    const expires = new Date(clock.now().getTime() + 3_600_000).toISOString();
    const credential = `JSON.stringify({ kind: 'ExecCredential', status: { token: process.env.TOKEN, expirationTimestamp: ${JSON.stringify(expires)} } })`;
    await writeFile(
      plugin,
      `const fs = require('fs'); const end = () => { if (fs.existsSync(${JSON.stringify(hold)})) return; console.log(${credential}); process.exit(); }; end(); setInterval(end, 20);`,
    );
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], env: [{ name: TOKEN, value: ${plane.tokens.admin} }], interactiveMode: Never }`;
    const kubeconfig = join(dir, 'slow');
    await writeFile(kubeconfig, kubeconfigText(plane.server, exec, `certificate-authority: ${plane.caFile}`));
    const parts = { kubeconfig, allowExec: () => true, hasher: createSecretHasher(), log: quietLog, clock };
    const told: (string | undefined)[] = [];
    const connection = await createConnector(parts).connect('test', signal, (program) => {
      told.push(program);
      if (program !== undefined) rmSync(hold);
    });
    toClose.push(connection);
    assert.deepEqual(told, []);
    await writeFile(hold, '');
    clock.skew = 2 * 3_600_000;
    assert.equal((await connection.send({ method: 'GET', path: '/version' }, signal)).status, 200);
    assert.deepEqual(told, [process.execPath, undefined]);
  });

  it('runs no program of older providers either, unless the workspace is trusted', async () => {
    const kubeconfig = join(dir, 'older');
    const providers = [
      `auth-provider: { name: gcp, config: { cmd-path: "${process.execPath}", cmd-args: "--version" } }`,
      `auth-provider: { name: exec, config: { exec: { command: "${process.execPath}", args: ["--version"] } } }`,
    ];
    for (const user of providers) {
      await writeFile(kubeconfig, kubeconfigText(plane.server, user, `certificate-authority: ${plane.caFile}`));
      await assert.rejects(connect('test', { kubeconfig }), { code: 'exec-needs-trust' });
    }
  });

  it('acts as the user and groups that the kubeconfig names, with no more rights than theirs', async () => {
    const kubeconfig = join(dir, 'as');
    const user = `{ token: ${plane.tokens.admin}, as: ada, as-groups: [lab:viewers, shop], as-uid: u1, as-user-extra: { reason/x: [test] } }`;
    const text = kubeconfigText(plane.server, '', `certificate-authority: ${plane.caFile}`);
    await writeFile(kubeconfig, text.replace(/ {2}user:\n[\s\S]*$/, `  user: ${user}\n`));
    const connection = await connect('test', { kubeconfig });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body } = await connection.send({ method: 'POST', path, body: review }, signal);
    assert.deepEqual(valueAt(body, 'status', 'userInfo'), {
      username: 'ada',
      uid: 'u1',
      groups: ['lab:viewers', 'shop', 'system:authenticated'],
      extra: { 'reason/x': ['test'] },
    });
  });

  it('gives up when asked to', async () => {
    await assert.rejects(admin.send({ method: 'GET', path: '/api' }, AbortSignal.abort()), { name: 'AbortError' });
    const proxy = await startProxy();
    const connection = await connectThrough(proxy);
    const own = new AbortController();
    proxy.decide = () => 'stall';
    const waiting = connection.send({ method: 'GET', path: '/api/v1/namespaces' }, own.signal);
    while (proxy.count('/api/v1/namespaces') === 0) await new Promise((resolve) => setImmediate(resolve));
    own.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
  });
});

const core = { group: '', version: 'v1' };
const gone = {
  status: 410,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Expired',
    code: 410,
    message: 'too old resource version',
  },
};
const busy = {
  status: 429,
  headers: { 'retry-after': '0' },
  body: { kind: 'Status', code: 429, message: 'too many requests' },
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function v1(kind: string, name: string): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name } };
}

const cartDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'carts.shop.example' },
  spec: {
    group: 'shop.example',
    scope: 'Namespaced',
    names: { plural: 'carts', singular: 'cart', kind: 'Cart', listKind: 'CartList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { items: { type: 'integer' } } } },
          },
        },
      },
    ],
  },
};
