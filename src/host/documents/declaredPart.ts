import { isList, isObject } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import { pointerOf } from '../../core/model/words.ts';

/** Keys by which Kubernetes lists tell their elements apart. */
const identities: readonly string[] = ['name', 'key', 'containerPort', 'port', 'mountPath', 'ip', 'type'];

/**
 * A live object without what Git does not declare and nobody counts as a difference: defaults, and labels and
 * annotations of controllers. `kept` has the pointers of fields that differ; what lies at, over or under them stays. A
 * list element that Git does not declare stays as well, because it may be what somebody added.
 */
export function declaredPart(live: JsonObject, declared: JsonObject, kept: readonly string[]): JsonObject {
  return partOfObject(live, declared, '', kept);
}

function partOf(live: Json, declared: Json, path: string, kept: readonly string[]): Json {
  if (isObject(live) && isObject(declared)) return partOfObject(live, declared, path, kept);
  if (isList(live) && isList(declared)) return partOfList(live, declared, path, kept);
  return live;
}

function partOfObject(live: JsonObject, declared: JsonObject, path: string, kept: readonly string[]): JsonObject {
  const fields = Object.entries(live).flatMap(([key, value]): readonly (readonly [string, Json])[] => {
    const at = path + pointerOf([key]);
    const wanted = declared[key];
    if (wanted !== undefined) return [[key, partOf(value, wanted, at, kept)]];
    return kept.some((pointer) => isOnTheWay(pointer, at)) ? [[key, value]] : [];
  });
  return Object.fromEntries(fields);
}

function partOfList(live: readonly Json[], declared: readonly Json[], path: string, kept: readonly string[]): Json {
  const identity = identities.find((key) => [...live, ...declared].every((item) => isObject(item) && key in item));
  return live.map((item, index) => {
    const other = identity === undefined ? declared[index] : declared.find((each) => isSame(each, item, identity));
    // Without an identity only lists of the same length are taken to be the same elements.
    const isPaired = other !== undefined && (identity !== undefined || live.length === declared.length);
    return isPaired ? partOf(item, other, path + pointerOf([index]), kept) : item;
  });
}

function isSame(a: Json, b: Json, key: string): boolean {
  return isObject(a) && isObject(b) && a[key] === b[key];
}

function isOnTheWay(pointer: string, at: string): boolean {
  return pointer === at || pointer.startsWith(`${at}/`) || at.startsWith(`${pointer}/`);
}
