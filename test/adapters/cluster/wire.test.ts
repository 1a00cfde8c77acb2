import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { stringAt } from '../../../src/core/model/json.ts';
import type { ClusterConnection } from '../../../src/core/ports.ts';
import { quietLog } from '../../quietLog.ts';
import { ConnectProxy } from './connectProxy.ts';
import { kubeconfigText } from './kubeconfigText.ts';
import { Recorder } from './recorder.ts';
import { TamperingProxy } from './tamperingProxy.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const signal = new AbortController().signal;

describe('the wire to a cluster', function () {
  this.timeout(60_000);
  let dir: string;
  let plane: ControlPlane;
  const ends: (() => Promise<void> | void)[] = [];

  const connect = async (server: string, cluster: string): Promise<ClusterConnection> => {
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigText(server, `token: ${plane.tokens.admin}`, cluster));
    const parts = { kubeconfig, allowExec: () => false, hasher: createSecretHasher(), log: quietLog };
    const connection = await createConnector({ ...parts, follow: { streamsLists: false } }).connect('test', signal);
    ends.push(() => {
      connection.close();
    });
    return connection;
  };
  const startConnectProxy = async (): Promise<ConnectProxy> => {
    const proxy = await ConnectProxy.start();
    ends.push(() => proxy.stop());
    return proxy;
  };
  /** The API server under a name of its certificate that only the proxy can find. */
  const remoteServer = (): string => `https://kubernetes.default.svc:${new URL(plane.server).port}`;

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-wire-'));
    plane = await startControlPlane({ dir });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(async function () {
    this.timeout(30_000);
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('goes through the proxy that the kubeconfig names, watches included, and is encrypted to its end', async () => {
    const proxy = await startConnectProxy();
    const lines = [`certificate-authority: ${plane.caFile}`, `proxy-url: ${proxy.address}`];
    const connection = await connect(remoteServer(), lines.join('\n    '));
    const recorder = new Recorder();
    const target = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces' };
    connection.follow(target, recorder.onEvent);
    await recorder.state('watching');
    assert.ok(recorder.events.some((event) => event.type === 'listed' && event.objects.length > 3));
    assert.deepEqual([...new Set(proxy.seen)], [new URL(remoteServer()).host]);
    await assert.rejects(connect(remoteServer(), `proxy-url: ${proxy.address}`), /certificate/);
  });

  it('goes through the proxy of the environment, but not to this machine itself', async () => {
    const proxy = await startConnectProxy();
    const before = { ...process.env };
    ends.push(() => {
      delete process.env.HTTPS_PROXY;
      Object.assign(process.env, before);
    });
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'])
      Reflect.deleteProperty(process.env, name);
    process.env.HTTPS_PROXY = proxy.address;
    const authority = `certificate-authority: ${plane.caFile}`;
    await connect(plane.server, authority);
    assert.deepEqual(proxy.seen, []);
    const connection = await connect(remoteServer(), authority);
    assert.equal((await connection.send({ method: 'GET', path: '/version' }, signal)).status, 200);
    assert.deepEqual([...new Set(proxy.seen)], [new URL(remoteServer()).host]);
  });

  it('carries long lists compressed', async () => {
    const proxy = await TamperingProxy.start({ server: plane.server, ca: readFileSync(plane.caFile, 'utf8') });
    ends.push(() => proxy.stop());
    const connection = await connect(proxy.address, '');
    const path = '/api/v1/namespaces/default/configmaps';
    const text = 'all work and no play '.repeat(10_000);
    for (const name of ['one', 'two']) {
      const { status } = await connection.send(
        { method: 'POST', path, body: { metadata: { name }, data: { text } } },
        signal,
      );
      assert.equal(status, 201);
    }
    const encodings: (string | undefined)[] = [];
    proxy.onAnswer = (asked, _, headers) => {
      if (asked.startsWith(`${path}?limit=`)) encodings.push(headers['content-encoding']);
    };
    const recorder = new Recorder();
    const target = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace: 'default' };
    connection.follow(target, recorder.onEvent);
    await recorder.state('watching');
    assert.deepEqual(encodings, ['gzip']);
    const listed = recorder.events.find((event) => event.type === 'listed');
    assert.ok(listed?.type === 'listed');
    const texts = listed.objects.map((object) => stringAt(object, 'data', 'text') ?? '');
    assert.equal(texts.filter((each) => each === text).length, 2);
  });
});
