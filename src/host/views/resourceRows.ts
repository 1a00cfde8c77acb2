import { parseKey } from '../../core/model/resource.ts';
import type { AppState, PlacedDifference, ResourceState } from '../../core/overview/state.ts';
import { verdictWords } from './differenceWords.ts';
import { folderRow } from './row.ts';
import type { Row, RowIcon } from './row.ts';
import type { RowContext } from './rowContext.ts';

/** The objects of an app by kind and name, each with health and verdict; no row for an app without objects. */
export function resourcesRow(state: AppState, context: RowContext): readonly Row[] {
  const { app, resources } = state;
  if (resources.length === 0) return [];
  const children = resources
    .map((resource) => resourceRow(state, resource, context))
    .toSorted((a, b) => a.label.localeCompare(b.label));
  const label = context.t('Resources');
  return [folderRow({ id: `${app.id}|resources`, label, description: String(resources.length), children })];
}

function resourceRow(
  { app }: AppState,
  { key, diff, health, disagreements = [], isLive, isDeclared }: ResourceState,
  context: RowContext,
): Row {
  const { t } = context;
  const { kind, name, namespace } = parseKey(key);
  const label = `${kind} ${name}`;
  const words = [
    health === undefined || health.status === 'Unknown' ? undefined : health.status,
    diff === undefined || diff.verdict === 'in-sync' ? undefined : verdictWords(diff.verdict, t),
  ].filter((part) => part !== undefined);
  const presence = [isDeclared ? 'declared' : undefined, isLive ? 'live' : undefined];
  return {
    id: `${app.id}|resource|${key}`,
    label,
    description: words.join(' · '),
    tooltip: [
      namespace === undefined ? label : `${label}\n${t('Namespace: {0}', namespace)}`,
      health?.message,
      diff?.reason,
      ...disagreements.map(
        ({ ours, theirs, why }) => `${t('Its reconciler says {0}, here it is {1}.', theirs, ours)} ${why}`,
      ),
      ...(diff?.remarks ?? []).map(({ message }) => message),
    ]
      .filter((line) => line !== undefined)
      .join('\n'),
    icon: resourceIcon(diff?.verdict, isLive),
    spoken: [label, ...words].join(', '),
    context: ['resource', ...presence].filter((word) => word !== undefined).join(' '),
    target: { kind: 'object', app: app.id, object: key },
    children: [],
  };
}

function resourceIcon(verdict: PlacedDifference['verdict'] | undefined, isLive: boolean): RowIcon {
  if (verdict === undefined) return { name: isLive ? 'symbol-field' : 'circle-large-outline' };
  if (verdict === 'in-sync') return { name: 'pass', color: 'testing.iconPassed' };
  if (verdict === 'missing') return { name: 'diff-removed', color: 'list.warningForeground' };
  if (verdict === 'extra') return { name: 'diff-added', color: 'list.warningForeground' };
  if (verdict === 'modified' || verdict === 'removed') {
    return { name: 'diff-modified', color: 'list.warningForeground' };
  }
  return { name: verdict === 'invalid' ? 'error' : 'question' };
}
