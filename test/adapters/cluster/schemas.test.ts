import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { after, afterEach, before, describe, it } from 'mocha';
import { startControlPlane } from '../../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../../scripts/lab/controlPlane.ts';
import { createConnector } from '../../../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { systemClock } from '../../../src/adapters/cluster/systemClock.ts';
import { builtIn, objectMetaType } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { builtInKinds } from '../../../src/core/diff/schema/builtInTypes.ts';
import { publishedSchemas } from '../../../src/core/diff/schema/publishedSchemas.ts';
import { anyType, childType } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { TypeNode } from '../../../src/core/diff/schema/typeSchemas.ts';
import { listAt, objectAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { ClusterSchemas } from '../../../src/core/overview/clusterSchemas.ts';
import type { ClusterConnection, ServedKind } from '../../../src/core/ports.ts';
import { Recorder } from './recorder.ts';
import { quietLog } from '../../quietLog.ts';
import { kubeconfigText } from './kubeconfigText.ts';
import { TamperingProxy } from './tamperingProxy.ts';

const signal = new AbortController().signal;

describe('the schemas and kinds of a real server', function () {
  this.timeout(60_000);
  let dir: string;
  let plane: ControlPlane;
  let proxy: TamperingProxy;
  const toClose: { close(): void }[] = [];

  const connect = async (cache?: string): Promise<ClusterConnection> => {
    const kubeconfig = join(dir, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigText(proxy.address, `token: ${plane.tokens.admin}`));
    const parts = { kubeconfig, allowExec: () => false, hasher: createSecretHasher(), log: quietLog, cache };
    const connection = await createConnector(parts).connect('test', signal);
    toClose.push(connection);
    return connection;
  };
  const asked = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const start = proxy.seen.length;
    await work();
    return proxy.seen.slice(start).map((line) => line.replace(/hash=.*/, 'hash=').replace(/^GET /, ''));
  };

  before(async function () {
    this.timeout(20 * 60_000);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-schemas-'));
    plane = await startControlPlane({ dir, progress: console.log });
    proxy = await TamperingProxy.start({ server: plane.server, ca: readFileSync(plane.caFile, 'utf8') });
  });
  afterEach(() => {
    for (const each of toClose.splice(0)) each.close();
  });
  after(async function () {
    this.timeout(30_000);
    await proxy.stop();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('are asked for once for each group version, and one index for all', async () => {
    const connection = await connect();
    const paths = await asked(async () => {
      const all = await Promise.all(
        ['apps/v1', 'v1', 'nothing.example/v1'].map((at) => connection.readSchemas(at, signal)),
      );
      assert.equal(all[2], undefined);
      assert.ok((all[0]?.hash ?? '').length > 20);
    });
    assert.deepEqual(paths.toSorted(), ['/openapi/v3', '/openapi/v3/api/v1?hash=', '/openapi/v3/apis/apps/v1?hash=']);
  });

  it('are taken from disk by the next session, which asks whether they are still the same', async () => {
    const cache = join(dir, 'cache');
    const first = await connect(cache);
    const before = await first.readSchemas('apps/v1', signal);
    const kinds = await first.readKinds(signal);
    const statuses: (number | undefined)[] = [];
    proxy.onAnswer = (path, status) => {
      if (path.startsWith('/api')) statuses.push(status);
    };
    let second: ClusterConnection | undefined;
    const paths = await asked(async () => {
      second = await connect(cache);
      assert.deepEqual(await second.readSchemas('apps/v1', signal), before);
    });
    assert.deepEqual(paths.toSorted(), ['/api', '/apis', '/openapi/v3', '/version']);
    assert.deepEqual(statuses, [304, 304]);
    assert.deepEqual(await second?.readKinds(signal), kinds);
    const files = await Promise.all((await readdir(cache)).map((name) => readFile(join(cache, name))));
    assert.equal(files.length, 3);
    const text = files.map((each) => gunzipSync(each).toString('utf8')).join('');
    assert.ok(!text.includes(plane.tokens.admin));
  });

  it('are asked for again where the file is damaged or the server says something else', async () => {
    const cache = join(dir, 'damaged');
    await (await connect(cache)).readSchemas('apps/v1', signal);
    for (const name of await readdir(cache)) await writeFile(join(cache, name), 'damaged');
    const again = await asked(async () => {
      const connection = await connect(cache);
      assert.ok(await connection.readSchemas('apps/v1', signal));
      assert.ok((await connection.readKinds(signal)).length > 10);
    });
    assert.ok(again.includes('/openapi/v3/apis/apps/v1?hash='));
    proxy.decide = (path) => {
      const entry = { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=OTHER' };
      return path === '/openapi/v3' ? { status: 200, body: { paths: { 'apis/apps/v1': entry } } } : 'pass';
    };
    const moved = await asked(async () => {
      const found = await (await connect(cache)).readSchemas('apps/v1', signal);
      assert.notEqual(found?.hash ?? 'OTHER', 'OTHER', 'the server redirects from a hash that is not its own');
    });
    proxy.decide = () => 'pass';
    assert.equal(moved.filter((path) => path.startsWith('/openapi/v3/apis')).length, 1, 'what it redirects to is kept');
  });

  it('are missing where the server does not let us read them, or stays silent', async () => {
    const connection = await connect();
    proxy.decide = (path) => (path.startsWith('/openapi') ? { status: 403, body: { kind: 'Status' } } : 'pass');
    assert.equal(await connection.readSchemas('apps/v1', signal), undefined);
    proxy.decide = (path) => (path.startsWith('/openapi') ? 'reset' : 'pass');
    await assert.rejects(connection.readSchemas('apps/v1', signal, true), { code: 'cluster-unreachable' });
    proxy.decide = () => 'pass';
    assert.ok(await connection.readSchemas('apps/v1', signal), 'what failed is not kept');
  });

  it('agree with the built-in table on every list, map and struct of every kind', async () => {
    const connection = await connect();
    const groups = builtInKinds
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const wrong: string[] = [];
    let compared = 0;
    for (const [apiVersion = '', ...entries] of groups) {
      const found = await connection.readSchemas(apiVersion, signal);
      const theirs = publishedSchemas(found?.document ?? {}, objectMetaType(builtIn));
      for (const kind of entries.map((entry) => entry.slice(0, entry.indexOf(':')))) {
        const type = theirs.typeOf(apiVersion, kind);
        if (type === undefined) wrong.push(`${apiVersion} ${kind} is not published`);
        else
          compared += sameShape(
            builtIn.typeOf(apiVersion, kind) ?? anyType,
            type,
            objectFields(found?.document),
            `${apiVersion} ${kind}`,
            wrong,
          );
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 500, `only ${String(compared)} lists and maps`);
  });

  it('come for a definition that was just made, and change with it', async () => {
    const connection = await connect();
    const ended = new AbortController();
    toClose.push({
      close: () => {
        ended.abort();
      },
    });
    const changes: (() => void)[] = [];
    const followed = new Recorder();
    const watching: ClusterConnection = {
      context: 'test',
      readKinds: () => connection.readKinds(signal),
      readSchemas: (...question) => connection.readSchemas(...question),
      send: (...question) => connection.send(...question),
      follow: (target, onEvent) =>
        connection.follow(target, (event) => {
          onEvent(event);
          followed.onEvent(event);
        }),
      close: () => undefined,
    };
    const schemas = new ClusterSchemas(watching, systemClock, ended.signal, {
      onChange: () => {
        changes.splice(0).forEach((tell) => {
          tell();
        });
      },
      onKinds: () => {
        changes.splice(0).forEach((tell) => {
          tell();
        });
      },
    });
    const change = (): Promise<void> => new Promise((resolve) => changes.push(resolve));
    const listOf = (): string => {
      const parts = childType(
        childType(schemas.types.typeOf('schemas.example/v1', 'Gear') ?? anyType, 'spec'),
        'parts',
      );
      return parts.kind === 'list' ? parts.list : 'nothing';
    };
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    schemas.follow();
    await followed.listed();
    const noticed = change();
    await connection.send({ method: 'POST', path, body: gears('map') }, signal);
    await noticed;
    const gear: ServedKind = {
      group: 'schemas.example',
      version: 'v1',
      kind: 'Gear',
      plural: 'gears',
      isNamespaced: true,
      isPreferred: true,
      verbs: [],
    };
    schemas.want([gear], undefined);
    while (schemas.isReading) await change();
    assert.equal(listOf(), 'keyed');
    const { body } = await connection.send({ method: 'GET', path: `${path}/gears.schemas.example` }, signal);
    const version = objectAt(body, 'metadata')?.resourceVersion ?? '';
    const next = { ...gears('atomic'), metadata: { name: 'gears.schemas.example', resourceVersion: version } };
    const replaced = await connection.send(
      { method: 'PUT', path: `${path}/gears.schemas.example`, body: next },
      signal,
    );
    assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
    while (listOf() !== 'atomic') await change();
    assert.equal(listAt(body, 'spec', 'versions').length, 1);
  });
});

/** Field names of the structs below a type are not told by it, so they are taken from the whole document. */
function objectFields(document: JsonObject | undefined): readonly string[] {
  const schemas = Object.values(objectAt(document ?? {}, 'components', 'schemas') ?? {});
  return [...new Set(schemas.flatMap((schema) => Object.keys(objectAt(schema, 'properties') ?? {})))];
}

/** Notes where two types merge differently; the number of lists and maps that were looked at. */
function sameShape(
  ours: TypeNode,
  theirs: TypeNode,
  fields: readonly string[],
  at: string,
  wrong: string[],
  depth = 0,
): number {
  // Definitions of JSON schemas hold themselves.
  if (ours.kind === 'any' || depth > 12) return 0;
  if (ours.kind !== theirs.kind) {
    wrong.push(`${at}: ${ours.kind} in the table, ${theirs.kind} on the server`);
    return 0;
  }
  if (ours.kind === 'scalar' && theirs.kind === 'scalar') {
    if (ours.of !== theirs.of && !(ours.of === 'time' && theirs.of === 'string'))
      wrong.push(`${at}: ${ours.of}, ${theirs.of}`);
    return 0;
  }
  if (ours.kind === 'list' && theirs.kind === 'list') {
    const [own, other] = [`${ours.list} ${ours.keys.join()}`, `${theirs.list} ${theirs.keys.join()}`];
    if (own !== other) wrong.push(`${at}: ${own} in the table, ${other} on the server`);
    return 1 + sameShape(ours.items, theirs.items, fields, `${at}[]`, wrong, depth + 1);
  }
  if (ours.kind === 'map' && theirs.kind === 'map') {
    if (ours.isAtomic !== theirs.isAtomic) wrong.push(`${at}: atomic or not`);
    return 1 + sameShape(ours.values, theirs.values, fields, `${at}{}`, wrong, depth + 1);
  }
  if (ours.kind !== 'struct' || theirs.kind !== 'struct') return 0;
  if (ours.isAtomic !== theirs.isAtomic) wrong.push(`${at}: atomic or not`);
  return fields.reduce((sum, field) => {
    const [own, other] = [ours.fieldOf(field), theirs.fieldOf(field)];
    return own === undefined || other === undefined
      ? sum
      : sum + sameShape(own, other, fields, `${at}.${field}`, wrong, depth + 1);
  }, 0);
}

function gears(list: 'map' | 'atomic'): JsonObject {
  const keys = list === 'map' ? { 'x-kubernetes-list-map-keys': ['name'] } : {};
  const items = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
  const parts = { type: 'array', items, 'x-kubernetes-list-type': list, ...keys };
  const spec = { type: 'object', properties: { parts } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gears.schemas.example' },
    spec: {
      group: 'schemas.example',
      scope: 'Namespaced',
      names: { plural: 'gears', singular: 'gear', kind: 'Gear', listKind: 'GearList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        },
      ],
    },
  };
}
