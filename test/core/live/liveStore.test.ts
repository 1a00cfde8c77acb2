import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  applyEvent,
  changedKeys,
  emptyStore,
  findObject,
  objectsOfKind,
  presenceOf,
  removeTarget,
} from '../../../src/core/live/liveStore.ts';
import type { LiveStore } from '../../../src/core/live/liveStore.ts';
import { PersistentMap } from '../../../src/core/live/persistentMap.ts';
import { keyOf, resourceKey } from '../../../src/core/model/resource.ts';
import type { KubeObject, ResourceKey } from '../../../src/core/model/resource.ts';
import type { LiveEvent, WatchTarget } from '../../../src/core/ports.ts';

const web: WatchTarget = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespace: 'web' };
const everywhere: WatchTarget = { ...web, namespace: undefined };

function deployment(name: string, resourceVersion = '1', namespace = 'web'): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, resourceVersion } };
}

function key(name: string, namespace = 'web'): ResourceKey {
  return resourceKey({ group: 'apps', kind: 'Deployment', namespace, name });
}

function after(...events: readonly LiveEvent[]): LiveStore {
  return events.reduce(applyEvent, emptyStore());
}

const listed = (target: WatchTarget, ...objects: readonly KubeObject[]): LiveEvent => ({
  type: 'listed',
  target,
  objects,
});

describe('the live store', () => {
  it('holds what was listed, changed and not deleted', () => {
    const store = after(
      listed(web, deployment('a'), deployment('b')),
      { type: 'changed', target: web, object: deployment('c') },
      { type: 'changed', target: web, object: deployment('a', '2') },
      { type: 'deleted', target: web, object: deployment('b', '3') },
    );
    assert.equal(findObject(store, key('a'))?.metadata.resourceVersion, '2');
    assert.equal(findObject(store, key('b')), undefined);
    assert.deepEqual(objectsOfKind(store, 'apps', 'Deployment').map(keyOf).sort(), [key('a'), key('c')]);
  });

  it('forgets what a new list no longer has', () => {
    const store = after(listed(web, deployment('a'), deployment('b')), listed(web, deployment('b')));
    assert.equal(findObject(store, key('a')), undefined);
    assert.deepEqual(objectsOfKind(store, 'apps', 'Deployment').map(keyOf), [key('b')]);
  });

  it('leaves earlier stores as they were', () => {
    const first = after(listed(web, deployment('a')));
    const second = applyEvent(first, { type: 'deleted', target: web, object: deployment('a') });
    assert.ok(findObject(first, key('a')));
    assert.equal(findObject(second, key('a')), undefined);
  });

  it('finds an object through a selection of the whole cluster', () => {
    assert.ok(findObject(after(listed(everywhere, deployment('a', '1', 'shop'))), key('a', 'shop')));
  });

  it('tells absence from ignorance', () => {
    assert.equal(presenceOf(emptyStore(), key('a')), 'unseen');
    assert.equal(presenceOf(after({ type: 'state', target: web, state: { kind: 'listing' } }), key('a')), 'unseen');
    assert.equal(presenceOf(after(listed(web)), key('a')), 'absent');
    assert.equal(presenceOf(after(listed(web, deployment('a'))), key('a')), 'live');
    assert.equal(presenceOf(after(listed(web)), key('a', 'shop')), 'unseen');
    assert.equal(presenceOf(after(listed(everywhere)), key('a', 'shop')), 'absent');
    assert.equal(presenceOf(after({ type: 'state', target: web, state: { kind: 'not-served' } }), key('a')), 'absent');
  });

  it('drops what may no longer be read and keeps what is only stale', () => {
    const store = after(listed(web, deployment('a')));
    const forbidden = applyEvent(store, { type: 'state', target: web, state: { kind: 'forbidden', message: 'no' } });
    assert.equal(presenceOf(forbidden, key('a')), 'unseen');
    const state = { kind: 'stale', since: '2026-01-01T00:00:00Z', message: 'gone' } as const;
    assert.equal(presenceOf(applyEvent(store, { type: 'state', target: web, state }), key('a')), 'live');
  });

  it('forgets a selection that is no longer followed', () => {
    assert.equal(presenceOf(removeTarget(after(listed(web, deployment('a'))), web), key('a')), 'unseen');
  });

  it('says which keys an event changes, and none for a list of the same versions', () => {
    const store = after(listed(web, deployment('a'), deployment('b')));
    assert.deepEqual(changedKeys(store, listed(web, deployment('a'), deployment('b'))), []);
    const renewed = listed(web, deployment('a', '2'), deployment('c'));
    assert.deepEqual(changedKeys(store, renewed), [key('a'), key('c'), key('b')]);
    assert.deepEqual(changedKeys(store, { type: 'deleted', target: web, object: deployment('b') }), [key('b')]);
    assert.deepEqual(changedKeys(store, { type: 'state', target: web, state: { kind: 'watching' } }), []);
  });
});

describe('the persistent map', () => {
  it('agrees with a Map over many random steps and never changes an older version', () => {
    const random = mulberry(7);
    let map = PersistentMap.empty<string, number>();
    const model = new Map<string, number>();
    const kept: { map: PersistentMap<string, number>; copy: Map<string, number> }[] = [];
    for (let step = 0; step < 3000; step++) {
      const name = `apps/Deployment/web/app-${Math.floor(random() * 400)}`;
      if (random() < 0.3) {
        map = map.delete(name);
        model.delete(name);
      } else {
        map = map.set(name, step);
        model.set(name, step);
      }
      assert.equal(map.size, model.size);
      if (step % 500 === 0) kept.push({ map, copy: new Map(model) });
    }
    kept.push({ map, copy: model });
    for (const { map: old, copy } of kept) {
      assert.deepEqual(new Map([...old.entries()].toSorted(byKey)), new Map([...copy].toSorted(byKey)));
      for (const [name, value] of copy) assert.equal(old.get(name), value);
    }
  });

  it('is the same map after deleting what is not there', () => {
    const map = PersistentMap.from([['a', 1]] as const);
    assert.equal(map.delete('b' as 'a'), map);
  });

  it('spreads similar keys, so that no bucket is long', () => {
    const entries = Array.from({ length: 10_000 }, (_, n) => [`apps/Deployment/ns-${n % 50}/web-${n}`, n] as const);
    const map = PersistentMap.from(entries);
    assert.equal(map.size, 10_000);
    assert.equal(
      [...map.values()].reduce((sum, n) => sum + n, 0),
      (9999 * 10_000) / 2,
    );
  });
});

function byKey([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}

/** A small generator of the same numbers in every run. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
