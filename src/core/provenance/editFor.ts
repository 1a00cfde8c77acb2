import type { Json } from '../model/json.ts';
import { isObject } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import type { Provenance, ScalarWriting } from '../model/provenance.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { pieceFor } from './splice.ts';

/** The text that makes a proven field render another value. */
export interface ScalarEdit {
  readonly place: Place;
  readonly newText: string;
}

/**
 * What to write at a proven place so that the field renders `newValue`; quotes, octal notation and indentation stay as they
 * are. `undefined` when this place alone cannot bring the value about (a joined value whose other piece differs, a map).
 */
export function editFor(provenance: Provenance, newValue: Json): ScalarEdit | undefined {
  if (provenance.kind !== 'proven' || provenance.writing === undefined) return undefined;
  const { place, writing, encoding } = provenance;
  const { before, after, isEscaped } = writing;
  const piece = pieceFor({ before, after, isEscaped, encoding }, newValue);
  const newText = piece === undefined ? undefined : textFor(writing, place, piece, newValue);
  return newText === undefined ? undefined : { place, newText };
}

function textFor(writing: ScalarWriting, place: Place, piece: string, newValue: Json): string | undefined {
  switch (writing.style) {
    case 'raw':
      return writing.outerStyle === undefined ? piece : escaped(piece, writing.outerStyle);
    case 'single':
      return innerOr(writing, piece, (text) =>
        isOneLine(text) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text),
      );
    case 'double':
      return innerOr(writing, piece, (text) => JSON.stringify(text));
    case 'literal':
    case 'folded':
      return blockText(place, piece);
    case 'plain':
      return plainText(writing, place, piece, newValue);
  }
}

/** A quoted scalar of an inline patch: its place is the text between its quotes. */
function innerOr(writing: ScalarWriting, piece: string, quote: (text: string) => string): string | undefined {
  if (writing.outerStyle === undefined) return quote(piece);
  return isOneLine(piece) ? escaped(quote(piece).slice(1, -1), writing.outerStyle) : undefined;
}

/** A text for the inside of a scalar that is written in a style; `undefined` where it cannot stand. */
function escaped(text: string, outer: ScalarWriting['style']): string | undefined {
  if (!isOneLine(text)) return undefined;
  switch (outer) {
    case 'single':
      return text.replaceAll("'", "''");
    case 'double':
      return JSON.stringify(text).slice(1, -1);
    case 'plain':
      return /: | #|^[-?:,[\]{}#&*!|>'"%@`]/.test(text) ? undefined : text;
    default:
      return text;
  }
}

function plainText(writing: ScalarWriting, place: Place, piece: string, newValue: Json): string | undefined {
  const isText = typeof writing.value === 'string';
  if (writing.isConverted === true && keepsType(writing, piece)) return piece;
  const wanted = isText || typeof newValue === 'string' ? piece : (octal(place.text, newValue) ?? piece);
  const readAs = isText || typeof newValue === 'string' ? piece : newValue;
  const text = reads(wanted, readAs, writing.isFlow) ? wanted : JSON.stringify(piece);
  const spaced = place.text === '' ? ` ${text}` : text;
  return writing.outerStyle === undefined ? spaced : escaped(spaced, writing.outerStyle);
}

/** Whether the text reads as a value of the scalar's own type. */
function keepsType({ value, isFlow }: ScalarWriting, piece: string): boolean {
  if (typeof value === 'number') return piece.trim() !== '' && reads(piece, Number(piece), isFlow);
  return (piece === 'true' || piece === 'false') && reads(piece, piece === 'true', isFlow);
}

/** A file mode stays in octal: `0644` becomes `0640`. */
function octal(before: string, value: Json): string | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return undefined;
  const prefix = /^(0o?)[0-7]+$/.exec(before)?.[1];
  return prefix === undefined ? undefined : prefix + value.toString(8);
}

/** Whether every tool reads the bare text as this value. */
function reads(text: string, value: Json, isFlow: boolean): boolean {
  if (!isOneLine(text)) return false;
  return (['plain', 'kustomize'] as const).every((profile) => {
    const { documents, problems } = readYaml(isFlow ? `{value: ${text}, next: 1}` : `value: ${text}`, profile);
    const read = documents[0]?.value;
    return problems.length === 0 && isObject(read) && read.value === value && (!isFlow || read.next === 1);
  });
}

function isOneLine(text: string): boolean {
  return !/[\n\r]/.test(text);
}

/** A block scalar with other lines, indented as before; its sign tells how the text ends. */
function blockText(place: Place, piece: string): string {
  const lines = place.text.split('\n').slice(1);
  const indent = /^ */.exec(lines.find((line) => line.trim() !== '') ?? '')?.[0] ?? '  ';
  const body = piece.replace(/\n+$/, '');
  const end = piece.slice(body.length);
  const sign = end === '' ? '-' : end === '\n' ? '' : '+';
  const needsIndicator = body.startsWith(' ') ? String(indent.length) : '';
  const text = [
    `|${needsIndicator}${sign}`,
    ...body.split('\n').map((line) => (line === '' ? '' : indent + line)),
  ].join('\n');
  const isAtEnd = !place.text.endsWith('\n');
  return isAtEnd ? text : `${text}${end === '' ? '\n' : end}`;
}
