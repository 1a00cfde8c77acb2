import type { Place, RepoPath } from '../model/place.ts';

/** Line and column, both from 1, of an offset in UTF-16 units. */
export type LineOf = (offset: number) => { readonly line: number; readonly column: number };

/** The place of a stretch of a file's text; offsets in UTF-16 units, `end` exclusive. */
export function placeAt(file: RepoPath, text: string, start: number, end: number, lineOf: LineOf): Place {
  const from = lineOf(start);
  const to = lineOf(end);
  return {
    file,
    range: { line: from.line, column: from.column, endLine: to.line, endColumn: to.column },
    start,
    end,
    text: text.slice(start, end),
  };
}

/** A `LineOf` for a text. */
export function lineIndex(text: string): LineOf {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const line = upperBound(starts, offset);
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}

/** How many of the ascending numbers are not above `limit`. */
function upperBound(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
