import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../../src/adapters/cluster/clusterBundle.ts';
import type { ConnectorOptions } from '../../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { applyEvent, emptyStore } from '../../../src/core/live/liveStore.ts';
import { listAt, stringAt } from '../../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import type { ApiReply, ApiRequest, ClusterConnection, WatchTarget } from '../../../src/core/ports.ts';
import { HastyClock } from './hastyClock.ts';
import { kubeconfigText } from './kubeconfigText.ts';
import { Recorder } from './recorder.ts';
import { TamperingProxy } from './tamperingProxy.ts';
import type { Verdict } from './tamperingProxy.ts';
import { quietLog } from '../../quietLog.ts';

const signal = new AbortController().signal;

/** Milliseconds of the product's own time for which a fault goes on. */
const duration = 180_000;

/** Requests that would never come within `duration` unless something asks in a loop. */
const tooMany = 400;

/** What goes wrong on the way to the server, and what must be seen of it. */
interface Fault {
  readonly name: string;
  /** For each request while the fault lasts; `n` counts them from 1. */
  readonly verdict: (isWatch: boolean, n: number) => Verdict;
  /** The connections that are open when it begins stay so. */
  readonly keepsConnections?: boolean;
  /** The message under which the view says that it is out of date; absent: it need not. */
  readonly says?: RegExp;
  /** Requests while the fault lasts, at most. */
  readonly most: number;
  readonly silence?: number;
  /** Streams are watches, so that nothing would tell the two apart. */
  readonly onlyInPages?: boolean;
}

/** What goes wrong while a list is streamed for the first time. */
interface ListFault {
  readonly name: string;
  /** For the first `times` streams; those after them pass. */
  readonly verdict: Verdict;
  readonly times: number;
  /** Requests for the selection until all is well, at most. */
  readonly most: number;
  /** States in between that must be told. */
  readonly says?: 'stale' | 'forbidden';
  /** The server is asked for pages at last. */
  readonly endsInPages?: boolean;
}

const broken = (text: string): Verdict => ({ lines: 3, ending: { text } });
const errorEvent = (code: number, message: string, details = {}): Verdict =>
  broken(`${JSON.stringify({ type: 'ERROR', object: { ...status(code, message).body, details } })}\n`);

const listFaults: readonly ListFault[] = [
  { name: 'is cut between two objects', verdict: { lines: 3, ending: 'loss' }, times: 3, most: 5, says: 'stale' },
  { name: 'is cut once', verdict: { lines: 3, ending: 'loss' }, times: 1, most: 3 },
  {
    name: 'is cut always',
    verdict: { lines: 3, ending: 'loss' },
    times: 99,
    most: 6,
    says: 'stale',
    endsInPages: true,
  },
  { name: 'ends between two objects', verdict: broken(''), times: 3, most: 5, says: 'stale' },
  { name: 'ends in the midst of an object', verdict: broken('{"type":"ADDED","obj'), times: 3, most: 5, says: 'stale' },
  { name: 'is interrupted by a page', verdict: broken('<h1>Sign in</h1>\n'), times: 3, most: 5, says: 'stale' },
  { name: 'expires', verdict: errorEvent(410, 'too old'), times: 3, most: 5, says: 'stale' },
  {
    name: 'fails on the server',
    verdict: errorEvent(500, 'etcdserver: leader changed'),
    times: 3,
    most: 5,
    says: 'stale',
  },
  {
    name: 'is broken off by a server that is too busy',
    verdict: errorEvent(429, 'too many requests', { retryAfterSeconds: 20 }),
    times: 2,
    most: 4,
    says: 'stale',
  },
  {
    name: 'is refused by a server that is too busy',
    verdict: { ...status(429, 'too many requests'), headers: { 'retry-after': '20' } },
    times: 3,
    most: 5,
    says: 'stale',
  },
  {
    name: 'is refused while servers are exchanged',
    verdict: status(503, 'unavailable'),
    times: 3,
    most: 5,
    says: 'stale',
  },
  { name: 'may not be read at first', verdict: status(403, 'forbidden'), times: 1, most: 3, says: 'forbidden' },
  { name: 'meets a token that has expired', verdict: status(401, 'Unauthorized'), times: 1, most: 3 },
  { name: 'falls silent half-way', verdict: { lines: 3, ending: 'silence' }, times: 99, most: 4, endsInPages: true },
  {
    name: 'never says that it is complete',
    verdict: { lines: 11, ending: 'silence' },
    times: 99,
    most: 4,
    endsInPages: true,
  },
  { name: 'trickles', verdict: { piece: 101, gap: 10 }, times: 1, most: 1 },
];

const unavailable = status(503, 'the server is currently unable to handle the request');

const faults: readonly Fault[] = [
  { name: 'every connection is reset', verdict: () => 'reset', says: /connection was cut/, most: 25 },
  {
    name: 'two of three requests are reset',
    verdict: (_, n) => (n % 3 === 0 ? 'pass' : 'reset'),
    most: 60,
  },
  {
    name: 'answers are cut in their midst',
    verdict: () => ({ cutAfter: 40 }),
    says: /connection was cut/,
    most: 25,
  },
  {
    name: 'watches open and hear nothing, on a connection that stays',
    verdict: (isWatch) => (isWatch ? 'stall' : 'pass'),
    says: /stopped answering/,
    silence: 60,
    most: 25,
  },
  {
    name: 'no answer ever begins',
    verdict: () => ({ delay: 1_000_000 }),
    says: /does not answer|cannot be reached/,
    silence: 60,
    most: 25,
  },
  {
    name: 'every version has expired',
    verdict: (isWatch) => (isWatch ? status(410, 'too old resource version') : 'pass'),
    says: /forgets what it has listed/,
    most: 50,
  },
  {
    name: 'every watch ends with an expired version as its first event',
    verdict: (isWatch) =>
      isWatch ? { status: 200, body: { type: 'ERROR', object: status(410, 'too old').body } } : 'pass',
    says: /forgets what it has listed/,
    most: 50,
  },
  {
    name: 'the server is too busy and asks for patience',
    verdict: () => ({ ...status(429, 'too many requests'), headers: { 'retry-after': '20' } }),
    says: /too many requests/,
    most: 15,
  },
  {
    name: 'the server is too busy and asks for no patience at all',
    verdict: () => ({ ...status(429, 'too many requests'), headers: { 'retry-after': '0' } }),
    says: /too many requests/,
    most: 100,
  },
  {
    name: 'the server asks for a day of patience',
    verdict: () => ({ ...status(503, 'maintenance'), headers: { 'retry-after': '86400' } }),
    says: /maintenance/,
    most: 3,
  },
  {
    name: 'the server fails',
    verdict: () => status(500, 'etcdserver: leader changed'),
    says: /leader changed/,
    most: 25,
  },
  {
    name: 'servers are exchanged one after the other',
    verdict: (_, n) => (n % 2 === 0 ? 'reset' : unavailable),
    says: /unable to handle|cut/,
    most: 25,
  },
  {
    name: 'every watch ends at once',
    verdict: (isWatch) => (isWatch ? { cutAfter: 0 } : 'pass'),
    says: /connection was cut/,
    most: 25,
  },
  {
    name: 'every watch is answered with nothing',
    verdict: (isWatch) => (isWatch ? { status: 200, body: '' } : 'pass'),
    says: /no watch event/,
    most: 25,
  },
  {
    name: 'a proxy answers with its own page',
    verdict: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' }),
    says: /no watch event/,
    most: 25,
  },
  {
    name: 'a proxy answers lists with its own page',
    verdict: (isWatch) =>
      isWatch ? status(410, 'too old') : { status: 200, headers: { 'content-type': 'text/html' }, body: 'Sign in' },
    says: /no list/,
    most: 25,
    onlyInPages: true,
  },
];

describe('a cluster behind a bad wire', function () {
  this.timeout(60_000);
  let dir: string;
  let plane: ControlPlane;
  let admin: ClusterConnection;
  let clock: HastyClock;
  let amount = 0;
  const toClose: { close(): void }[] = [];
  const toStop: TamperingProxy[] = [];

  const connect = async (kubeconfig: string, options: Partial<ConnectorOptions> = {}): Promise<ClusterConnection> => {
    const all = { kubeconfig, allowExec: () => true, hasher: createSecretHasher(), log: quietLog, clock, ...options };
    // Pages, so that lists and watches can be told apart; streamed lists have tests of their own.
    const follow = { streamsLists: false, ...options.follow };
    const connection = await createConnector({ ...all, follow }).connect('test', signal);
    toClose.push(connection);
    return connection;
  };
  const startProxy = async (): Promise<TamperingProxy> => {
    const proxy = await TamperingProxy.start({ server: plane.server, ca: readFileSync(plane.caFile, 'utf8') });
    toStop.push(proxy);
    return proxy;
  };
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(dir, `${name}-${String((amount += 1))}`);
    await writeFile(file, text);
    return file;
  };
  const connectThrough = async (
    proxy: TamperingProxy,
    options: Partial<ConnectorOptions> = {},
  ): Promise<ClusterConnection> =>
    connect(await write('kubeconfig', kubeconfigText(proxy.address, `token: ${plane.tokens.admin}`)), options);

  const send = async (request: ApiRequest): Promise<ApiReply> => {
    const reply = await admin.send(request, signal);
    assert.ok(reply.status < 300, `${request.method} ${request.path}: ${String(reply.status)}`);
    return reply;
  };
  const path = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;
  const create = (namespace: string, name: string, data: JsonObject = { a: '1' }): Promise<ApiReply> =>
    send({ method: 'POST', path: path(namespace), body: { ...v1('ConfigMap', name), data } });
  const change = (namespace: string, name: string, a: string): Promise<ApiReply> =>
    send({
      method: 'PATCH',
      path: `${path(namespace)}/${name}`,
      contentType: 'application/merge-patch+json',
      body: { data: { a } },
    });
  const remove = (namespace: string, name: string): Promise<ApiReply> =>
    send({ method: 'DELETE', path: `${path(namespace)}/${name}` });
  const newNamespace = async (): Promise<string> => {
    const name = `fault-${String((amount += 1))}`;
    await send({ method: 'POST', path: '/api/v1/namespaces', body: v1('Namespace', name) });
    return name;
  };

  /** Names and versions of what the server holds. */
  const truth = async (namespace: string): Promise<string> =>
    words(listAt((await send({ method: 'GET', path: path(namespace) })).body, 'items'));

  /** Resolves when the recorder's events add up to what the server holds. */
  const untilTrue = async (namespace: string, recorder: Recorder): Promise<void> => {
    // The namespace's own controllers write into it once; what they wrote last is in the truth.
    const wanted = await truth(namespace);
    await recorder.until(() => held(recorder) === wanted);
  };

  before(async function () {
    this.timeout(20 * 60_000);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-faults-'));
    plane = await startControlPlane({ dir, progress: console.log });
    admin = await createConnector({
      kubeconfig: plane.kubeconfig,
      allowExec: () => false,
      hasher: createSecretHasher(),
      log: quietLog,
      limits: { requestsPerSecond: 1000, burst: 1000 },
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

  const ways = [
    { way: 'in pages', streamsLists: false },
    { way: 'as streams', streamsLists: true },
  ];
  const both = faults.flatMap((fault) =>
    ways.filter(({ streamsLists }) => !streamsLists || fault.onlyInPages !== true).map((way) => [fault, way] as const),
  );
  for (const [fault, { way, streamsLists }] of both) {
    it(`says so, asks little and misses nothing of what it lists ${way} when ${fault.name}`, async () => {
      clock = new HastyClock();
      const namespace = await newNamespace();
      for (const name of ['one', 'two', 'three']) await create(namespace, name);
      const proxy = await startProxy();
      const recorder = new Recorder();
      const follow = { streamsLists, ...(fault.silence === undefined ? {} : { silence: fault.silence }) };
      const connection = await connectThrough(proxy, { follow });
      connection.follow(configMaps(namespace), recorder.onEvent);
      await recorder.state('watching');

      const [start, waited] = [proxy.seen.length, clock.waited];
      const asked = (): number => proxy.seen.length - start;
      proxy.decide = (at) => fault.verdict(at.includes('watch=true'), asked());
      proxy.cut();
      await create(namespace, 'during');
      await change(namespace, 'one', '2');
      await remove(namespace, 'two');
      const isOver = (): boolean => clock.waited - waited >= duration || asked() >= tooMany;
      if (fault.says === undefined) await untilTrue(namespace, recorder);
      else await until(isOver);
      const requests = asked();
      assert.ok(requests <= fault.most, `${String(requests)} requests in three minutes`);
      // A watch that opens says that it watches; what is wrong with it shows when it ends, as long as the fault lasts.
      if (fault.says !== undefined) await recorder.until(() => recorder.states.at(-1) === 'stale');
      const state = recorder.events.findLast((event) => event.type === 'state');
      if (fault.says !== undefined) {
        assert.ok(state?.type === 'state' && state.state.kind === 'stale', JSON.stringify(recorder.states));
        assert.match(state.state.message, fault.says);
        assert.ok(!Number.isNaN(Date.parse(state.state.since)));
      }

      const before = recorder.events.length;
      proxy.decide = () => 'pass';
      proxy.cut();
      await create(namespace, 'after');
      await remove(namespace, 'three');
      await untilTrue(namespace, recorder);
      if (state?.type === 'state' && state.state.kind === 'stale') await recorder.state('watching', before);
      assert.equal(recorder.states.at(-1), 'watching');
    });
  }

  for (const fault of listFaults) {
    it(`shows no half of a streamed list that ${fault.name}, asks little and ends with all of it`, async () => {
      clock = new HastyClock();
      const namespace = await newNamespace();
      for (let n = 0; n < 10; n += 1) await create(namespace, `part-${String(n)}`);
      const proxy = await startProxy();
      let streams = 0;
      proxy.decide = (at) => {
        if (!at.includes('sendInitialEvents=true') || !at.includes(`/${namespace}/`)) return 'pass';
        streams += 1;
        return streams <= fault.times ? fault.verdict : 'pass';
      };
      const recorder = new Recorder();
      const connection = await connectThrough(proxy, { follow: { streamsLists: true } });
      connection.follow(configMaps(namespace), recorder.onEvent);
      // While it goes wrong: neither must be missed.
      await create(namespace, 'during');
      await remove(namespace, 'part-7');
      await recorder.state('watching');
      await create(namespace, 'after');
      await untilTrue(namespace, recorder);
      assert.ok((recorder.lists[0]?.length ?? 0) >= 10, 'the first list was whole');
      const asked = proxy.count(`/${namespace}/`);
      assert.ok(asked <= fault.most, `${String(asked)} requests`);
      assert.ok(streams >= Math.min(fault.times, fault.most - 1) || fault.endsInPages === true, 'the fault was met');
      const told = recorder.states.filter((state) => state === 'stale' || state === 'forbidden');
      assert.deepEqual([...new Set(told)], fault.says === undefined ? [] : [fault.says]);
      assert.equal(recorder.states.at(-1), 'watching');
      assert.equal(
        proxy.seen.some((line) => line.includes('limit=')),
        fault.endsInPages === true,
      );
    });
  }

  it('sees everything over a wire on which each answer takes its time', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    const proxy = await startProxy();
    proxy.decide = () => ({ delay: 200, gap: 50 });
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    for (const name of ['a', 'b', 'c']) await create(namespace, name);
    await change(namespace, 'a', '2');
    await untilTrue(namespace, recorder);
    await recorder.state('watching');
    assert.deepEqual(recorder.states, ['listing', 'watching']);
    assert.equal(proxy.count(`/${namespace}/`), 2, 'one list, one watch');
  });

  it('waits for an answer that trickles, however long it takes, as long as something comes', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    for (const name of ['a', 'b', 'c']) await create(namespace, name, { a: 'ä€😀'.repeat(100) });
    const proxy = await startProxy();
    proxy.decide = (at) => (at.includes(namespace) ? { piece: 101, gap: 40 } : 'pass');
    const recorder = new Recorder();
    (await connectThrough(proxy, { follow: { silence: 2_000 } })).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    await change(namespace, 'b', 'ß€😀'.repeat(100));
    await untilTrue(namespace, recorder);
    assert.equal(proxy.count(`/${namespace}/`), 2, 'one list, one watch');
    const texts = recorder.events.flatMap((event) =>
      event.type === 'changed' ? [stringAt(event.object, 'data', 'a')] : [],
    );
    assert.equal(texts.at(-1), 'ß€😀'.repeat(100));
  });

  it('takes in a list of fifty megabytes, also when its first half is lost', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    const large = 'x'.repeat(1_000_000);
    await Promise.all(Array.from({ length: 50 }, (_, n) => create(namespace, `large-${String(n)}`, { large })));
    const proxy = await startProxy();
    let lists = 0;
    proxy.decide = (at, headers) => {
      // Uncompressed, or the wire would carry next to nothing.
      delete headers['accept-encoding'];
      if (!at.includes(`/${namespace}/`) || at.includes('watch=true')) return 'pass';
      lists += 1;
      return lists === 1 ? { cutAfter: 25_000_000 } : 'pass';
    };
    const recorder = new Recorder();
    (await connectThrough(proxy)).follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    assert.equal(lists, 2);
    assert.equal(
      recorder.lists[0]?.filter(({ data }) => stringAt(data as Json, 'large')?.length === large.length).length,
      50,
    );
    assert.ok(!recorder.states.includes('stale'), 'one failure is mended before anybody is told');
    await remove(namespace, 'large-7');
    await untilTrue(namespace, recorder);
  });

  it('fetches a new token once for all watches when the old one expires', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    const proxy = await startProxy();
    const runs = await write('runs', '');
    const token = await write('token', plane.tokens.admin);
    const plugin = await write(
      'plugin',
      `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(runs)}, 'x'); console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: fs.readFileSync(${JSON.stringify(token)}, 'utf8') } }));`,
    );
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], interactiveMode: Never }`;
    const connection = await connect(await write('kubeconfig', kubeconfigText(proxy.address, exec)));
    const kinds = [
      'configmaps ConfigMap',
      'pods Pod',
      'services Service',
      'secrets Secret',
      'serviceaccounts ServiceAccount',
    ];
    const recorders = kinds.map((words) => {
      const [plural = '', kind = ''] = words.split(' ');
      const recorder = new Recorder();
      connection.follow({ ...configMaps(namespace), plural, kind }, recorder.onEvent);
      return recorder;
    });
    await Promise.all(recorders.map((recorder) => recorder.state('watching')));
    assert.equal(await readFile(runs, 'utf8'), 'x');
    // The server no longer takes the old one, and the plugin has another.
    await writeFile(token, plane.tokens.viewer);
    proxy.decide = (_, { authorization }) =>
      authorization === `Bearer ${plane.tokens.admin}` ? status(401, 'Unauthorized') : 'pass';
    proxy.cut();
    await create(namespace, 'after');
    const [maps] = recorders;
    assert.ok(maps !== undefined);
    await untilTrue(namespace, maps);
    // All five have been there again: each sent its old token at most once.
    await until(() => proxy.count('watch=true') >= 2 * kinds.length);
    assert.equal(await readFile(runs, 'utf8'), 'xx');
  });

  it('reads a token file again when its token has expired', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    const proxy = await startProxy();
    const file = await write('token', `${plane.tokens.admin}\n`);
    const recorder = new Recorder();
    const connection = await connect(await write('kubeconfig', kubeconfigText(proxy.address, `tokenFile: ${file}`)));
    connection.follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    await writeFile(file, `${plane.tokens.viewer}\n`);
    proxy.decide = (_, { authorization }) =>
      authorization === `Bearer ${plane.tokens.viewer}` ? 'pass' : status(401, 'Unauthorized');
    proxy.cut();
    await create(namespace, 'after');
    await untilTrue(namespace, recorder);
    assert.ok(!recorder.states.includes('stale'));
  });

  it('says that a login has run out, asks the plugin seldom, and goes on after the next login', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    const proxy = await startProxy();
    const runs = await write('runs', '');
    const token = await write('token', plane.tokens.admin);
    const plugin = await write(
      'plugin',
      `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(runs)}, 'x'); const token = fs.readFileSync(${JSON.stringify(token)}, 'utf8'); if (token === '') { console.error('run "cloud login"'); process.exit(1); } console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } }));`,
    );
    const exec = `exec: { apiVersion: client.authentication.k8s.io/v1, command: "${process.execPath}", args: ["${plugin}"], interactiveMode: Never }`;
    const connection = await connect(await write('kubeconfig', kubeconfigText(proxy.address, exec)));
    const recorder = new Recorder();
    connection.follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    await writeFile(token, '');
    proxy.decide = () => status(401, 'Unauthorized');
    proxy.cut();
    const waited = clock.waited;
    await until(() => clock.waited - waited >= duration);
    const state = recorder.events.findLast((event) => event.type === 'state');
    assert.ok(state?.type === 'state' && state.state.kind === 'stale');
    assert.match(state.state.message, /run "cloud login"/);
    const asked = (await readFile(runs, 'utf8')).length;
    assert.ok(asked <= 20, `the plugin ran ${String(asked)} times in three minutes`);
    await appendFile(token, plane.tokens.viewer);
    proxy.decide = (_, { authorization }) =>
      authorization === `Bearer ${plane.tokens.viewer}` ? 'pass' : status(401, 'Unauthorized');
    await create(namespace, 'after');
    await untilTrue(namespace, recorder);
  });

  it('says that a right was taken away, shows nothing that may not be read, and sees it come back', async () => {
    clock = new HastyClock();
    const namespace = await newNamespace();
    await create(namespace, 'one');
    const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'reader' } };
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }];
    const grant = async (): Promise<unknown> =>
      send({
        method: 'POST',
        path: `${roles}/rolebindings`,
        body: {
          ...rbac,
          kind: 'RoleBinding',
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
          subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }],
        },
      });
    await send({ method: 'POST', path: `${roles}/roles`, body: { ...rbac, kind: 'Role', rules } });
    await grant();
    const proxy = await startProxy();
    const text = kubeconfigText(proxy.address, `token: ${plane.tokens.admin}`);
    const kubeconfig = await write('kubeconfig', text.replace(/token: (.*)/, 'as: ada\n    token: $1'));
    const recorder = new Recorder();
    const connection = await connect(kubeconfig);
    connection.follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    await send({ method: 'DELETE', path: `${roles}/rolebindings/reader` });
    // A watch under way goes on; the server looks at rights when the next one begins.
    await until(() => {
      proxy.cut();
      return recorder.states.includes('forbidden');
    });
    assert.equal(held(recorder), '[]');
    const seen = proxy.seen.length;
    const waited = clock.waited;
    await until(() => clock.waited - waited >= 1_000_000);
    assert.ok(proxy.seen.length - seen <= 5, 'asked again every five minutes');
    await grant();
    await untilTrue(namespace, recorder);
  });

  it('is not confused by a clock that is wrong or put back', async () => {
    clock = new HastyClock();
    clock.skew = 5 * 3_600_000;
    const namespace = await newNamespace();
    const proxy = await startProxy();
    const recorder = new Recorder();
    // A small burst, so that each request asks the clock how many are allowed.
    const connection = await connectThrough(proxy, { limits: { requestsPerSecond: 50, burst: 1 } });
    connection.follow(configMaps(namespace), recorder.onEvent);
    await recorder.state('watching');
    clock.skew = -5 * 3_600_000;
    const waited = clock.waited;
    proxy.cut();
    await create(namespace, 'after');
    await untilTrue(namespace, recorder);
    assert.ok(clock.waited - waited < 60_000, `${String(clock.waited - waited)} ms were waited for`);
  });

  it('names the status under which a server refuses to be connected to', async () => {
    clock = new HastyClock();
    const proxy = await startProxy();
    proxy.decide = () => unavailable;
    await assert.rejects(connectThrough(proxy), (error) => {
      return error instanceof UserError && error.code === 'cluster-failed' && error.data.status === '503';
    });
  });
});

function configMaps(namespace: string): WatchTarget {
  return { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespace };
}

function v1(kind: string, name: string): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name } };
}

function status(code: number, message: string): { readonly status: number; readonly body: JsonObject } {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message } };
}

/** Waits for what must come; a test that has failed must not go on looking for ever. */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 40_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`This never came: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function words(objects: readonly Json[]): string {
  const lines = objects.map(
    (object) =>
      `${stringAt(object, 'metadata', 'name') ?? ''}@${stringAt(object, 'metadata', 'resourceVersion') ?? ''}`,
  );
  return JSON.stringify(lines.toSorted());
}

/** What the events of a recorder add up to, as the product's own store does it. */
function held({ events }: Recorder): string {
  const store = events.reduce(applyEvent, emptyStore());
  return words([...store.targets.values()].flatMap(({ objects }) => [...objects.values()]));
}
