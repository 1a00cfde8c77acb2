import { isCount, isText, shape } from './guard.ts';
import type { Guard } from './guard.ts';

/** Exchanges a stretch of text; lines and characters count from 0, characters in UTF-16 units, the end is exclusive (as in LSP). */
export interface TextChange {
  readonly startLine: number;
  readonly startCharacter: number;
  readonly endLine: number;
  readonly endCharacter: number;
  readonly text: string;
}

/** Accepts a change of text. */
export const isTextChange: Guard<TextChange> = shape<TextChange>({
  startLine: isCount,
  startCharacter: isCount,
  endLine: isCount,
  endCharacter: isCount,
  text: isText,
});

/** The one change that turns `before` into `after`: what lies between their common start and common end; `undefined` when equal. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const start = commonStart(before, after);
  const tail = commonEnd(before, after, start);
  const from = positionAt(before, start);
  const to = positionAt(before, before.length - tail);
  return {
    startLine: from.line,
    startCharacter: from.character,
    endLine: to.line,
    endCharacter: to.character,
    text: after.slice(start, after.length - tail),
  };
}

/** Applies changes that are all against the same text and do not overlap. */
export function applyChanges(text: string, changes: readonly TextChange[]): string {
  const starts = lineStarts(text);
  const offsetOf = (line: number, character: number): number => (starts[line] ?? text.length) + character;
  return changes
    .map((change) => ({
      start: offsetOf(change.startLine, change.startCharacter),
      end: offsetOf(change.endLine, change.endCharacter),
      text: change.text,
    }))
    .sort((a, b) => b.start - a.start)
    .reduce((result, change) => result.slice(0, change.start) + change.text + result.slice(change.end), text);
}

/** Whether two lists of changes are the same, in any order; an editor reports simultaneous changes from the end. */
export function sameChanges(a: readonly TextChange[], b: readonly TextChange[]): boolean {
  const words = (changes: readonly TextChange[]): string => changes.map(wordsOf).sort().join('\n');
  return a.length === b.length && words(a) === words(b);
}

function wordsOf(change: TextChange): string {
  const { startLine, startCharacter, endLine, endCharacter, text } = change;
  return JSON.stringify([startLine, startCharacter, endLine, endCharacter, text]);
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at > 0 && isUnsplittable(a, b, at) ? at - 1 : at;
}

function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  const splits = (text: string): boolean => isInsideUnit(text, text.length - length);
  return length > 0 && (splits(a) || splits(b)) ? length - 1 : length;
}

function isUnsplittable(a: string, b: string, at: number): boolean {
  return isInsideUnit(a, at) || isInsideUnit(b, at);
}

/** Whether a cut at `at` would part a surrogate pair or a CRLF, which editors refuse to do. */
function isInsideUnit(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  if (before === 13 && after === 10) return true;
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

function positionAt(text: string, offset: number): { readonly line: number; readonly character: number } {
  const head = text.slice(0, offset);
  const breaks = lineStarts(head);
  return { line: breaks.length - 1, character: offset - (breaks.at(-1) ?? 0) };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}
