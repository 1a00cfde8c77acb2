import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isEmpty } from './emptiness.ts';
import { itemKey } from './keyedLists.ts';
import { isOwnedLeaf, ownedChild, parseKey } from './managedFields.ts';
import type { Path } from './path.ts';
import { wouldReturn } from './redefaulting.ts';
import { childType } from './schema/typeSchemas.ts';
import type { ListType, TypeNode } from './schema/typeSchemas.ts';
import type { RawFinding } from './walk.ts';

/** Proof that Git once declared something: a fieldsV1 tree, or the object that last-applied-configuration keeps. */
export type Holding =
  { readonly kind: 'fields'; readonly fields: JsonObject } | { readonly kind: 'applied'; readonly value: Json };

/** What the search for removals is told. */
export interface RemovalSearch {
  /** fieldsV1 trees of all other writers at the same node: what they own stays. */
  readonly foreign: readonly JsonObject[];
  /** A null in desired is dropped by the tool instead of meaning a removal. */
  readonly dropsNulls: boolean;
  /** The whole live object: what comes back after a removal depends on the neighbours. */
  readonly root: Json;
  emit(finding: RawFinding): void;
}

/**
 * Finds what `holdings` prove to be Git's, Git no longer declares and live still has (rule 2 of the cases), naming the
 * highest node of which everything goes away. Fields of a struct that nobody owns are defaults and go with it, which is
 * what server-side apply does (structured-merge-diff `Updater.prune`).
 */
export function findRemovals(
  search: RemovalSearch,
  holdings: readonly Holding[],
  live: Json,
  desired: Json | undefined,
  type: TypeNode,
  path: Path | undefined,
  keyFields: readonly string[] = [],
): void {
  if (!isObject(live) && !isList(live)) return;
  for (const [key, below] of heldChildren(holdings, live, type)) {
    const childLive = childOf(live, key);
    if (childLive === undefined || childLive === null || keyFields.includes(String(key))) continue;
    const childKeys = keysOf(type);
    const child = childType(type, key);
    const childDesired = desiredChild(desired, live, key, type);
    const childPath = { parent: path, key };
    const next = { ...search, foreign: foreignBelow(search.foreign, live, key) };
    if (childDesired === null && !search.dropsNulls) continue;
    if (childDesired !== undefined && isEmpty(childDesired) && isEmpty(childLive)) continue;
    if (isDeclared(childDesired, child))
      findRemovals(next, below, childLive, childDesired, child, childPath, childKeys);
    else if (!staysAsEmpty(child) && goesAway(below, next.foreign, childLive, child, childKeys)) {
      const certainty = wouldReturn(search.root, childPath, child) ? 'unsure' : 'sure';
      search.emit({ certainty, change: 'remove', path: childPath, livePath: childPath, live: childLive });
    } else findRemovals(next, below, childLive, undefined, child, childPath, childKeys);
  }
}

/** Empty lists and maps declare no item; an empty struct is there, and an empty atomic list is a value compared elsewhere. */
function isDeclared(desired: Json | undefined, type: TypeNode): boolean {
  if (desired === undefined || desired === null) return false;
  if (!isEmpty(desired)) return true;
  return type.kind === 'struct' || type.kind === 'scalar' || (isList(desired) && !isKeyedOrSet(type));
}

function isKeyedOrSet(type: TypeNode): type is ListType {
  return type.kind === 'list' && type.list !== 'atomic';
}

/** The fields that make up the key of a list's items: they go with their item, never alone. */
function keysOf(type: TypeNode): readonly string[] {
  return type.kind === 'list' ? type.keys : [];
}

function childOf(live: Json, key: string | number): Json | undefined {
  if (isList(live)) return live[Number(key)];
  return isObject(live) ? live[String(key)] : undefined;
}

function desiredChild(desired: Json | undefined, live: Json, key: string | number, type: TypeNode): Json | undefined {
  if (isObject(desired)) return desired[String(key)];
  if (!isList(desired) || !isList(live) || type.kind !== 'list') return undefined;
  const item = live[Number(key)];
  if (item === undefined) return undefined;
  const wanted = itemKey(type, item);
  return desired.find((each) => itemKey(type, each) === wanted);
}

function foreignBelow(foreign: readonly JsonObject[], live: Json, key: string | number): readonly JsonObject[] {
  if (foreign.length === 0) return foreign;
  return foreign.map((fields) => ownedChild(fields, live, key)).filter((below) => below !== undefined);
}

/** The children that the holdings hold, each with its part of every holding; list items by their index in live. */
function heldChildren(
  holdings: readonly Holding[],
  live: JsonObject | readonly Json[],
  type: TypeNode,
): ReadonlyMap<string | number, readonly Holding[]> {
  const children = new Map<string | number, Holding[]>();
  for (const holding of holdings) {
    const found =
      holding.kind === 'fields' ? fieldChildren(holding.fields, live) : appliedChildren(holding.value, live, type);
    for (const [key, below] of found) {
      const known = children.get(key);
      if (known === undefined) children.set(key, [below]);
      else known.push(below);
    }
  }
  return children;
}

function fieldChildren(
  fields: JsonObject,
  live: JsonObject | readonly Json[],
): readonly (readonly [string | number, Holding])[] {
  return Object.entries(fields).flatMap(([name, below]) => {
    const key = name.startsWith('f:') ? name.slice(2) : isList(live) ? indexOfItem(name, live) : undefined;
    return key === undefined || !isObject(below) ? [] : [[key, { kind: 'fields', fields: below }] as const];
  });
}

function indexOfItem(name: string, live: readonly Json[]): number | undefined {
  if (name.startsWith('i:')) return Number(name.slice(2));
  const value = name.startsWith('v:') ? name.slice(2) : undefined;
  const key = name.startsWith('k:') ? parseKey(name) : undefined;
  const index = live.findIndex((item) => {
    if (value !== undefined) return JSON.stringify(item) === value;
    if (key === undefined || !isObject(item)) return false;
    return Object.entries(key).every(([field, wanted]) => item[field] === wanted);
  });
  return index < 0 ? undefined : index;
}

function appliedChildren(
  value: Json,
  live: JsonObject | readonly Json[],
  type: TypeNode,
): readonly (readonly [string | number, Holding])[] {
  if (isObject(value)) {
    return Object.entries(value).flatMap(([key, below]) =>
      below === null ? [] : [[key, { kind: 'applied', value: below }] as const],
    );
  }
  if (!isList(value) || !isList(live) || !isKeyedOrSet(type)) return [];
  const places = new Map(live.map((item, index) => [itemKey(type, item), index]));
  return value.flatMap((item) => {
    const index = places.get(itemKey(type, item));
    return index === undefined ? [] : [[index, { kind: 'applied', value: item }] as const];
  });
}

/** A struct that the API always writes is never gone, only empty; what is in it goes. */
function staysAsEmpty(type: TypeNode): boolean {
  return type.kind === 'struct' && type.isAlwaysPresent;
}

/** Tells whether nothing of a live node stays once Git's part of it goes. */
function goesAway(
  holdings: readonly Holding[],
  foreign: readonly JsonObject[],
  live: Json,
  type: TypeNode,
  keyFields: readonly string[],
): boolean {
  if (!isObject(live) && !isList(live)) return true;
  if (holdings.some((holding) => isWhole(holding, type))) return true;
  const held = heldChildren(holdings, live, type);
  const keys = isList(live) ? live.keys() : Object.keys(live);
  for (const key of keys) {
    const childLive = childOf(live, key);
    if (childLive === undefined || keyFields.includes(String(key))) continue;
    const below = held.get(key);
    const others = foreignBelow(foreign, live, key);
    const goes =
      below === undefined
        ? isDefault(type) && others.length === 0
        : goesAway(below, others, childLive, childType(type, key), keysOf(type));
    if (!goes) return false;
  }
  return true;
}

/** What nobody holds in a struct is a default; in a map or list it is somebody's, even if not recorded. */
function isDefault(type: TypeNode): boolean {
  return type.kind === 'struct' || type.kind === 'any';
}

function isWhole(holding: Holding, type: TypeNode): boolean {
  if (holding.kind === 'fields') return isOwnedLeaf(holding.fields) && !('.' in holding.fields) && !isGranular(type);
  return !isObject(holding.value) && !(isList(holding.value) && isKeyedOrSet(type));
}

/** A node whose children are owned one by one; owned without children it was applied empty. */
function isGranular(type: TypeNode): boolean {
  if (type.kind === 'struct' || type.kind === 'map') return !type.isAtomic;
  return isKeyedOrSet(type);
}
