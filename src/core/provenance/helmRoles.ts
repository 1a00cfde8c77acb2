import type { RepoPath } from '../model/place.ts';
import type { RoledPlace } from '../model/provenance.ts';
import { lineIndex, placeAt } from '../yaml/locatePlace.ts';
import type { PathToken } from '../yaml/locateScalars.ts';
import type { Collection } from './collection.ts';
import { templateSegments } from '../render/templateText.ts';
import type { Writing } from './writing.ts';

/** What stands beside a value that decides: the values of the same path that lose, and the expression that takes it. */
export function helmRoles(
  winner: Writing,
  collection: Collection,
  origin: RepoPath | undefined,
): readonly RoledPlace[] {
  const { valuesPath } = winner;
  if (valuesPath === undefined) return [];
  const path = JSON.stringify(valuesPath);
  // A later list replaces the earlier one as a whole, so that equal positions have nothing to do with each other.
  const isInList = valuesPath.some((token) => typeof token === 'number');
  const overridden = collection.writings.filter(
    (each) =>
      !isInList &&
      each.order < winner.order &&
      each.valuesPath !== undefined &&
      JSON.stringify(each.valuesPath) === path,
  );
  const bases = overridden.map(({ place }) => ({ place, role: 'overridden-base' }) as const);
  return [...bases, ...expressionsFor(valuesPath, collection, origin)];
}

/**
 * The action of the object's own template, or of a helper, that names the value or the nearest map or list around it; a
 * subchart names it without its own name.
 */
function expressionsFor(
  path: readonly PathToken[],
  { templates }: Collection,
  origin: RepoPath | undefined,
): readonly RoledPlace[] {
  const own = templates.filter((each) => each.file === origin);
  const helpers = templates.filter((each) => each.file.endsWith('.tpl'));
  for (let length = path.length; length > 0; length--) {
    const around = path.slice(0, length);
    const names = [around, around.slice(1)]
      .filter((each) => each.length > 0)
      .map((each) => `.Values.${each.join('.')}`);
    for (const { file, text } of [...own, ...helpers]) {
      const segment = templateSegments(text).find(({ code }) => names.some((name) => mentions(code, name)));
      if (segment !== undefined)
        return [{ place: placeAt(file, text, segment.start, segment.end, lineIndex(text)), role: 'template' }];
    }
  }
  return [];
}

function mentions(code: string, name: string): boolean {
  const at = code.indexOf(name);
  return at >= 0 && !/^[\w.]/.test(code.slice(at + name.length));
}
