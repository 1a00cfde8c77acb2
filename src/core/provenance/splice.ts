import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { decodeBase64, encodeBase64 } from '../render/base64.ts';
import type { Writing } from './writing.ts';

/** How a scalar's text stands in a rendered value: `before + text + after`, or encoded as a whole. */
export interface Splice {
  readonly before: string;
  readonly after: string;
  readonly encoding?: 'base64' | undefined;
  /** The scalar writes `$${` for what renders as `${` (Flux substitution). */
  readonly isEscaped?: boolean | undefined;
}

/** Every way in which a scalar's value is visible in a rendered value; whole values first. */
export function splicesOf(writing: Writing, rendered: Json): readonly Splice[] {
  const { value } = writing;
  if (isList(rendered) || isObject(rendered)) return [];
  if (rendered === null || value === null) return rendered === value ? [whole] : [];
  if (String(rendered) === String(value)) return [whole];
  if (unescaped(String(value)) === rendered) return [{ ...whole, isEscaped: true }];
  if (typeof rendered !== 'string' || value === '' || typeof value === 'boolean') return [];
  if (decodeBase64(rendered) === String(value)) return [{ ...whole, encoding: 'base64' }];
  return occurrences(rendered, String(value));
}

const whole: Splice = { before: '', after: '' };

/** Flux turns `$${x}` into `${x}`. */
function unescaped(text: string): string {
  return text.replaceAll('$${', '${');
}

function occurrences(rendered: string, piece: string): readonly Splice[] {
  const found: Splice[] = [];
  for (let at = rendered.indexOf(piece); at >= 0; at = rendered.indexOf(piece, at + 1)) {
    found.push({ before: rendered.slice(0, at), after: rendered.slice(at + piece.length) });
  }
  return found;
}

/** The value that a field must have after a scalar was exchanged for another of the value `piece`. */
export function spliced(splice: Splice, piece: string): string {
  return splice.encoding === 'base64' ? encodeBase64(piece) : splice.before + piece + splice.after;
}

/** The piece that makes a field render a value; `undefined` when this piece alone cannot. */
export function pieceFor(splice: Splice, wanted: Json): string | undefined {
  if (isList(wanted) || isObject(wanted) || wanted === null) return undefined;
  const text = String(wanted);
  if (splice.encoding === 'base64') return decodeBase64(text);
  const { before, after, isEscaped } = splice;
  if (isEscaped) return text.replaceAll('${', () => '$${');
  const isJoined = text.startsWith(before) && text.endsWith(after) && text.length >= before.length + after.length;
  return isJoined ? text.slice(before.length, text.length - after.length) : undefined;
}

/** Whether the difference between two values lies, at least in part, in this piece. */
export function touchesPiece(splice: Splice, rendered: Json, wanted: Json): boolean {
  if (isList(rendered) || isObject(rendered) || isList(wanted) || isObject(wanted)) return true;
  if (splice.before === '' && splice.after === '') return true;
  const [from, to] = [String(rendered), String(wanted)];
  const shared = commonPrefix(from, to);
  const rest = Math.min(from.length, to.length) - shared;
  const sharedEnd = Math.min(rest, commonPrefix(reverse(from), reverse(to)));
  return shared <= from.length - splice.after.length && from.length - sharedEnd >= splice.before.length;
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function reverse(text: string): string {
  return text.split('').reverse().join('');
}
