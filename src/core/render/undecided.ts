import { differingPaths } from '../model/differingPaths.ts';
import type { RenderedObject, UndecidedField } from '../model/rendering.ts';

/**
 * Marks the fields that a rendering under other assumptions gives otherwise: what the assumption stands for decides them.
 * An object that the other rendering does not have is open as a whole.
 */
export function markDiffering(
  objects: readonly RenderedObject[],
  others: readonly RenderedObject[],
  why: string,
): readonly RenderedObject[] {
  const known = new Map(others.map((each) => [each.key, each.object]));
  return objects.map((each) => {
    const other = known.get(each.key);
    const paths = other === undefined ? [''] : [...differingPaths(each.object, other)];
    return paths.length === 0
      ? each
      : withUndecided(
          each,
          paths.map((path) => ({ path, why })),
        );
  });
}

/** Marks whole objects. */
export function markAll(objects: readonly RenderedObject[], why: string): readonly RenderedObject[] {
  return objects.map((each) => withUndecided(each, [{ path: '', why }]));
}

function withUndecided(object: RenderedObject, more: readonly UndecidedField[]): RenderedObject {
  return { ...object, undecided: [...(object.undecided ?? []), ...more] };
}
