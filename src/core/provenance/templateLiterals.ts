import type { RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import { lineIndex, placeAt } from '../yaml/locatePlace.ts';
import type { LineOf } from '../yaml/locatePlace.ts';
import type { ScalarStyle } from '../yaml/locateScalars.ts';
import type { Collection } from './collection.ts';
import { keywordOf, templateBlocks, templateSegments } from '../render/templateText.ts';
import type { TemplateBlock, TemplateSegment } from '../render/templateText.ts';
import type { Field } from './writing.ts';

/** Adds the literals of a chart's template: scalars and words of its text, strings and numbers of its actions. */
export function addTemplate(into: Collection, file: RepoPath, text: string): void {
  const segments = templateSegments(text);
  const defines = templateBlocks(segments).filter(({ keyword }) => keyword === 'define');
  const literals: Literals = { into, file, text, lineOf: lineIndex(text), defines };
  addText(literals, segments);
  for (const segment of segments) if (segment.kind === 'action') addCode(literals, segment);
}

interface Literals {
  readonly into: Collection;
  readonly file: RepoPath;
  readonly text: string;
  readonly lineOf: LineOf;
  readonly defines: readonly TemplateBlock[];
}

/** Stands for each character of an action, so that offsets stay. */
const masked = '\u0000';

/** The scalars of the text, line by line; one that is interrupted by an action counts by its words. */
function addText(literals: Literals, segments: readonly TemplateSegment[]): void {
  const shown = segments.map(({ kind, start, end }) =>
    kind === 'text' ? literals.text.slice(start, end) : masked.repeat(end - start),
  );
  let start = 0;
  for (const line of shown.join('').split('\n')) {
    if (!/^\s*#/.test(line)) addLine(literals, line.replace(/\r$/, ''), start);
    start += line.length + 1;
  }
}

const scalar = /"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|[^\s,[\]{}"']+/g;

function addLine(literals: Literals, line: string, start: number): void {
  const rest = /^\s*(?:- +)*(?:([^\s:#"'{}[\]\0]+): +)?/.exec(line);
  const from = rest?.[0].length ?? 0;
  const whole = line
    .slice(from)
    .replace(/\s+#.*$/, '')
    .trimEnd();
  if (/^[^"'[{|>&*!\0][^\0]*$/.test(whole) && /\s/.test(whole))
    add(literals, start + from, start + from + whole.length, 'plain', rest?.[1]);
  for (const match of line.matchAll(scalar)) {
    const [token] = match;
    const at = start + match.index;
    if (line[match.index + token.length] === ':' || token.endsWith(':')) continue;
    const key = /([\w./-]+)["']?: *$/.exec(line.slice(0, match.index))?.[1];
    if (!token.includes(masked)) add(literals, at, at + token.length, styleOf(token), key);
    else for (const word of token.matchAll(/[^\0"']+/g)) addWord(literals, at + word.index, word[0]);
  }
}

function styleOf(token: string): ScalarStyle {
  return token.startsWith('"') ? 'double' : token.startsWith("'") ? 'single' : 'plain';
}

/** A word between actions, without the signs that join it. */
function addWord(literals: Literals, start: number, text: string): void {
  const [, lead = '', word = ''] = /^([^\p{L}\p{N}]*)(.*?)[^\p{L}\p{N}]*$/su.exec(text) ?? [];
  if (word !== '') add(literals, start + lead.length, start + lead.length + word.length, 'raw', undefined);
}

const literalInCode = /"((?:\\.|[^"\\])*)"|`[^`]*`|(?<![\w.$"-])(?:-?\d+(?:\.\d+)?|true|false)\b/g;

/** Names of templates and of files are no values. */
function addCode(literals: Literals, segment: TemplateSegment): void {
  if (['define', 'template', 'block'].includes(keywordOf(segment))) return;
  for (const match of segment.code.matchAll(literalInCode)) {
    const [token] = match;
    if (/\b(?:include|template|lookup)\s+$/.test(segment.code.slice(0, match.index))) continue;
    const start = segment.codeStart + match.index;
    if (token.startsWith('`')) add(literals, start + 1, start + token.length - 1, 'raw', undefined);
    else add(literals, start, start + token.length, styleOf(token), undefined);
  }
}

function add(literals: Literals, start: number, end: number, style: ScalarStyle, key: string | undefined): void {
  const { into, file, text, lineOf, defines } = literals;
  const source = text.slice(start, end);
  const value = valueOf(source, style);
  if (value === undefined || source === '') return;
  const isHelper = defines.some((block) => block.start <= start && end <= block.end);
  const via: Via = isHelper ? 'helm-helper' : 'helm-literal';
  const template = isHelper ? undefined : file;
  const mayWrite = ({ tokens }: Field): boolean => key !== undefined && tokens.at(-1) === key;
  const site = { place: placeAt(file, text, start, end, lineOf), value, style, isFlow: false };
  into.add(site, { via, mayWrite, isDirect: false, template });
}

/** What a literal stands for; escapes other than quotes are left to nobody's guess. */
function valueOf(source: string, style: ScalarStyle): string | number | boolean | undefined {
  switch (style) {
    case 'double':
      try {
        const read: unknown = JSON.parse(source);
        return typeof read === 'string' ? read : undefined;
      } catch {
        return undefined;
      }
    case 'single':
      return source.slice(1, -1).replaceAll("''", "'");
    case 'plain':
      if (source === 'true' || source === 'false') return source === 'true';
      return /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(source) ? Number(source) : source;
    default:
      return source;
  }
}
