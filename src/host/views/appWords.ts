import type { App, AppKind } from '../../core/model/app.ts';
import { describeNeed } from '../../core/model/remoteNeed.ts';
import { codeOf } from '../../core/policy/policyFindings.ts';
import type { RenderProblem } from '../../core/model/rendering.ts';
import type { AppState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import type { RowIcon } from './row.ts';

/** The one word for how an app is, worst first; each has a shape of its own in the tree. */
export type AppCondition =
  | 'broken'
  | 'unpermitted'
  | 'degraded'
  | 'drifted'
  | 'running'
  | 'denied'
  | 'suspended'
  | 'pending'
  | 'progressing'
  | 'good'
  | 'elsewhere'
  | 'undecided'
  | 'unsupported'
  | 'unread';

const badHealth: ReadonlySet<string> = new Set(['Degraded', 'Missing', 'Failed', 'NotFound']);
const busyHealth: ReadonlySet<string> = new Set(['Progressing', 'InProgress', 'Terminating']);

/** Judges an app by what is most urgent about it. */
export function conditionOf(state: AppState): AppCondition {
  const { app, sync, health, problems, policies = [], context } = state;
  const checks: readonly (readonly [AppCondition, boolean])[] = [
    ['elsewhere', app.source.kind === 'elsewhere' && context === undefined],
    ['elsewhere', problems.some(({ needs }) => needs !== undefined) && context === undefined],
    ['undecided', isUndecided(state)],
    ['unsupported', app.source.kind === 'unsupported' && context === undefined],
    ['broken', problems.some(isRenderError)],
    ['unpermitted', problems.some(({ code }) => code === 'project.denied')],
    ['degraded', badHealth.has(health.status)],
    ['drifted', isDrifted(state)],
    ['running', sync.isRunning],
    ['denied', policies.some(({ result }) => codeOf(result) === 'policy.denied')],
    ['suspended', sync.isSuspended],
    ['pending', sync.status === 'OutOfSync' || state.differences.length > 0],
    ['progressing', busyHealth.has(health.status)],
    ['unread', context === undefined || sync.status === 'Unknown'],
  ];
  return checks.find(([, isSo]) => isSo)?.[0] ?? 'good';
}

/** Tells whether somebody changed in the cluster what this app's reconciler applied. */
export function isDrifted(state: AppState): boolean {
  return state.differences.some(({ origin }) => origin === 'drift');
}

/** The icon of each condition: told apart by shape, coloured by the theme. */
export const conditionIcons: Readonly<Record<AppCondition, RowIcon>> = {
  broken: { name: 'bracket-error', color: 'list.errorForeground' },
  unpermitted: { name: 'shield', color: 'list.errorForeground' },
  degraded: { name: 'error', color: 'list.errorForeground' },
  drifted: { name: 'git-compare', color: 'list.warningForeground' },
  running: { name: 'sync', color: 'charts.blue' },
  denied: { name: 'law', color: 'list.errorForeground' },
  suspended: { name: 'debug-pause' },
  pending: { name: 'repo-push', color: 'charts.blue' },
  progressing: { name: 'loading', color: 'charts.blue' },
  good: { name: 'pass', color: 'testing.iconPassed' },
  elsewhere: { name: 'link-external' },
  undecided: { name: 'question' },
  unsupported: { name: 'circle-slash' },
  unread: { name: 'circle-large-outline' },
};

/** What a screen reader says for a condition. */
export function conditionWords(condition: AppCondition, t: Translate): string {
  const words: Readonly<Record<AppCondition, string>> = {
    broken: t('does not render'),
    unpermitted: t('not permitted by its project'),
    degraded: t('degraded'),
    drifted: t('drifted'),
    running: t('syncing'),
    denied: t('denied by policies'),
    suspended: t('suspended'),
    pending: t('changes waiting'),
    progressing: t('progressing'),
    good: t('in sync'),
    elsewhere: t('comes from elsewhere'),
    undecided: t('undecided'),
    unsupported: t('not supported'),
    unread: t('cluster not read'),
  };
  return words[condition];
}

/** What manages apps of a kind, as people say it. */
export function reconcilerName(kind: AppKind, t: Translate): string {
  const names: Readonly<Record<AppKind, string>> = {
    'argo-application': 'Argo CD',
    'flux-kustomization': 'Flux',
    'flux-helmrelease': 'Flux',
    kustomize: 'kustomize',
    helm: 'Helm',
    manifests: t('Manifests'),
  };
  return names[kind];
}

/**
 * The short text behind an app's name: `Flux · 3 differences · Progressing`. How it is comes before where it is from, of
 * which a narrow view cuts the end.
 */
export function appDescription(state: AppState, t: Translate): string {
  return [reconcilerName(state.app.kind, t), ...stateWords(state, t), ...originWords(state, t)].join(' · ');
}

/** The same under its reconciler's name, where the path of its source says more. */
export function appDescriptionWithPath(state: AppState, t: Translate): string {
  const { app } = state;
  // A bare root's name is its path already.
  const path = app.source.kind === 'here' && app.namespace !== undefined ? [sourceName(app.source)] : [];
  return [...stateWords(state, t), ...path, ...originWords(state, t)].join(' · ');
}

/** Where an app comes from: a folder, or what is fetched. */
export function sourceName(source: Extract<App['source'], { kind: 'here' }>): string {
  return source.remote === undefined ? source.path : describeNeed(source.remote);
}

function stateWords(state: AppState, t: Translate): readonly string[] {
  const { sync, health, differences, problems, policies = [] } = state;
  const isBroken = problems.some(isRenderError);
  const isPermitted = problems.every(({ code }) => code !== 'project.denied');
  const denied = policies.filter(({ result }) => codeOf(result) === 'policy.denied').length;
  const isWaiting = problems.some(({ needs }) => needs !== undefined);
  const parts = [
    refusalWords(state, t),
    isBroken ? t('does not render') : isWaiting ? t('not fetched') : undefined,
    isPermitted ? undefined : t('not permitted by its project'),
    differences.length > 0 ? differenceCount(differences.length, t) : undefined,
    denied > 0 ? t('{0} denied', denied) : undefined,
    sync.isRunning ? t('syncing') : syncWord(state),
    sync.isSuspended ? t('suspended') : undefined,
    health.status === 'Unknown' ? undefined : health.status,
  ];
  return parts.filter((part) => part !== undefined);
}

/** `1 difference`, `3 differences`. */
export function differenceCount(n: number, t: Translate): string {
  return n === 1 ? t('1 difference') : t('{0} differences', n);
}

function syncWord({ sync, differences }: AppState): string | undefined {
  // The differences say more than "OutOfSync" does.
  if (sync.status === 'Unknown' || (sync.status === 'OutOfSync' && differences.length > 0)) return undefined;
  return sync.status;
}

/** Trouble for which the app has no objects; what its project refuses is none. */
function isRenderError({ severity, needs, code }: RenderProblem): boolean {
  return severity === 'error' && needs === undefined && code === undefined;
}

/** What nobody but its reconciler can tell, and that is all there is of it. */
function isUndecided({ app, problems }: AppState): boolean {
  return app.source.kind === 'unsupported' && problems.some(({ code }) => code === 'source.undecided');
}

/** Why there is nothing to render, of what only its reconciler can tell or what nobody here reads. */
function refusalWords(state: AppState, t: Translate): string | undefined {
  const { source, declared } = state.app;
  const isSet = declared?.object.kind === 'ApplicationSet';
  if (isUndecided(state)) return isSet ? t('ApplicationSet, undecided') : t('undecided');
  if (source.kind === 'unsupported') return isSet ? t('ApplicationSet, refused') : t('not supported');
  return undefined;
}

/** What it is made from, where that is no path of this repository. */
function originWords({ app: { source, declared } }: AppState, t: Translate): readonly string[] {
  if (source.kind === 'elsewhere') return [source.what];
  if (source.kind === 'unsupported') return [];
  return declared?.generated === undefined ? [] : [t('of the set {0}', declared.generated.set)];
}
