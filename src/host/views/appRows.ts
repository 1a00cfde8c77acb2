import { dependenciesOf } from '../../core/apps/dependsOn.ts';
import { shortRevision } from '../../core/model/words.ts';
import type { AppKind } from '../../core/model/app.ts';
import type { AppState, ClusterState, OverviewState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import {
  appDescription,
  appDescriptionWithPath,
  conditionIcons,
  conditionOf,
  conditionWords,
  isDrifted,
  reconcilerName,
  sourceName,
} from './appWords.ts';
import { historyRow } from './historyRows.ts';
import { policiesRow, policySourcesRow } from './policyRows.ts';
import { resourcesRow } from './resourceRows.ts';
import type { RowContext } from './rowContext.ts';
import { clusterWords } from './clusterWords.ts';
import type { Row, RowIcon, RowTarget } from './row.ts';
import { differencesRow } from './differenceRows.ts';
import { problemsRow, repositoryProblems } from './problemRows.ts';

/**
 * The rows of the Apps view: clusters, or reconcilers while no cluster is chosen, then apps, then what is to be known of
 * each. Apps that no connected cluster runs stand in a group of their own, which keeps them in sight.
 */
export function appRows(state: OverviewState, context: RowContext): readonly Row[] {
  const groups = state.clusters.length === 0 ? byReconciler(state, context) : byCluster(state, context);
  return [...groups, ...policySourcesRow(state, context), ...repositoryProblems(state.problems, context)];
}

function byReconciler({ apps }: OverviewState, context: RowContext): readonly Row[] {
  const groups: readonly (readonly [AppKind, ...AppKind[]])[] = [
    ['argo-application'],
    ['flux-kustomization', 'flux-helmrelease'],
    ['kustomize'],
    ['helm'],
    ['manifests'],
  ];
  return groups.flatMap((kinds) => {
    const [kind] = kinds;
    const members = apps.filter(({ app }) => kinds.includes(app.kind));
    if (members.length === 0) return [];
    const label = reconcilerName(kind, context.t);
    const group = { id: `reconciler:${kind}`, label, context: 'group', notices: [], describe: appDescriptionWithPath };
    return [groupRow(group, members, context)];
  });
}

function byCluster({ apps, clusters }: OverviewState, context: RowContext): readonly Row[] {
  const rows = clusters.map((cluster) => clusterRow(cluster, appsOf(apps, cluster.context), context));
  const chosen = new Set(clusters.map((cluster) => cluster.context));
  const others = apps.filter((app) => app.context === undefined || !chosen.has(app.context));
  if (others.length === 0) return rows;
  // What could not be looked at may well run there.
  const isSure = clusters.every(({ status }) => ['connected', 'no-reconciler'].includes(status.kind));
  const label = isSure ? context.t('Not in any cluster') : context.t('Not seen in any cluster');
  const group = { id: 'cluster-none', label, context: 'group', notices: [], describe: appDescription };
  return [...rows, groupRow(group, others, context)];
}

function appsOf(apps: readonly AppState[], cluster: string): readonly AppState[] {
  return apps.filter(({ context }) => context === cluster);
}

function clusterRow(cluster: ClusterState, apps: readonly AppState[], context: RowContext): Row {
  const { word, icon, notices } = clusterWords(cluster, context.t);
  return groupRow(
    {
      id: `cluster:${cluster.context}`,
      label: cluster.context,
      word,
      icon,
      context: `cluster ${cluster.status.kind}`,
      target: { kind: 'cluster', context: cluster.context },
      notices,
      describe: appDescription,
    },
    apps,
    context,
  );
}

interface Group {
  readonly id: string;
  readonly label: string;
  readonly word?: string | undefined;
  readonly icon?: RowIcon | undefined;
  readonly context: string;
  readonly target?: RowTarget | undefined;
  readonly notices: readonly string[];
  /** The text behind each app's name. */
  readonly describe: (state: AppState, t: Translate) => string;
}

function groupRow(group: Group, apps: readonly AppState[], context: RowContext): Row {
  const { t } = context;
  const drifted = apps.filter(isDrifted).length;
  const parts = [
    group.word,
    apps.length === 1 ? t('1 app') : t('{0} apps', apps.length),
    drifted > 0 ? t('{0} drifted', drifted) : undefined,
  ].filter((part) => part !== undefined);
  const isEmpty = apps.length === 0 && group.notices.length === 0;
  return {
    // A tree keeps a row that was drawn without children closed; under another id it opens when the first ones come.
    id: isEmpty ? `${group.id}|empty` : group.id,
    label: group.label,
    description: parts.join(' · '),
    icon: group.icon,
    spoken: [group.label, ...parts].join(', '),
    context: group.context,
    target: group.target,
    isExpanded: true,
    children: [
      ...group.notices.map((notice) => noticeRow(`${group.id}|${notice}`, notice)),
      ...apps.map((app) => appRow(app, group.describe(app, t), context)),
    ],
  };
}

function noticeRow(id: string, notice: string): Row {
  const icon = { name: 'info' };
  return { id, label: notice, tooltip: notice, icon, spoken: notice, context: 'notice', children: [] };
}

/** One app with its differences, problems and resources. */
function appRow(state: AppState, description: string, context: RowContext): Row {
  const { app } = state;
  const condition = conditionOf(state);
  return {
    id: app.id,
    label: app.name,
    description,
    tooltip: appTooltip(state, context.t),
    icon: conditionIcons[condition],
    spoken: [app.name, conditionWords(condition, context.t), description].filter((part) => part !== '').join(', '),
    context: appContext(state),
    target: { kind: 'app', app: app.id },
    children: [
      differencesRow(state, context),
      policiesRow(state, context),
      problemsRow(state, context),
      resourcesRow(state, context),
      historyRow(state, context),
    ].flat(),
  };
}

/** Words that menus ask for: what the app is, whether it is here, whether its cluster is connected. */
function appContext({ app, context, sync, problems }: AppState): string {
  const kinds = {
    'argo-application': 'argo reconciled',
    'flux-kustomization': 'flux reconciled',
    'flux-helmrelease': 'flux release reconciled',
    kustomize: 'bare',
    helm: 'bare',
    manifests: 'bare',
  } as const;
  const words = [
    'app',
    kinds[app.kind],
    app.source.kind,
    context === undefined ? 'detached' : 'connected',
    sync.isSuspended ? 'suspended' : undefined,
    sync.isRunning ? 'running' : undefined,
    problems.some(({ needs }) => needs !== undefined) ? 'unfetched' : undefined,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function appTooltip({ app, sync, health, disagreements = [], context }: AppState, t: Translate): string {
  const { source } = app;
  const generated = app.declared?.generated;
  const waitsFor = dependenciesOf(app).map(({ name }) => name);
  const lines = [
    app.namespace === undefined ? app.name : `${app.namespace}/${app.name}`,
    source.kind === 'here' ? t('Source: {0}', sourceName(source) || '.') : undefined,
    source.kind === 'elsewhere' ? t('Source: {0}', source.what) : undefined,
    source.kind === 'unsupported' ? source.why : undefined,
    generated === undefined ? undefined : t('Made by the ApplicationSet {0}', generated.set),
    ...(generated?.rules ?? []),
    waitsFor.length === 0 ? undefined : t('Waits for: {0}', waitsFor.join(', ')),
    context === undefined ? undefined : t('Cluster: {0}', context),
    app.destination.namespace === undefined ? undefined : t('Namespace: {0}', app.destination.namespace),
    sync.appliedRevision === undefined ? undefined : t('Applied: {0}', shortRevision(sync.appliedRevision)),
    sync.message,
    health.message,
    ...disagreements.map(
      ({ ours, theirs, why }) => `${t('Its reconciler says {0}, here it is {1}.', theirs, ours)} ${why}`,
    ),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
