import { isMap, isNode, isScalar } from 'yaml';
import type { Document } from 'yaml';
import type { JsonPointer } from '../model/difference.ts';
import type { RepoPath } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { pointerParts } from '../model/words.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import type { DeclaredObject } from './fileFacts.ts';

/** The line of a pointer in a declared object: of the scalar, or of the key of what is there; else that of the object's name. */
export function placeInObject(
  { file, document, place }: Pick<DeclaredObject, 'file' | 'document' | 'place'>,
  pointer: JsonPointer,
  textOf: (file: RepoPath) => string | undefined,
): Pick<RenderProblem, 'file' | 'line' | 'column'> {
  const text = textOf(file);
  const located = text === undefined ? undefined : locateScalars(file, text, 'plain');
  const name = located?.sites.find((site) => site.document === document && site.place.start === place.start);
  const read = located?.reading.documents.find(({ index }) => index === document);
  const start = read && startOf(read.document, [...(name?.path.slice(0, -2) ?? []), ...pointerParts(pointer)]);
  return { file, ...(start === undefined || located === undefined ? lineOfPlace(place) : located.lineOf(start)) };
}

/** Where a scalar begins; of a map or list its key, of an item itself. */
function startOf(document: Document, path: readonly (string | number)[]): number | undefined {
  const node = document.getIn(path, true);
  if (!isNode(node)) return undefined;
  const parent = document.getIn(path.slice(0, -1), true);
  const pair = isScalar(node) || !isMap(parent) ? undefined : parent.items.find(({ value }) => value === node);
  return (isScalar(pair?.key) ? pair.key : node).range?.[0];
}

function lineOfPlace({ range: { line, column } }: DeclaredObject['place']): { line: number; column: number } {
  return { line, column };
}
