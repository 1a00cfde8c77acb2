import type { Writing } from './writing.ts';

/** A text to put in a scalar's place, and the value that it stands for. */
export interface Probe {
  /** With the scalar's own quotes. */
  readonly text: string;
  /** As it shows in a rendered value. */
  readonly shown: string;
}

/**
 * Another value of the scalar's own type which occurs nowhere else; `index` keeps probes of one rendering apart.
 * Booleans have one other value only, so two of them cannot be told apart in one rendering.
 */
export function probeFor(writing: Writing, index: number): Probe {
  const { value, style, place, outerStyle } = writing;
  if (writing.isKey === true) return keyProbe(writing, index);
  const shown = shownValue(value, index);
  // The place of a quoted scalar in an inline patch is the text between its quotes.
  // A file keeps the line feed at its end, which a block scalar around it would add.
  if (style === 'raw' && String(value).endsWith('\n')) return { text: `${shown}\n`, shown: `${shown}\n` };
  if (style === 'raw' || (outerStyle !== undefined && style !== 'plain')) return { text: shown, shown };
  switch (style) {
    case 'single':
      return { text: `'${shown}'`, shown };
    case 'double':
      return { text: `"${shown}"`, shown };
    case 'literal':
    case 'folded':
      return { text: `"${shown}"${place.text.endsWith('\n') ? '\n' : ''}`, shown };
    case 'plain':
      // An empty scalar needs a space between the colon and itself.
      return { text: place.text === '' ? ` ${shown}` : shown, shown };
  }
}

/** A number beside the scalar's own, for where another one is refused: a chart's schema may bound what is taken. */
export function nearProbe({ value, style, isKey }: Writing): Probe | undefined {
  const number = typeof value === 'number' && style === 'plain' && isKey !== true ? value : NaN;
  if (!Number.isSafeInteger(number)) return undefined;
  const shown = String(number > 1 ? number - 1 : number + 1);
  return { text: shown, shown };
}

/** Templates range over keys in their order, so another key must sort as this one does. */
function keyProbe({ value, style }: Writing, index: number): Probe {
  const shown = `${String(value)}plumb${letters(index)}q`;
  return { text: style === 'double' ? `"${shown}"` : style === 'single' ? `'${shown}'` : shown, shown };
}

/** Whether the scalar's type has so few values that a probe can be mistaken for another scalar's effect. */
export function hasFewValues({ value, isKey }: Writing): boolean {
  // A key takes its values along and is no fellow for others either.
  return isKey === true || value === null || /^(true|false)$/i.test(String(value));
}

function shownValue(value: Writing['value'], index: number): string {
  const text = String(value);
  if (/^true$/i.test(text)) return 'false';
  if (/^false$/i.test(text)) return 'true';
  if (/^[+-]?\d+$/.test(text)) return String(50_021 + 37 * index);
  const version = /^(v?)\d+\.\d+\.\d+$/.exec(text);
  if (version !== null) return `${version[1] ?? ''}${50_021 + 37 * index}.0.0`;
  if (/^[+-]?\d+\.\d+$/.test(text)) return `${50_021 + 37 * index}.5`;
  const [, lead = '', tail = ''] = /^([^\p{L}\p{N}]*).*?([^\p{L}\p{N}]*)$/su.exec(text) ?? [];
  // Prefixes such as `prod-` and suffixes keep the signs at their edges: names must stay names, addresses addresses.
  const edges = /^[-./:_]*$/.test(lead + tail) && value !== null ? { lead, tail } : { lead: '', tail: '' };
  return `${edges.lead}plumb${letters(index)}q${edges.tail}`;
}

/** Letters only: digits at the edges could be read as something else. */
function letters(index: number): string {
  return index.toString(26).replaceAll(/./g, (digit) => String.fromCharCode(97 + parseInt(digit, 26)));
}
