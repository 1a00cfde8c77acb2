import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { JsonPointer } from '../model/difference.ts';
import { pointerOf } from '../model/words.ts';
import type { DiffInput } from './diffInput.ts';

/** The fields on which two renders of the same sources disagree (random or time-dependent templates). */
export function unstablePaths(input: DiffInput): ReadonlySet<JsonPointer> {
  const second = input.app?.secondRender;
  const paths = new Set<JsonPointer>();
  if (second !== undefined && input.desired !== undefined) collect(input.desired, second, [], paths);
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
