import { describeKey, parseKey } from '../../core/model/resource.ts';
import { wordsOfPath } from '../../core/model/words.ts';
import type { EventAnswer } from '../../core/overview/eventReader.ts';
import type { AppState, PlacedDifference } from '../../core/overview/state.ts';
import type { EditAnswer } from '../../core/provenance/editFor.ts';
import type { RowContext } from './rowContext.ts';
import { reconcilerName } from './appWords.ts';
import { wordsOfDifference } from './differenceWords.ts';
import { eventLines } from './eventWords.ts';
import { appliedWords } from './historyRows.ts';

/** A difference explained in a few sentences: what differs, since which step, who did it, what decides it, what to do. */
export function explanation(
  state: AppState,
  difference: PlacedDifference,
  told: EventAnswer,
  rowContext: RowContext,
  acceptance?: EditAnswer,
): { readonly title: string; readonly detail: string } {
  const { app, context } = state;
  const { now, t } = rowContext;
  const { object, field, provenance, origin } = difference;
  const { namespace } = parseKey(object);
  const words = wordsOfDifference(difference, now, t);
  const means: Readonly<Record<PlacedDifference['origin'], string>> = {
    uncommitted: t('Your editor or working tree differs from the last commit. Commit it to send it on its way.'),
    unpushed: t('Your branch has it, its upstream branch does not. Push it to send it on its way.'),
    unsynced: t('It is in Git, but {0} has not applied it yet. Sync to apply it.', reconcilerName(app.kind, t)),
    drift: t(
      'Somebody changed it in cluster {0} after it was applied. Sync to restore what Git says, or write the live value into Git.',
      context ?? '?',
    ),
  };
  const lines = [
    [wordsOfPath(field?.path ?? ''), words.values].filter((part) => part !== '').join(': '),
    words.origin,
    means[origin],
    origin === 'drift' ? appliedWords(state, reconcilerName(app.kind, t), rowContext) : undefined,
    provenance === undefined ? undefined : placeSentence(provenance, t),
    acceptance?.kind === 'refused' && !['no-live-value', 'unproven'].includes(acceptance.code)
      ? t('The live value cannot be written into Git: {0}', acceptance.why)
      : undefined,
    namespace === undefined ? undefined : t('Namespace: {0}', namespace),
    eventLines(told, object, rowContext).join('\n'),
  ];
  return {
    title: t('{0} of {1}', describeKey(object), app.name),
    detail: lines.filter((line) => line !== undefined && line !== '').join('\n\n'),
  };
}

function placeSentence(provenance: NonNullable<PlacedDifference['provenance']>, t: RowContext['t']): string {
  if (provenance.kind === 'unknown') return t('Which line decides it is unknown: {0}.', provenance.why);
  const { file, range } = provenance.place;
  return t('{0}, line {1} decides it: exchanging the text there exchanges exactly this field.', file, range.line);
}
