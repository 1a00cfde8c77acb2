import { isList, isObject, listAt, objectAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { FieldWriter } from '../model/difference.ts';
import type { KubeObject } from '../model/resource.ts';
import { readOnce } from './readOnce.ts';

/** One entry of `metadata.managedFields`: who wrote, and the tree of what (fieldsV1, structured-merge-diff's notation). */
export interface ManagedEntry extends FieldWriter {
  readonly fields: JsonObject;
}

/** The entries of a live object; entries without a known operation are left out. */
export function managedEntries(live: KubeObject): readonly ManagedEntry[] {
  return listAt(live.metadata, 'managedFields').flatMap((each) => {
    if (!isObject(each)) return [];
    const { operation, manager, subresource, time, fieldsV1 } = each;
    if (typeof manager !== 'string' || (operation !== 'Apply' && operation !== 'Update')) return [];
    return [
      {
        manager,
        operation,
        subresource: textOf(subresource) || undefined,
        time: textOf(time),
        fields: isObject(fieldsV1) ? fieldsV1 : {},
      },
    ];
  });
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The child of a fieldsV1 node for a key, index or item of live; `undefined` when the entry holds nothing there. */
export function ownedChild(fields: JsonObject, live: Json | undefined, key: string | number): JsonObject | undefined {
  if (typeof key === 'string') {
    const below = fields[`f:${key}`];
    return isObject(below) ? below : undefined;
  }
  const item = isList(live) ? live[key] : undefined;
  const found = Object.keys(fields).find((name) => isNameOfItem(name, item, key));
  return found === undefined ? undefined : objectAt(fields, found);
}

/** Matches `k:{…}` by the item's fields, `v:…` by its value, `i:n` by its index. */
function isNameOfItem(name: string, item: Json | undefined, index: number): boolean {
  if (name.startsWith('i:')) return Number(name.slice(2)) === index;
  if (name.startsWith('v:')) return name.slice(2) === JSON.stringify(item);
  if (!name.startsWith('k:') || !isObject(item)) return false;
  const key = parseKey(name);
  return key !== undefined && Object.entries(key).every(([field, value]) => item[field] === value);
}

/** The field of an `f:…` name; `undefined` for the name of an item. */
export function fieldOfName(name: string): string | undefined {
  return readOnce(fields, name, () => (name.startsWith('f:') ? name.slice(2) : undefined));
}

/** The key fields in a `k:{…}` name. */
export function parseKey(name: string): JsonObject | undefined {
  return readOnce(keys, name, () => {
    try {
      const key: unknown = JSON.parse(name.slice(2));
      return isObject(key) ? key : undefined;
    } catch {
      return undefined;
    }
  });
}

/** Cutting and parsing names anew was a quarter of a comparison. */
const fields = new Map<string, string | undefined>();
const keys = new Map<string, JsonObject | undefined>();

/** A leaf of fieldsV1: the entry owns the whole value there. */
export function isOwnedLeaf(fields: JsonObject): boolean {
  for (const key in fields) if (key !== '.') return false;
  return true;
}

/** What an entry holds at a path of live: its subtree, `leaf` for a place inside an atomic value that it owns, or nothing. */
function holdingAt(entry: ManagedEntry, live: Json, parts: readonly (string | number)[]): JsonObject | undefined {
  let fields: JsonObject | undefined = entry.fields;
  let at: Json | undefined = live;
  for (const [depth, part] of parts.entries()) {
    const below: JsonObject | undefined = ownedChild(fields, at, part);
    if (below === undefined) return depth > 0 && isAtomicHolding(fields) ? fields : undefined;
    fields = below;
    at = isList(at) ? at[Number(part)] : isObject(at) ? at[part] : undefined;
  }
  return fields;
}

/** `{}` owns what is below it; `{".": {}}` is the node alone, whose children are others'. */
function isAtomicHolding(fields: JsonObject): boolean {
  for (const _ in fields) return false;
  return true;
}

/**
 * The entry behind a live value: of several, the one written last, and of those one that is not the GitOps manager's own,
 * which is the one a reader asks about.
 */
export function writerAt(
  entries: readonly ManagedEntry[],
  live: Json,
  parts: readonly (string | number)[],
  ownManager: string,
): ManagedEntry | undefined {
  const holders = entries.filter((entry) => holdingAt(entry, live, parts) !== undefined);
  const rank = (entry: ManagedEntry): string => `${entry.time ?? ''} ${entry.manager === ownManager ? '0' : '1'}`;
  return holders.reduce<ManagedEntry | undefined>(
    (best, each) => (best === undefined || rank(each) > rank(best) ? each : best),
    undefined,
  );
}
