import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isEmpty } from './emptiness.ts';
import { itemKey, keyValue } from './keyedLists.ts';
import { fieldOfName, isOwnedLeaf, parseKey } from './managedFields.ts';
import type { Holding } from './removals.ts';
import { lastAppliedAnnotation } from './secrets.ts';
import { childType } from './schema/typeSchemas.ts';
import type { ListType, TypeNode } from './schema/typeSchemas.ts';

/**
 * Tells quickly that everything a holding holds is still declared, which is so for nearly every object; `false` only says
 * that the careful search has to look. Allocates next to nothing, since it runs for every object of a cluster.
 */
export function isCovered(holding: Holding, desired: JsonObject, type: TypeNode, compared: ComparedFields): boolean {
  if (holding.kind === 'fields') return fieldsCovered(holding.fields, desired, type, [], 0, compared);
  return appliedCovered(holding.value, desired, type, 0, compared);
}

/** Fields that take part at the root (depth 0) and in metadata (depth 1). */
export interface ComparedFields {
  isCompared(depth: number, parent: string, key: string): boolean;
}

function fieldsCovered(
  fields: JsonObject,
  desired: Json,
  type: TypeNode,
  keys: readonly string[],
  depth: number,
  compared: ComparedFields,
  parent = '',
): boolean {
  for (const name in fields) {
    const below = fields[name];
    if (name === '.' || !isObject(below)) continue;
    const field = fieldOfName(name);
    if (field !== undefined) {
      if (keys.includes(field) || field === lastAppliedAnnotation) continue;
      if (depth < 2 && !compared.isCompared(depth, parent, field)) continue;
    }
    const found = field === undefined ? ownItem(name, desired, type) : isObject(desired) ? desired[field] : undefined;
    const child = childType(type, field ?? 0);
    const isLeaf = isOwnedLeaf(below);
    if (isLeaf && child.kind === 'struct' && child.isAlwaysPresent) continue;
    if (isEmpty(found) || found === undefined) return false;
    if (isLeaf) continue;
    const childKeys = type.kind === 'list' ? type.keys : [];
    if (!fieldsCovered(below, found, child, childKeys, depth + 1, compared, field)) return false;
  }
  return true;
}

/** The desired item that a `k:` or `v:` name means. */
function ownItem(name: string, desired: Json, type: TypeNode): Json | undefined {
  if (!isList(desired)) return undefined;
  if (name.startsWith('v:')) return desired.find((item) => JSON.stringify(item) === name.slice(2));
  const key = name.startsWith('k:') && type.kind === 'list' ? parseKey(name) : undefined;
  if (key === undefined || type.kind !== 'list') return undefined;
  return desired.find((item) => isObject(item) && hasKey(type, item, key));
}

function hasKey(type: ListType, item: JsonObject, key: JsonObject): boolean {
  for (const field in key) if (keyValue(type, item, field) !== key[field]) return false;
  return true;
}

function appliedCovered(
  applied: Json,
  desired: Json,
  type: TypeNode,
  depth: number,
  compared: ComparedFields,
  parent = '',
): boolean {
  if (isList(applied)) return listCovered(applied, desired, type, depth, compared);
  if (!isObject(applied)) return true;
  if (!isObject(desired)) return false;
  for (const key in applied) {
    const value = applied[key];
    if (value === undefined || isEmpty(value)) continue;
    if (depth < 2 && !compared.isCompared(depth, parent, key)) continue;
    const found = desired[key];
    if (found === undefined || isEmpty(found)) return false;
    if (typeof value === 'object' && !appliedCovered(value, found, childType(type, key), depth + 1, compared, key)) {
      return false;
    }
  }
  return true;
}

function listCovered(
  applied: readonly Json[],
  desired: Json,
  type: TypeNode,
  depth: number,
  compared: ComparedFields,
): boolean {
  if (type.kind !== 'list' || type.list === 'atomic') return true;
  if (!isList(desired)) return false;
  return applied.every((item, index) => {
    const key = itemKey(type, item);
    const near = desired[index];
    const isNear = near !== undefined && itemKey(type, near) === key;
    const found = isNear ? near : desired.find((each) => itemKey(type, each) === key);
    return found !== undefined && appliedCovered(item, found, type.items, depth + 1, compared);
  });
}
