import { baseName } from '../../core/model/place.ts';
import { dependenciesOf } from '../../core/apps/dependsOn.ts';
import { parseKey } from '../../core/model/resource.ts';
import type { RenderProblem } from '../../core/model/rendering.ts';
import { shortRevision } from '../../core/model/words.ts';
import type { AppKind } from '../../core/model/app.ts';
import type { AppState, ClusterState, OverviewState, PlacedDifference } from '../../core/overview/state.ts';
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
import { differenceLine, originName, wordsOfDifference } from './differenceWords.ts';
import { policiesRow, policySourcesRow } from './policyRows.ts';
import { resourcesRow } from './resourceRows.ts';
import { folderRow } from './row.ts';
import type { RowContext } from './rowContext.ts';
import { clusterWords } from './clusterWords.ts';
import type { Row, RowIcon, RowTarget } from './row.ts';

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
    ].flat(),
  };
}

/** Words that menus ask for: what the app is, whether it is here, whether its cluster is connected. */
function appContext({ app, context, sync, problems }: AppState): string {
  const kinds = {
    'argo-application': 'argo reconciled',
    'flux-kustomization': 'flux reconciled',
    'flux-helmrelease': 'flux reconciled',
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
    problems.some(({ needs }) => needs !== undefined) ? 'unfetched' : undefined,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function appTooltip({ app, sync, health, disagreement, context }: AppState, t: Translate): string {
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
    disagreement &&
      `${t('Its reconciler says {0}, here it is {1}.', disagreement.theirs, disagreement.ours)} ${disagreement.why}`,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}

function differencesRow(state: AppState, context: RowContext): readonly Row[] {
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

function differenceRow({ app }: AppState, difference: PlacedDifference, { now, t }: RowContext): Row {
  const words = wordsOfDifference(difference, now, t);
  const { kind, name } = parseKey(difference.object);
  const { provenance, origin, object, field } = difference;
  const proof = provenance?.kind === 'proven' ? 'proven' : 'unproven';
  return {
    id: `${app.id}|difference|${origin}|${object}|${field?.path ?? ''}`,
    label: `${kind} ${name}`,
    description: differenceLine(words),
    tooltip: [`${kind} ${name}`, field?.path, differenceLine(words), placeWords(difference, t)]
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

function problemsRow({ app, problems, findings }: AppState, context: RowContext): readonly Row[] {
  // A finding of a problem names the app, which a row below the app need not.
  const said = new Set(problems.flatMap(({ message }) => [message, `${app.name}: ${message}`]));
  const more = findings
    .filter(({ code, message }) => code.startsWith('source.') && !said.has(message))
    .map(({ message, place, severity }): RenderProblem => ({
      severity: severity === 'error' ? 'error' : 'warning',
      message,
      file: place?.file,
      line: place?.range.line,
      column: place?.range.column,
    }));
  const children = [...problems, ...more].map((problem) => problemRow(`${app.id}|problem`, problem, context));
  if (children.length === 0) return [];
  const description = String(children.length);
  return [
    folderRow({
      id: `${app.id}|problems`,
      label: context.t('Problems'),
      description,
      isExpanded: true,
      children,
    }),
  ];
}

function repositoryProblems(problems: readonly RenderProblem[], context: RowContext): readonly Row[] {
  if (problems.length === 0) return [];
  const children = problems.map((problem) => problemRow('problem', problem, context));
  const label = context.t('Problems');
  return [folderRow({ id: 'problems', label, description: String(problems.length), isExpanded: true, children })];
}

/** How trouble looks and what a screen reader calls it; what was not fetched is no mistake of anybody's. */
function markOf({ severity, needs }: RenderProblem, t: Translate): { readonly icon: RowIcon; readonly word: string } {
  if (needs !== undefined) return { icon: { name: 'cloud-download' }, word: t('not fetched') };
  return severity === 'error'
    ? { icon: { name: 'error', color: 'list.errorForeground' }, word: t('Error') }
    : { icon: { name: 'warning', color: 'list.warningForeground' }, word: t('Warning') };
}

function problemRow(prefix: string, problem: RenderProblem, { t }: RowContext): Row {
  const { message, file, line, column } = problem;
  const { icon, word } = markOf(problem, t);
  const where = file === undefined ? undefined : `${baseName(file)}${line === undefined ? '' : `:${line}`}`;
  return {
    id: `${prefix}|${file ?? ''}|${line ?? ''}|${message}`,
    label: message,
    description: where,
    tooltip: file === undefined ? message : `${message}\n${file}`,
    icon,
    spoken: [word, message, where].filter((part) => part !== undefined).join(', '),
    context: 'problem',
    target: file === undefined ? undefined : { kind: 'file', file, line: line ?? 1, column: column ?? 1 },
    children: [],
  };
}
