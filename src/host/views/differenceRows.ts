import { parseKey } from '../../core/model/resource.ts';
import type { AppState, PlacedDifference } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import { reconcilerName } from './appWords.ts';
import { differenceLine, originName, wordsOfDifference } from './differenceWords.ts';
import { appliedWords } from './historyRows.ts';
import { folderRow } from './row.ts';
import type { RowContext } from './rowContext.ts';
import type { Row, RowIcon } from './row.ts';

/** What differs in an app, a row each; no row for an app without differences. */
export function differencesRow(state: AppState, context: RowContext): readonly Row[] {
  const { app, differences } = state;
  if (differences.length === 0) return [];
  return [
    folderRow({
      id: `${app.id}|differences`,
      label: context.t('Differences'),
      description: String(differences.length),
      isExpanded: true,
      children: differences.map((difference) => differenceRow(state, difference, context)),
    }),
  ];
}

const originIcons: Readonly<Record<PlacedDifference['origin'], RowIcon>> = {
  drift: { name: 'git-compare', color: 'list.warningForeground' },
  unsynced: { name: 'sync' },
  unpushed: { name: 'repo-push' },
  uncommitted: { name: 'edit' },
};

function differenceRow(state: AppState, difference: PlacedDifference, context: RowContext): Row {
  const { app } = state;
  const { now, t } = context;
  const applied = difference.origin === 'drift' ? appliedWords(state, reconcilerName(app.kind, t), context) : undefined;
  const words = wordsOfDifference(difference, now, t);
  const { kind, name } = parseKey(difference.object);
  const { provenance, origin, object, field } = difference;
  const proof = provenance?.kind === 'proven' ? 'proven' : 'unproven';
  return {
    id: `${app.id}|difference|${origin}|${object}|${field?.path ?? ''}`,
    label: `${kind} ${name}`,
    description: differenceLine(words),
    tooltip: [`${kind} ${name}`, field?.path, differenceLine(words), applied, placeWords(difference, t)]
      .filter((line) => line !== undefined)
      .join('\n'),
    icon: originIcons[origin],
    spoken: [originName(origin, t), kind, name, words.field, words.values].filter((part) => part !== '').join(', '),
    context: `difference ${origin} ${proof}`,
    target: { kind: 'difference', app: app.id, object, path: field?.path, origin },
    children: [],
  };
}

function placeWords({ provenance }: PlacedDifference, t: Translate): string | undefined {
  if (provenance === undefined) return undefined;
  if (provenance.kind === 'unknown') return t('Line unknown: {0}', provenance.why);
  const { file, range } = provenance.place;
  return t('Decided by {0}, line {1}', file, range.line);
}
