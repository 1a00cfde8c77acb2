import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
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
  return new SnapshotConnection({ name: 'live.yaml', text }, createSecretHasher());
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
    await assert.rejects(open(documents).send(), {
      code: 'cluster-failed',
      message: /live\.yaml is a file, not a cluster/,
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
});
