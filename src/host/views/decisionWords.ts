import { describeKey } from '../../core/model/resource.ts';
import { wordsOfAge, wordsOfPath, wordsOfValue } from '../../core/model/words.ts';
import { decisionRows } from '../../core/overview/decisionRows.ts';
import type { DecisionRow } from '../../core/overview/decisionRows.ts';
import type { OverviewState } from '../../core/overview/state.ts';
import type { Decisions } from '../../core/provenance/decidedFields.ts';
import type { Translate } from '../text.ts';
import { originName } from './differenceWords.ts';
import type { RowContext } from './rowContext.ts';

/** Rows beyond this are counted instead of shown. */
const mostRows = 12;

/**
 * What a scalar decides, as Markdown: a table of fields in apps and environments, beside what the cluster runs and who
 * changed it. `undefined` when nothing is known to hang on it.
 */
export function decisionMarkdown(
  { apps, beyond }: Decisions,
  state: OverviewState,
  { now, t }: RowContext,
): string | undefined {
  const rows = decisionRows(apps, state);
  const fed = apps.flatMap(({ fields }) => fields.filter(({ effect }) => effect === 'feeds')).length;
  const unknown = apps.flatMap(({ app, unknown: why }) =>
    why === undefined ? [] : [`${text(app.name)}: ${text(why)}`],
  );
  const hidden = rows.length - mostRows;
  const parts = [
    rows.length === 0 ? undefined : table(rows.slice(0, mostRows), now, t),
    hidden > 0 ? text(t('… and {0} more fields.', hidden)) : undefined,
    fed === 0 ? undefined : text(feedWords(fed, rows.length > 0, t)),
    ...unknown,
    beyond === 0 ? undefined : text(t('{0} more apps read this file; they were not asked.', beyond)),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function feedWords(count: number, isMore: boolean, t: Translate): string {
  if (isMore) return t('It also moves {0} other fields or objects without standing in them.', count);
  return t(
    'It decides no field by its text, but moves {0} fields or objects (a switch, a matcher, a computed value).',
    count,
  );
}

function table(rows: readonly DecisionRow[], now: Date, t: Translate): string {
  const isConnected = rows.some(({ context }) => context !== undefined);
  const heads = [t('App'), t('Object'), t('Field'), t('Git'), ...(isConnected ? [t('Cluster'), t('Changed by')] : [])];
  const lines = rows.map((row) => {
    const { name, context, object, path } = row;
    const app = context === undefined ? text(name) : `${text(name)} (${text(context)})`;
    const declared = row.desired === undefined ? text(t('(hidden)')) : value(row.desired);
    const cells = [app, text(describeKey(object)), code(wordsOfPath(path)), declared];
    return isConnected ? [...cells, ...liveCells(row, now, t)] : cells;
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...lines.map(line)].join('\n');
}

function liveCells({ live }: DecisionRow, now: Date, t: Translate): readonly string[] {
  switch (live.kind) {
    case 'unknown':
      return [text(t('not known')), ''];
    case 'same':
      return [text(t('the same')), ''];
    case 'waiting':
      return [text(t('not there yet ({0})', originName(live.origin, t))), ''];
    case 'differs': {
      const age = wordsOfAge(live.time, now);
      const shown = live.value === undefined ? text(t('differs')) : `**${value(live.value)}**`;
      return [shown, text([live.by, age].filter((each) => each !== undefined).join(' '))];
    }
  }
}

/**
 * What an edit changes beside the accepted field: `rows` are the other fields of the scalar, `beyond` counts the apps that
 * were not asked. `undefined` when there is nothing to say.
 */
export function alsoChanges(rows: readonly DecisionRow[], beyond: number, t: Translate): string | undefined {
  const most = 5;
  const named = rows.slice(0, most).map(({ name, object, path, live }) => {
    const what = `${name}: ${describeKey(object)}, ${wordsOfPath(path)}`;
    const isKnown = live.kind === 'differs' && live.value !== undefined;
    return isKnown ? t('{0} (the cluster runs {1})', what, wordsOfValue(live.value)) : what;
  });
  const rest = rows.length - most;
  const all = rest > 0 ? [...named, t('{0} more', rest)] : named;
  const unasked = beyond === 0 ? [] : [t('{0} more apps read this file; they were not asked.', beyond)];
  if (rows.length === 0) return unasked[0];
  const sentence = t('The line also decides, and the edit changes: {0}.', all.join('; '));
  return [sentence, ...unasked].join(' ');
}

function value(shown: Parameters<typeof wordsOfValue>[0]): string {
  return code(wordsOfValue(shown));
}

/** A code span inside a table's cell. */
function code(words: string): string {
  return `\`${words.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

/** Text that Markdown must not read. */
function text(words: string): string {
  return words.replaceAll(/[\\`*_{}[\]#+!|<>~&]/g, '\\$&');
}
