import type { JsonPointer } from './difference.ts';
import { isList, isObject } from './json.ts';
import type { Json } from './json.ts';
import { pointerOf } from './words.ts';

/** The topmost paths at which two values of the same thing are not the same; lists of other lengths differ as a whole. */
export function differingPaths(one: Json | undefined, other: Json | undefined): ReadonlySet<JsonPointer> {
  const paths = new Set<JsonPointer>();
  collect(one, other, [], paths);
  return paths;
}

function collect(
  one: Json | undefined,
  other: Json | undefined,
  at: readonly (string | number)[],
  into: Set<JsonPointer>,
): void {
  if (one === other) return;
  if (isObject(one) && isObject(other)) {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)]))
      collect(one[key], other[key], [...at, key], into);
  } else if (isList(one) && isList(other) && one.length === other.length) {
    for (const [index, each] of one.entries()) collect(each, other[index], [...at, index], into);
  } else into.add(pointerOf(at));
}
