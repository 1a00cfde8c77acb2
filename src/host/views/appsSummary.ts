import type { OverviewState } from '../../core/overview/state.ts';
import type { Translate } from '../text.ts';
import { isDrifted } from './appWords.ts';

/** Where the window stands with its repository; the words of `plumbline.state`, by which welcome views are chosen. */
export type Stage = 'no-folder' | 'opening' | 'no-repository' | 'loading' | 'failed' | 'no-apps' | 'ready';

/** What the views are made from. */
export interface WindowState {
  readonly stage: Stage;
  readonly isTrusted: boolean;
  /** Why the repository could not be opened. */
  readonly trouble?: string | undefined;
  readonly overview?: OverviewState | undefined;
}

/** What stands above the tree, on its badge and in the status bar. */
export interface Summary {
  readonly message?: string | undefined;
  readonly badge?: { readonly value: number; readonly tooltip: string } | undefined;
  readonly status: StatusText;
}

/** The status bar item; `action` says what a click does. */
export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly action: 'connect' | 'show';
  readonly isVisible: boolean;
}

/** Sums up the window in the few words that the edges of the workbench have room for. */
export function summarize(window: WindowState, t: Translate): Summary {
  const { overview } = window;
  const drifted = overview?.apps.filter(isDrifted).length ?? 0;
  const badge =
    drifted === 0
      ? undefined
      : { value: drifted, tooltip: drifted === 1 ? t('1 app drifted') : t('{0} apps drifted', drifted) };
  return { message: message(window, t), badge, status: statusText(window, t) };
}

function message({ stage, isTrusted, trouble, overview }: WindowState, t: Translate): string | undefined {
  if (stage === 'failed') return trouble;
  if (stage !== 'ready' || overview === undefined) return undefined;
  // Nothing else is true of a repository that git itself cannot read.
  if (overview.repo === undefined && overview.problems.length > 0)
    return overview.problems.map((problem) => problem.message).join(' ');
  const parts = [
    isTrusted ? undefined : t('Restricted mode: no cluster is contacted until this workspace is trusted.'),
    overview.clusters.length === 0 && isTrusted ? t('Git only. Connect a cluster to see what it runs.') : undefined,
    busyWords(overview, t),
    // In full, because a row of the tree shows its first words only.
    ...overview.clusters.map(({ status }) => (status.kind === 'offline' ? status.message : undefined)),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ');
}

function busyWords({ repo }: OverviewState, t: Translate): string | undefined {
  if (repo === undefined) return undefined;
  if (repo.head === undefined) return t('This repository has no commits yet.');
  if (repo.busy !== undefined)
    return t('A {0} is under way in this repository; finish it before you commit.', repo.busy);
  return repo.branch === undefined ? t('HEAD is detached: switch to a branch before you commit.') : undefined;
}

function statusText(window: WindowState, t: Translate): StatusText {
  const { overview, stage } = window;
  if (overview === undefined || stage !== 'ready') {
    return { text: '', tooltip: '', action: 'show', isVisible: false };
  }
  const { clusters } = overview;
  if (clusters.length === 0) {
    const tooltip = window.isTrusted
      ? t('Plumbline shows what Git declares. Select to connect a cluster.')
      : t('Plumbline shows what Git declares. Trust this workspace to connect a cluster.');
    return { text: `$(git-commit) ${t('Plumbline: Git only')}`, tooltip, action: 'connect', isVisible: true };
  }
  const words = clusters.map((cluster) => clusterStatus(cluster.context, overview, t));
  return {
    text: clusterText(words, t),
    tooltip: words.map(({ context, word }) => `${context}: ${word}`).join('\n'),
    action: 'show',
    isVisible: true,
  };
}

interface ClusterLine {
  readonly context: string;
  readonly word: string;
  readonly icon: string;
  readonly drifted: number;
}

function clusterStatus(context: string, { clusters, apps }: OverviewState, t: Translate): ClusterLine {
  const status = clusters.find((cluster) => cluster.context === context)?.status.kind;
  const drifted = apps.filter((app) => app.context === context && isDrifted(app)).length;
  if (status === 'connecting') return { context, word: t('connecting…'), icon: 'sync~spin', drifted };
  if (status === 'offline') return { context, word: t('offline'), icon: 'debug-disconnect', drifted };
  if (status === 'partly-forbidden') {
    // "No drift" would be a guess.
    const word = drifted === 0 ? t('partly forbidden') : t('{0} drifted, partly forbidden', drifted);
    return { context, word, icon: drifted === 0 ? 'lock' : 'git-compare', drifted };
  }
  const count = drifted === 0 ? t('no drift') : t('{0} drifted', drifted);
  const word = status === 'stale' ? t('{0}, stale', count) : count;
  return { context, word, icon: drifted === 0 ? 'pass' : 'git-compare', drifted };
}

/** One cluster is named; of several the worst decides the icon and the numbers are added up. */
function clusterText(lines: readonly ClusterLine[], t: Translate): string {
  const [first, ...rest] = lines;
  if (first === undefined) return '';
  if (rest.length === 0) return `$(${first.icon}) ${shortContext(first.context)}: ${first.word}`;
  const drifted = lines.reduce((sum, line) => sum + line.drifted, 0);
  const worst = lines.find((line) => line.icon !== 'pass') ?? first;
  const words = drifted === 0 ? t('no drift') : t('{0} drifted', drifted);
  return `$(${worst.icon}) ${t('{0} clusters', lines.length)}: ${words}`;
}

/** The telling end of a context's name: cloud providers put account and region in front of it. */
function shortContext(context: string): string {
  const last = context.split(/[/@]/).findLast((part) => part !== '') ?? context;
  const parts = last.split('_');
  return last.startsWith('gke_') ? (parts.at(-1) ?? last) : last;
}
