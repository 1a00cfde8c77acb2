import { templateSegments } from '../render/templateText.ts';
import type { TemplateSegment } from '../render/templateText.ts';
import { contentOffsets } from '../yaml/locateEmbedded.ts';
import { placeAt } from '../yaml/locatePlace.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import type { LocatedText, ScalarSite } from '../yaml/locateScalars.ts';
import type { SiteLike } from './collection.ts';

/** A scalar of a text inside a scalar. */
type InnerSite = ScalarSite & Pick<SiteLike, 'outerStyle'>;

/** Stands for each character of an action inside a value, so that offsets stay. */
const masked = '\uE000';

/**
 * Reads the YAML text inside a scalar that holds template actions (an ApplicationSet's `templatePatch`), its scalars placed in
 * the file around it. Lines of nothing but actions count as empty, so that both branches of an `if` are there; a scalar with
 * actions keeps them in its value. `undefined` when its characters cannot be followed to the file.
 */
export function locateTemplated(outer: ScalarSite, around: LocatedText): LocatedText | undefined {
  if (typeof outer.value !== 'string') return undefined;
  const offsets = contentOffsets(outer, outer.value);
  if (offsets === undefined) return undefined;
  const text = outer.value;
  const inner = locateScalars(around.file, withoutActions(text), 'plain');
  const sites = inner.sites.flatMap((site): readonly InnerSite[] => {
    const isQuoted = site.style === 'single' || site.style === 'double';
    const [from, to] = [site.place.start + (isQuoted ? 1 : 0), site.place.end - (isQuoted ? 1 : 0)];
    const [start, end] = [offsets[from], offsets[to]];
    if (start === undefined || end === undefined) return [];
    const value = withActions(site, inner.text.slice(from, to), text.slice(from, to));
    if (value === undefined) return [];
    const place = placeAt(around.file, around.text, start, end, around.lineOf);
    return [{ ...site, value, place, outerStyle: outer.style }];
  });
  return { ...around, reading: inner.reading, sites };
}

/** The value with its actions back in their places; `undefined` where quotes or folding moved them. */
function withActions({ value }: ScalarSite, shown: string, text: string): ScalarSite['value'] | undefined {
  if (typeof value !== 'string' || !value.includes(masked)) return value;
  return value === shown ? text : undefined;
}

/** The text with its actions made harmless, at the same length. */
function withoutActions(text: string): string {
  const shown = templateSegments(text).map((each) =>
    each.kind === 'text' ? text.slice(each.start, each.end) : mask(text, each),
  );
  return shown
    .join('')
    .split('\n')
    .map((line) => (line.replaceAll(masked, '').trim() === '' ? ' '.repeat(line.length) : line))
    .join('\n');
}

function mask(text: string, { start, end }: TemplateSegment): string {
  return text.slice(start, end).replaceAll(/[^\n]/g, masked);
}
