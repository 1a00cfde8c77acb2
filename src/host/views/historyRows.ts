import { shortRevision, wordsOfAge } from '../../core/model/words.ts';
import type { AppliedRevision, AppState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import { folderRow } from './row.ts';
import type { Row, RowIcon } from './row.ts';
import type { RowContext } from './rowContext.ts';

/** What the reconciler of an app remembers to have applied, newest first; no row where it remembers nothing. */
export function historyRow({ app, history = [] }: AppState, context: RowContext): readonly Row[] {
  if (history.length === 0) return [];
  const id = `${app.id}|history`;
  const children = history.map((entry, index) =>
    entryRow(`${id}|${entry.revision}|${entry.time ?? index}`, entry, context),
  );
  return [folderRow({ id, label: context.t('History'), description: String(history.length), children })];
}

const icons: Readonly<Record<AppliedRevision['result'], RowIcon>> = {
  succeeded: { name: 'git-commit' },
  failed: { name: 'error', color: 'list.errorForeground' },
  running: { name: 'sync', color: 'charts.blue' },
  unknown: { name: 'question' },
};

function entryRow(id: string, entry: AppliedRevision, { now, t }: RowContext): Row {
  const label = shortRevision(entry.revision);
  const words = [entry.subject, resultWords(entry, t), wordsOfAge(entry.time, now)].filter(
    (part) => part !== undefined,
  );
  return {
    id,
    label,
    description: words.join(' · '),
    tooltip: [
      entry.revision,
      entry.subject,
      entry.time,
      entry.status,
      entry.by === undefined ? undefined : t('Asked for by {0}', entry.by),
      entry.message,
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
    icon: icons[entry.result],
    spoken: [label, ...words].join(', '),
    context: `revision ${entry.result}`,
    children: [],
  };
}

/** Success is what a history is made of, and not said. */
function resultWords({ result, status }: AppliedRevision, t: Translate): string | undefined {
  if (result === 'succeeded') return undefined;
  const words: Readonly<Record<AppliedRevision['result'], string>> = {
    succeeded: '',
    failed: t('failed'),
    running: t('running'),
    unknown: status ?? t('not known'),
  };
  return words[result];
}

/** Since when the cluster was to run what Git says: the newest revision that was applied, by whom and when. */
export function appliedWords(state: AppState, reconciler: string, { now, t }: RowContext): string | undefined {
  const newest = state.history?.find(({ result }) => result === 'succeeded');
  const age = newest && wordsOfAge(newest.time, now);
  if (newest === undefined || age === undefined) return undefined;
  const what = [shortRevision(newest.revision), newest.subject].filter((part) => part !== undefined).join(' ');
  return newest.by === undefined
    ? t('{0} applied {1} {2}.', reconciler, what, age)
    : t('{0} applied {1} {2}, asked for by {3}.', reconciler, what, age, newest.by);
}
