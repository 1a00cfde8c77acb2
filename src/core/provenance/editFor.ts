import type { Json } from '../model/json.ts';
import { isList, isObject } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import type { Provenance, RoledPlace, ScalarWriting } from '../model/provenance.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { pieceFor } from './splice.ts';

/** What to write so that a field renders another value, or why nothing can be written. */
export type EditAnswer = ScalarEdit | EditRefusal;

/** The text that makes a proven field render another value. */
export interface ScalarEdit {
  readonly kind: 'edit';
  readonly place: Place;
  readonly newText: string;
}

/** Why one text alone cannot bring a value about; stable codes, and the reason as a sentence for people. */
export interface EditRefusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly why: string;
  /** Places that help to do it by hand. */
  readonly also: readonly RoledPlace[];
}

export type RefusalCode =
  /** The place is still being looked for. */
  | 'waiting'
  /** No scalar is proven to decide the field: computed, generated, fetched, or asked of the cluster. */
  | 'unproven'
  /** The place decides whether the field is there, not what it says. */
  | 'switch'
  /** The wanted value is a map or a list. */
  | 'structure'
  /** Several scalars make the value, and more than one of them would have to change. */
  | 'joined'
  /** The file's encryption covers the scalar. */
  | 'encrypted'
  /** The value cannot be written in the notation that the place has. */
  | 'notation'
  /** Nothing in the cluster could be written: the difference is another one. */
  | 'no-live-value'
  /** It is the value of a Secret, which is never read. */
  | 'secret';

/**
 * What to write at a proven place so that the field renders `newValue`; quotes, octal notation and indentation stay as they
 * are.
 */
export function editFor(provenance: Provenance | undefined, newValue: Json): EditAnswer {
  if (provenance === undefined) return refused('waiting', 'The line that decides it is still being looked for.');
  if (provenance.kind === 'unknown') return refused('unproven', provenance.why, provenance.also);
  const { place, writing, encoding, also } = provenance;
  const where = `${place.file}:${String(place.range.line)}`;
  if (writing === undefined)
    return refused('switch', `${where} decides whether the field is there; its value is written elsewhere.`, also);
  if (writing.isSealed === true)
    return refused(
      'encrypted',
      `${place.file} is encrypted with SOPS, whose seal covers every value. Edit it with sops.`,
    );
  if (isObject(newValue) || isList(newValue))
    return refused('structure', `The cluster holds a map or a list there, which no single scalar at ${where} can say.`);
  const { before, after, isEscaped } = writing;
  const piece = pieceFor({ before, after, isEscaped, encoding }, newValue);
  if (piece === undefined) return refused('joined', joinedWords(provenance, where), also);
  const newText = textFor(writing, place, piece, newValue);
  return newText === undefined
    ? refused('notation', `The value cannot be written the way ${where} is written. Change the notation there first.`)
    : { kind: 'edit', place, newText };
}

function refused(code: RefusalCode, why: string, also: readonly RoledPlace[] = []): EditRefusal {
  return { kind: 'refused', code, why, also };
}

/** Parts of fetched or rendered text have no place; the fixed text around the piece is then all there is to say. */
function joinedWords({ also, encoding, writing }: Extract<Provenance, { kind: 'proven' }>, where: string): string {
  if (encoding === 'base64') return `${where} is rendered as base64, and the wanted value is none.`;
  const parts = also
    .filter(({ role }) => role === 'part')
    .map(({ place }) => `${place.file}:${String(place.range.line)}`);
  const others = parts.length > 0 ? parts.join(', ') : 'text around it';
  const fixed = [writing?.before, writing?.after].filter((each) => each !== undefined && each !== '').join(' … ');
  return `The value is joined from ${where} and ${others}; more than the one piece differs (“${fixed}” stays).`;
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
