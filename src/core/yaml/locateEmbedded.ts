import { placeAt } from './locatePlace.ts';
import { locateScalars } from './locateScalars.ts';
import type { LocatedText, ScalarSite } from './locateScalars.ts';
import type { Json } from '../model/json.ts';

/** A YAML or JSON text inside a scalar (an inline patch), its scalars placed in the file around it. */
export interface EmbeddedText {
  readonly documents: readonly { readonly value: Json; readonly index: number }[];
  /** Paths are those inside the embedded text; places never include quotes of the embedded text. */
  readonly sites: readonly EmbeddedSite[];
}

export interface EmbeddedSite extends ScalarSite {
  /** How the scalar around it is written, for escaping. */
  readonly outerStyle: ScalarSite['style'];
}

/** Reads the text inside a scalar; `undefined` when it is not YAML or its characters cannot be followed to the file. */
export function locateEmbedded(outer: ScalarSite, around: LocatedText): EmbeddedText | undefined {
  if (typeof outer.value !== 'string') return undefined;
  const offsets = contentOffsets(outer, outer.value);
  const inner = locateScalars(around.file, outer.value, 'kustomize');
  if (offsets === undefined || inner.reading.documents.length === 0) return undefined;
  const sites = inner.sites.flatMap((site): EmbeddedSite[] => {
    const isQuoted = site.style === 'single' || site.style === 'double';
    const start = offsets[site.place.start + (isQuoted ? 1 : 0)];
    const end = offsets[site.place.end - (isQuoted ? 1 : 0)];
    if (start === undefined || end === undefined) return [];
    return [{ ...site, place: placeAt(around.file, around.text, start, end, around.lineOf), outerStyle: outer.style }];
  });
  return { documents: inner.reading.documents, sites };
}

/** A scalar, perhaps one of a text inside another. */
type MaybeEmbedded = Pick<ScalarSite, 'place' | 'style'> & { readonly outerStyle?: ScalarSite['style'] | undefined };

/** For each character of a scalar's value its offset in the file, and one more for the end; `undefined` when that is not plain to see. */
export function contentOffsets(site: MaybeEmbedded, value: string): readonly number[] | undefined {
  switch (site.style) {
    case 'plain':
    case 'raw':
      return site.place.text === value ? sequence(site.place.start, value.length) : undefined;
    case 'single':
    case 'double':
      // The place of a quoted scalar inside another is the text between its quotes.
      if (site.outerStyle === undefined) return quotedOffsets(site, value);
      return site.place.text === value ? sequence(site.place.start, value.length) : undefined;
    case 'literal':
      return literalOffsets(site, value);
    case 'folded':
      return undefined;
  }
}

function sequence(start: number, length: number): readonly number[] {
  return Array.from({ length: length + 1 }, (_, index) => start + index);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\', '/': '/', r: '\r' };

function quotedOffsets({ place, style }: MaybeEmbedded, value: string): readonly number[] | undefined {
  const source = place.text;
  const offsets: number[] = [];
  let at = 1;
  for (const unit of value.split('')) {
    offsets.push(place.start + at);
    const char = source[at];
    if (style === 'single' && char === "'") at += 1;
    const isEscaped = style === 'double' && char === '\\';
    if (isEscaped) at += 1;
    const read = isEscaped ? escapes[source[at] ?? ''] : source[at];
    // A folded line or a rare escape: the text cannot be followed character by character.
    if (read !== unit) return undefined;
    at += 1;
  }
  return at === source.length - 1 ? [...offsets, place.start + at] : undefined;
}

function literalOffsets({ place }: MaybeEmbedded, value: string): readonly number[] | undefined {
  const lines = place.text.split('\n');
  const content = value.split('\n');
  const first = content.findIndex((line) => line.trim() !== '');
  const indent = leading(lines[first + 1] ?? '') - leading(content[first] ?? '');
  if (first < 0 || indent < 0) return undefined;
  const offsets: number[] = [];
  let at = place.start + (lines[0] ?? '').length + 1;
  for (const [index, line] of content.entries()) {
    const source = lines[index + 1];
    const isLast = index === content.length - 1;
    if (source === undefined) return isLast && line === '' ? [...offsets, place.end] : undefined;
    if (line !== '' && source.slice(indent).replace(/\r$/, '') !== line) return undefined;
    const start = at + (line === '' ? 0 : indent);
    for (let column = 0; column < line.length; column++) offsets.push(start + column);
    // The line feed of the content, or the end of all.
    offsets.push(start + line.length);
    at += source.length + 1;
  }
  return offsets;
}

function leading(line: string): number {
  return line.length - line.trimStart().length;
}
