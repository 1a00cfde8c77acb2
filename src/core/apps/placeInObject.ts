import type { JsonPointer } from '../model/difference.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import type { DeclaredObject } from './fileFacts.ts';

/** The line of a pointer in a declared object: of its scalar, or of the first one in it; else of the object's name. */
export function placeInObject(
  { file, document, place }: Pick<DeclaredObject, 'file' | 'document' | 'place'>,
  pointer: JsonPointer,
  textOf: (file: RepoPath) => string | undefined,
): Pick<RenderProblem, 'file' | 'line' | 'column'> {
  const text = textOf(file);
  const all = text === undefined ? [] : locateScalars(file, text, 'plain').sites;
  const sites = all.filter((each) => each.document === document);
  const name = sites.find((site) => site.place.start === place.start);
  const prefix = name === undefined ? '' : pointerTo(name.path.slice(0, -2));
  const found = sites.find((site) => `${pointerTo(site.path)}/`.startsWith(`${prefix}${pointer}/`))?.place ?? place;
  return { file, line: found.range.line, column: found.range.column };
}

function pointerTo(path: readonly (string | number)[]): string {
  return path.map((token) => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
