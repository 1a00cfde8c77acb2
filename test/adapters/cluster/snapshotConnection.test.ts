import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openSnapshot } from '../../../src/adapters/cluster/openSnapshot.ts';
import { publishedSchemas } from '../../../src/core/diff/schema/publishedSchemas.ts';
import { childType } from '../../../src/core/diff/schema/typeSchemas.ts';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { nameOf } from '../../../src/core/model/resource.ts';
import type { WatchTarget } from '../../../src/core/ports.ts';
import { Recorder } from './recorder.ts';

const documents = `apiVersion: v1
kind: ConfigMap
metadata: {name: one, namespace: web}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, namespace: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: web}
`;
const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: web}
- apiVersion: v1
  kind: Secret
  metadata: {name: key, namespace: web}
  data: {password: aHVudGVyMg==}
`;
const maps: WatchTarget = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps' };

function open(text: string): SnapshotConnection {
  return new SnapshotConnection({ name: 'live.yaml', files: [{ name: 'live.yaml', text }] }, createSecretHasher());
}

async function listed(text: string, target: WatchTarget): Promise<readonly string[]> {
  const recorder = new Recorder();
  open(text).follow(target, recorder.onEvent);
  await recorder.state('watching');
  return recorder.lists[0]?.map(nameOf) ?? [];
}

describe('a dump as the live side', () => {
  it('reads several documents, by kind and namespace', async () => {
    assert.deepEqual(await listed(documents, maps), ['one', 'two']);
    assert.deepEqual(await listed(documents, { ...maps, namespace: 'shop' }), ['two']);
  });

  it('reads a List, as YAML and as JSON', async () => {
    assert.deepEqual(await listed(list, maps), ['one']);
    const json = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'j' } }],
    });
    assert.deepEqual(await listed(json, maps), ['j']);
  });

  it('serves only the kinds that occur in it', async () => {
    const kinds = await open(documents).readKinds();
    assert.deepEqual(
      kinds.map(({ kind, isNamespaced, isPreferred }) => [kind, isNamespaced, isPreferred]),
      [
        ['ConfigMap', true, true],
        ['Namespace', false, true],
      ],
    );
  });

  it('hides Secret values', async () => {
    const recorder = new Recorder();
    open(list).follow({ ...maps, kind: 'Secret', plural: 'secrets' }, recorder.onEvent);
    await recorder.listed();
    assert.ok(!JSON.stringify(recorder.events).includes('aHVudGVyMg=='));
    assert.equal(recorder.lists[0]?.length, 1);
  });

  it('refuses to be written', async () => {
    await assert.rejects(open(documents).send({ method: 'PATCH', path: '/api/v1/namespaces/web/configmaps/one' }), {
      code: 'cluster-failed',
      message: /live\.yaml is a file, not a cluster/,
    });
  });

  it('gives the schemas of the definitions it holds, under the names that the server would have for them', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: berries.shop.example}
spec:
  group: shop.example
  names: {kind: Berry, plural: berries}
  versions: [{name: v1, schema: {openAPIV3Schema: {type: object, properties: {ripe: {type: boolean}}}}}]
---
apiVersion: shop.example/v1
kind: Berry
metadata: {name: b, namespace: web}
`;
    const connection = open(definition);
    const berry = (await connection.readKinds()).find(({ kind }) => kind === 'Berry');
    assert.equal(berry?.plural, 'berries');
    const published = await connection.readSchemas('shop.example/v1');
    const type = publishedSchemas(published?.document ?? {}).typeOf('shop.example/v1', 'Berry');
    assert.deepEqual(type && childType(type, 'ripe').kind, 'scalar');
    assert.equal(await connection.readSchemas('other.example/v1'), undefined);
  });

  describe('in a folder', () => {
    let folder: string;
    const write = async (path: string, text: string): Promise<void> => {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    };
    const names = async (target: WatchTarget): Promise<readonly string[]> => {
      const recorder = new Recorder();
      (await openSnapshot(folder, createSecretHasher())).follow(target, recorder.onEvent);
      await recorder.state('watching');
      return recorder.lists[0]?.map(nameOf) ?? [];
    };
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'plumbline-dump-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('reads what kubectl cluster-info dump leaves, whose items do not say their kind', async () => {
      const items = [{ metadata: { name: 'one', namespace: 'web' } }];
      await write('web/configmaps.json', JSON.stringify({ kind: 'ConfigMapList', apiVersion: 'v1', items }));
      await write('web/pods.json', JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items: [] }));
      await write('web/api-5/logs.txt', '{ no json');
      assert.deepEqual(await names(maps), ['one']);
    });

    it('reads a must-gather, an object that stands in two files once', async () => {
      const one = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: web}\n';
      const list = `apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: one, namespace: web}\n- metadata: {name: two, namespace: web}\n`;
      await write('quay/namespaces/web/core/configmaps.yaml', list);
      await write('quay/namespaces/web/core/configmaps/one.yaml', `---\n${one}`);
      await write('quay/version.json', '{"major": "1"}');
      assert.deepEqual([...(await names(maps))].sort(), ['one', 'two']);
    });

    it('names the file that is cut off, and says when there is nothing', async () => {
      await assert.rejects(openSnapshot(folder, createSecretHasher()), { code: 'file-unreadable' });
      await write('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n');
      await write('web/cut.json', '{"kind": "PodList", "items": [');
      await assert.rejects(openSnapshot(folder, createSecretHasher()), { message: /web.cut\.json is not valid JSON/ });
      await assert.rejects(openSnapshot(join(folder, 'none'), createSecretHasher()), {
        message: /none cannot be read/,
      });
    });
  });

  for (const [what, text] of [
    ['nothing', ''],
    ['no objects', 'a: 1\n'],
    ['an error message', 'Error from server (Forbidden): secrets is forbidden\n'],
    ['broken YAML', 'a: [1\n'],
    ['broken JSON', '{"kind": '],
  ] as const) {
    it(`says that a file with ${what} is no dump`, () => {
      assert.throws(() => open(text), { code: 'file-unreadable', message: /live\.yaml/ });
    });
  }

  it("serves Kubernetes' own kinds by their names, which policies match by", async () => {
    const kinds = ['NetworkPolicy', 'Ingress', 'Deployment', 'Endpoints'];
    const text = kinds.map((kind) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: a}\n`).join('---\n');
    const served = await open(text).readKinds();
    assert.deepEqual(
      served.map(({ plural }) => plural),
      ['networkpolicies', 'ingresses', 'deployments', 'endpoints'],
    );
  });
});
