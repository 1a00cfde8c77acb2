import { keyOf, parseKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { stringAt } from '../model/json.ts';
import type { LiveEvent, WatchState, WatchTarget } from '../ports.ts';
import { PersistentMap } from './persistentMap.ts';

/** `group/Kind/namespace`, `*` for the whole cluster, and a name if only one is followed; one version of a kind is followed at a time. Made by `targetKey`. */
export type TargetKey = string & { readonly __target: unique symbol };

/** What is known of one cluster at one moment; replaced by `applyEvent`, never changed. */
export interface LiveStore {
  readonly targets: PersistentMap<TargetKey, LiveTarget>;
}

/** One followed selection and what it last held. */
export interface LiveTarget {
  readonly target: WatchTarget;
  readonly state: WatchState;
  /** A complete list has arrived, so that absence means absence. */
  readonly isListed: boolean;
  readonly objects: PersistentMap<ResourceKey, KubeObject>;
}

/** The store before anything was followed. */
export function emptyStore(): LiveStore {
  return { targets: PersistentMap.empty() };
}

/** What tells followed selections apart. */
type TargetId = Pick<WatchTarget, 'group' | 'kind' | 'namespace' | 'name'>;

/** Makes the one string form of a followed selection's identity. */
export function targetKey({ group, kind, namespace, name }: TargetId): TargetKey {
  // The only place that makes a target key, hence the only assertion.
  return `${group}/${kind}/${namespace ?? '*'}${name === undefined ? '' : `/${name}`}` as TargetKey;
}

/** The store after an event. */
export function applyEvent(store: LiveStore, event: LiveEvent): LiveStore {
  const key = targetKey(event.target);
  const before = store.targets.get(key) ?? newTarget(event.target);
  return { targets: store.targets.set(key, { ...applyToTarget(before, event), target: event.target }) };
}

/** The store without a selection that is no longer followed. */
export function removeTarget(store: LiveStore, target: WatchTarget): LiveStore {
  return { targets: store.targets.delete(targetKey(target)) };
}

/** The keys whose objects an event changes, against the store before it; a repeated list of the same versions names none. */
export function changedKeys(before: LiveStore, event: LiveEvent): readonly ResourceKey[] {
  switch (event.type) {
    case 'state':
      return [];
    case 'changed':
    case 'deleted':
      return [keyOf(event.object)];
    case 'listed':
      return changedByList(before.targets.get(targetKey(event.target)), event.objects);
  }
}

/** The object under a key, from a selection of its namespace or of the whole cluster. */
export function findObject(store: LiveStore, key: ResourceKey): KubeObject | undefined {
  for (const target of targetsOf(store, key)) {
    const object = target.objects.get(key);
    if (object !== undefined) return object;
  }
  return undefined;
}

/**
 * What the store can say about a key: the object is there, it is certainly absent (its selection was listed), or the
 * store has not seen the place (not followed, not listed yet, forbidden). `not-served` counts as absent.
 */
export function presenceOf(store: LiveStore, key: ResourceKey): 'live' | 'absent' | 'unseen' {
  if (findObject(store, key) !== undefined) return 'live';
  const isAnswered = targetsOf(store, key).some(({ isListed, state }) => isListed || state.kind === 'not-served');
  return isAnswered ? 'absent' : 'unseen';
}

/** The selection that a key belongs to, the narrowest first. */
export function findTarget(store: LiveStore, key: ResourceKey): LiveTarget | undefined {
  return targetsOf(store, key)[0];
}

/** Every object of a kind, whatever selections hold it. */
export function objectsOfKind(store: LiveStore, group: string, kind: string): readonly KubeObject[] {
  const found = new Map<ResourceKey, KubeObject>();
  for (const { target, objects } of store.targets.values()) {
    if (target.group !== group || target.kind !== kind) continue;
    for (const [key, object] of objects.entries()) found.set(key, object);
  }
  return [...found.values()];
}

function newTarget(target: WatchTarget): LiveTarget {
  return { target, state: { kind: 'listing' }, isListed: false, objects: PersistentMap.empty() };
}

function applyToTarget(before: LiveTarget, event: LiveEvent): LiveTarget {
  switch (event.type) {
    case 'listed': {
      const objects = PersistentMap.from(event.objects.map((object) => [keyOf(object), object] as const));
      return { ...before, isListed: true, objects };
    }
    case 'changed':
      return { ...before, objects: before.objects.set(keyOf(event.object), event.object) };
    case 'deleted':
      return { ...before, objects: before.objects.delete(keyOf(event.object)) };
    case 'state':
      return applyState(before, event.state);
  }
}

/** Objects that may no longer be read are dropped: showing them as current would be a guess. Stale ones stay, as stale. */
function applyState(before: LiveTarget, state: WatchState): LiveTarget {
  const isGone = state.kind === 'forbidden' || state.kind === 'not-served';
  return isGone ? { ...before, state, isListed: false, objects: PersistentMap.empty() } : { ...before, state };
}

function targetsOf(store: LiveStore, key: ResourceKey): readonly LiveTarget[] {
  const { group, kind, namespace, name } = parseKey(key);
  const wider = namespace === undefined ? [] : [{ group, kind, namespace }];
  const ids: readonly TargetId[] = [{ group, kind, namespace, name }, ...wider, { group, kind }];
  return ids.flatMap((id) => store.targets.get(targetKey(id)) ?? []);
}

function changedByList(before: LiveTarget | undefined, objects: readonly KubeObject[]): readonly ResourceKey[] {
  const gone = new Set(before?.objects.keys());
  const changed: ResourceKey[] = [];
  for (const object of objects) {
    const key = keyOf(object);
    gone.delete(key);
    const old = before?.objects.get(key);
    if (old === undefined || versionOf(old) !== versionOf(object)) changed.push(key);
  }
  return [...changed, ...gone];
}

/** `uid` beside `resourceVersion`, because an object made anew may be read from a dump without versions. */
function versionOf(object: KubeObject): string {
  return `${stringAt(object.metadata, 'uid') ?? ''}/${stringAt(object.metadata, 'resourceVersion') ?? ''}`;
}
