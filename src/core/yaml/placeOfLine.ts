import type { Place } from '../model/place.ts';
import type { ScalarSite } from './locateScalars.ts';

/** The place of a scalar, or of one `line` (from 1) of its text where that is a block that is written line by line. */
export function placeOfLine({ place, style }: ScalarSite, line: number | undefined): Place {
  return line !== undefined && style === 'literal' ? lineOfBlock(place, line) : place;
}

/** The first line of a block scalar is its sign (`|`). */
function lineOfBlock(place: Place, line: number): Place {
  const lines = place.text.split('\n');
  const text = lines[line]?.trim();
  if (text === undefined || text === '') return place;
  const indent = (lines[line] ?? '').indexOf(text);
  const start = place.start + lines.slice(0, line).join('\n').length + 1 + indent;
  const at = place.range.line + line;
  const range = { line: at, column: indent + 1, endLine: at, endColumn: indent + 1 + text.length };
  return { file: place.file, range, start, end: start + text.length, text };
}
