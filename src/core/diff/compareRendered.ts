import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { FieldDifference } from '../model/difference.ts';
import type { KubeObject } from '../model/resource.ts';
import { isEmpty } from './emptiness.ts';
import { pairItems } from './keyedLists.ts';
import { pointerOfPath } from './path.ts';
import type { Path } from './path.ts';
import { builtIn } from './schema/builtInSchemas.ts';
import { anyType, childType } from './schema/typeSchemas.ts';
import type { ListType, TypeNode, TypeSchemas } from './schema/typeSchemas.ts';

/**
 * What changes between two renderings of one object, both ways: `before` stands as `live`, `after` as `desired`. Other
 * than against a cluster every declared field counts, and text counts as written. Keyed lists pair by key; empty is absent.
 */
export function compareRendered(
  before: KubeObject,
  after: KubeObject,
  schemas: TypeSchemas = builtIn,
): readonly FieldDifference[] {
  const found: FieldDifference[] = [];
  const type = schemas.typeOf(after.apiVersion, after.kind) ?? anyType;
  compare(before, after, type, undefined, undefined, found);
  return found;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  type: TypeNode,
  beforePath: Path | undefined,
  path: Path | undefined,
  into: FieldDifference[],
): void {
  if (before === after || (isEmpty(before) && isEmpty(after))) return;
  if (before === undefined || isEmpty(before)) into.push({ path: pointerOfPath(path), change: 'add', desired: after });
  else if (after === undefined || isEmpty(after)) {
    into.push({ path: pointerOfPath(beforePath), change: 'remove', live: before, at: 'live' });
  } else if (isObject(before) && isObject(after)) compareMaps(before, after, type, beforePath, path, into);
  else if (isList(before) && isList(after)) compareLists(before, after, type, beforePath, path, into);
  else into.push({ path: pointerOfPath(path), change: 'modify', desired: after, live: before });
}

function compareMaps(
  before: JsonObject,
  after: JsonObject,
  type: TypeNode,
  beforePath: Path | undefined,
  path: Path | undefined,
  into: FieldDifference[],
): void {
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const [parent, own] = [
      { parent: beforePath, key },
      { parent: path, key },
    ];
    compare(before[key], after[key], childType(type, key), parent, own, into);
  }
}

function compareLists(
  before: readonly Json[],
  after: readonly Json[],
  type: TypeNode,
  beforePath: Path | undefined,
  path: Path | undefined,
  into: FieldDifference[],
): void {
  if (type.kind === 'list' && type.list !== 'atomic') {
    compareItems(before, after, type, beforePath, path, into);
  } else if (before.length === after.length) {
    for (const [key, item] of after.entries()) {
      compare(before[key], item, childType(type, key), { parent: beforePath, key }, { parent: path, key }, into);
    }
  } else into.push({ path: pointerOfPath(path), change: 'modify', desired: after, live: before });
}

function compareItems(
  before: readonly Json[],
  after: readonly Json[],
  type: ListType,
  beforePath: Path | undefined,
  path: Path | undefined,
  into: FieldDifference[],
): void {
  const left = new Set(before.keys());
  for (const pair of pairItems(type, after, before)) {
    const old = pair.live === undefined ? undefined : before[pair.live];
    const oldPath = { parent: beforePath, key: pair.live ?? pair.desired };
    if (pair.live !== undefined) left.delete(pair.live);
    compare(old, after[pair.desired], type.items, oldPath, { parent: path, key: pair.desired }, into);
  }
  for (const key of left) {
    compare(before[key], undefined, type.items, { parent: beforePath, key }, { parent: path, key }, into);
  }
}
