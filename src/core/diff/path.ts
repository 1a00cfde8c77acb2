import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { JsonPointer } from '../model/difference.ts';
import { pointerOf } from '../model/words.ts';

/** A place in an object, linked towards the root (`undefined`): cheap to extend while walking, written out only for findings. */
export interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
}

/** The reference tokens from the root down. */
export function partsOf(path: Path | undefined): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.parent) parts.push(at.key);
  return parts.reverse();
}

/** The JSON pointer of a path. */
export function pointerOfPath(path: Path | undefined): JsonPointer {
  return pointerOf(partsOf(path));
}

/** The path of reference tokens. */
export function pathOf(...parts: readonly (string | number)[]): Path | undefined {
  return parts.reduce<Path | undefined>((parent, key) => ({ parent, key }), undefined);
}

/** The value under reference tokens, list items by index; `undefined` for nothing there. */
export function valueUnder(value: Json | undefined, parts: readonly (string | number)[]): Json | undefined {
  return parts.reduce<Json | undefined>((at, part) => {
    if (isList(at)) return at[Number(part)];
    return isObject(at) && Object.hasOwn(at, part) ? at[String(part)] : undefined;
  }, value);
}
