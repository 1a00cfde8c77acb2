import { isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { childType } from './schema/typeSchemas.ts';
import type { ListType } from './schema/typeSchemas.ts';

/** Which live item belongs to a desired one; `live` is absent when none does. */
export interface Pairing {
  readonly desired: number;
  readonly live?: number | undefined;
  /** The key fields themselves were changed: the items were found by their name. */
  readonly isRekeyed?: boolean | undefined;
}

/** Pairs the items of a list by their key, the n-th of equal keys with the n-th; defaults of key fields count. */
export function pairItems(type: ListType, desired: readonly Json[], live: readonly Json[]): readonly Pairing[] {
  if (isInOrder(type, desired, live)) return desired.map((_, index) => ({ desired: index, live: index }));
  const places = new Map<string, number[]>();
  for (const [index, item] of live.entries()) {
    const key = itemKey(type, item);
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else known.push(index);
  }
  const pairs = desired.map((item, index): Pairing => ({
    desired: index,
    live: places.get(itemKey(type, item))?.shift(),
  }));
  const isComplete = pairs.every((pair) => pair.live !== undefined);
  return isComplete || type.list !== 'keyed' ? pairs : pairByName(type, desired, live, pairs);
}

/** Live begins with the desired items in their order, as it does unless somebody put others before them. */
function isInOrder(type: ListType, desired: readonly Json[], live: readonly Json[]): boolean {
  return desired.every((item, index) => {
    const twin = live[index];
    return twin !== undefined && itemKey(type, item) === itemKey(type, twin);
  });
}

/** What identifies an item: its key fields, or the value itself in a set. */
export function itemKey(type: ListType, item: Json): string {
  if (type.list !== 'keyed' || !isObject(item)) return JSON.stringify(item);
  const [only, second] = type.keys;
  if (only !== undefined && second === undefined && typeof item[only] === 'string') return item[only];
  return JSON.stringify(type.keys.map((key) => keyValue(type, item, key) ?? null));
}

/** A key field of an item, its default when absent. */
export function keyValue(type: ListType, item: JsonObject, key: string): Json | undefined {
  const value = item[key];
  if (value !== undefined && value !== null) return value;
  const field = childType(type.items, key);
  return field.kind === 'scalar' ? field.default : undefined;
}

/** Gives a desired item without partner the one leftover live item that bears the same name (a port's number changed by hand). */
function pairByName(
  type: ListType,
  desired: readonly Json[],
  live: readonly Json[],
  pairs: readonly Pairing[],
): readonly Pairing[] {
  if (type.keys.includes('name')) return pairs;
  const taken = new Set(pairs.map((pair) => pair.live));
  const free = live.flatMap((item, index) => (taken.has(index) ? [] : [{ item, index }]));
  const lonely = pairs.filter((pair) => pair.live === undefined);
  return pairs.map((pair) => {
    const item = desired[pair.desired];
    if (pair.live !== undefined || item === undefined) return pair;
    const namesakes = free.filter((each) => nameIn(each.item) === nameIn(item));
    const rivals = lonely.filter((each) => nameIn(desired[each.desired]) === nameIn(item));
    const [found] = namesakes;
    if (found === undefined || namesakes.length > 1 || rivals.length > 1) return pair;
    return { desired: pair.desired, live: found.index, isRekeyed: true };
  });
}

function nameIn(item: Json | undefined): Json {
  return isObject(item) ? (item.name ?? null) : null;
}
