import { lineIndex, placeAt } from '../yaml/locatePlace.ts';
import type { Collection } from './collection.ts';
import { findField } from './exchange.ts';
import type { TextEdit } from './exchange.ts';
import { lookupRegions } from '../render/lookupRegions.ts';
import type { Question } from './prove.ts';

/**
 * Whether a field may be another one in a cluster, because its template asks there (`lookup`): it is, when the field differs
 * without what hangs on the answer. Templates that do not render without it leave the doubt.
 */
export async function hangsOnLookup(question: Question, { templates }: Collection): Promise<boolean> {
  const { before, exchanger, field, value } = question;
  if ((before.lookups ?? []).length === 0) return false;
  const edits = templates.flatMap(({ file, text }): readonly TextEdit[] => {
    const lineOf = lineIndex(text);
    return lookupRegions(text).map(({ start, end }) => {
      const isInline = !text.slice(start, end).includes('\n');
      return { place: placeAt(file, text, start, end, lineOf), newText: isInline ? 'plumblookup' : '' };
    });
  });
  const after = await exchanger.renderWith(edits);
  return after === undefined || findField(before, after, field)?.value !== value;
}
