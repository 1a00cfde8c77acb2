import type { Blocker } from '../../core/change/blocker.ts';
import type { ChangeSet } from '../../core/change/changeSet.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { Rendering } from '../../core/model/rendering.ts';
import { parseKey } from '../../core/model/resource.ts';
import type { AppHealth, AppState, AppSync, ClusterState, OverviewState } from '../../core/overview/state.ts';
import type { Availability, PanelAct, PanelApp, PanelFile, PanelStatus, Tone } from '../../protocol/panelState.ts';
import type { Translate } from '../text.ts';
import { reconcilerName } from '../views/appWords.ts';

const healthTones: Readonly<Record<string, Tone>> = {
  Healthy: 'good',
  Current: 'good',
  Progressing: 'busy',
  InProgress: 'busy',
  Terminating: 'busy',
  Suspended: 'warning',
  Missing: 'bad',
  NotFound: 'bad',
  Degraded: 'bad',
  Failed: 'bad',
};

/** The tone of a health word of Argo CD or kstatus. */
function toneOfHealth(status: string): Tone {
  return healthTones[status] ?? 'unknown';
}

/** The header: identity, and what reconciler and cluster say. */
export function buildPanelApp(state: AppState, clusters: readonly ClusterState[], t: Translate): PanelApp {
  const { app, context, sync, health } = state;
  return {
    id: app.id,
    name: app.name,
    reconciler: reconcilerName(app.kind, t),
    context,
    namespace: namespacesOf(state),
    appliedRevision: sync.appliedRevision,
    sync: syncStatus(sync, t),
    health: healthStatus(health),
    live: liveStatus(
      clusters.find((cluster) => cluster.context === context),
      t,
    ),
  };
}

/** The namespaces an app's objects go to, as one text: the destination, else those its objects name; `undefined` for none. */
export function namespacesOf({ app, resources }: AppState): string | undefined {
  if (app.destination.namespace !== undefined) return app.destination.namespace;
  const named = resources.map(({ key }) => parseKey(key).namespace).filter((namespace) => namespace !== undefined);
  return [...new Set(named)].sort().join(', ') || undefined;
}

function syncStatus(sync: AppSync, t: Translate): PanelStatus {
  const { message } = sync;
  if (sync.isRunning) return { word: t('Syncing'), tone: 'busy', message };
  if (sync.isSuspended) return { word: t('Suspended'), tone: 'warning', message };
  const tones: Readonly<Record<AppSync['status'], Tone>> = { Synced: 'good', OutOfSync: 'warning', Unknown: 'unknown' };
  // "Applied revision …" of a good sync is what the header says anyway.
  return { word: sync.status, tone: tones[sync.status], message: sync.status === 'Synced' ? undefined : message };
}

function healthStatus({ status, message }: AppHealth): PanelStatus {
  const tone = toneOfHealth(status);
  return { word: status, tone, message: tone === 'good' ? undefined : message };
}

function liveStatus(cluster: ClusterState | undefined, t: Translate): PanelStatus {
  if (cluster === undefined) return { word: t('Git only'), tone: 'unknown' };
  const { status } = cluster;
  switch (status.kind) {
    case 'connecting':
    case 'waiting':
      return { word: t('Connecting'), tone: 'busy' };
    case 'connected':
      return { word: t('Live'), tone: 'good' };
    case 'partly-forbidden':
      return { word: t('Partly forbidden'), tone: 'warning', message: status.denied.join(' ') };
    case 'stale':
      return { word: t('Stale'), tone: 'warning', message: status.message };
    case 'offline':
      return { word: t('Offline'), tone: 'bad', message: status.message };
    case 'no-reconciler':
      return { word: t('Live, no reconciler'), tone: 'good' };
  }
}

/** What the list of files is built from. */
export interface FilesInput {
  readonly changeSet: ChangeSet;
  readonly after: Rendering;
  /** Files of this app that are committed and not in the upstream branch. */
  readonly unpushed: readonly RepoPath[];
}

/** The files that two renderings read with different content; of files that only one reads nothing is said. */
export function filesThatDiffer(one: Rendering, other: Rendering): readonly RepoPath[] {
  const digests = new Map(one.reads.filter(({ kind }) => kind === 'file').map(({ path, digest }) => [path, digest]));
  const differing = other.reads.filter(({ kind, path, digest }) => {
    const known = kind === 'file' ? digests.get(path) : undefined;
    return known !== undefined && known !== digest;
  });
  return [...new Set(differing.map(({ path }) => path))];
}

/** The files of the change set, then those the app is built from. */
export function buildFiles({ changeSet, after, unpushed }: FilesInput): readonly PanelFile[] {
  const changed = changeSet.files.map((file): PanelFile => ({
    path: file.path,
    origin: file.isUnsaved ? 'unsaved' : 'uncommitted',
    change: file.kind,
  }));
  const known = new Set(changed.map(({ path }) => path));
  const read = after.reads.filter(
    ({ kind, digest, path }) => kind === 'file' && digest !== 'absent' && !known.has(path),
  );
  const others = [...new Set(read.map(({ path }) => path))].sort().map((path): PanelFile => ({
    path,
    origin: unpushed.includes(path) ? 'unpushed' : 'unchanged',
    change: 'none',
  }));
  return [
    ...changed,
    ...others.sort((one, other) => Number(one.origin === 'unchanged') - Number(other.origin === 'unchanged')),
  ];
}

/** What the act part is built from. */
export interface ActInput {
  readonly state: AppState;
  readonly overview: OverviewState;
  readonly changeSet: ChangeSet;
  readonly hasConnection: boolean;
  readonly isRunning: boolean;
}

/** The three acts: what each will do, or why it cannot and what to do about that. */
export function buildAct(input: ActInput, t: Translate): PanelAct {
  const { changeSet, overview, isRunning } = input;
  const { repo } = overview;
  const running = isRunning ? t('A run is under way; wait until it has ended, or stop following it.') : undefined;
  const commitTrouble = running ?? blockerText(changeSet.blockers, ['commit']);
  const syncTrouble = running ?? whyNoSync(input, t);
  const bothTrouble = commitTrouble ?? blockerText(changeSet.blockers, ['push']) ?? syncTrouble;
  const branch = repo?.branch ?? 'HEAD';
  const upstream = repo?.upstream?.name ?? '';
  const reconciler = reconcilerName(input.state.app.kind, t);
  const context = input.state.context ?? '';
  return {
    template: changeSet.files.length === 0 ? '' : changeSet.message,
    commit: availability(commitTrouble, t('Commits to {0}. Nothing is pushed.', branch)),
    commitAndSync: availability(
      bothTrouble,
      t('Commits to {0}, pushes to {1} and asks {2} in {3} to apply it.', branch, upstream, reconciler, context),
    ),
    sync: syncTrouble === undefined ? syncAct(input, t) : { isReady: false, text: syncTrouble },
  };
}

/** Commits that a sync pushes first: those of the branch that its upstream does not have, unless a push is blocked. */
export function commitsToPush({ repo }: OverviewState, changeSet: ChangeSet): number {
  return blockerText(changeSet.blockers, ['push']) === undefined ? (repo?.upstream?.ahead ?? 0) : 0;
}

function availability(trouble: string | undefined, plan: string): Availability {
  return trouble === undefined ? { isReady: true, text: plan } : { isReady: false, text: trouble };
}

function blockerText(blockers: readonly Blocker[], acts: readonly Blocker['blocks'][]): string | undefined {
  return blockers.find(({ blocks }) => acts.includes(blocks))?.message;
}

function whyNoSync({ state, hasConnection }: ActInput, t: Translate): string | undefined {
  const { app, context, sync } = state;
  if (app.kind === 'kustomize' || app.kind === 'helm' || app.kind === 'manifests') {
    return t('Neither Argo CD nor Flux manages {0}, so there is nobody to ask.', app.name);
  }
  if (context === undefined)
    return t('No connected cluster runs {0}. Connect one with GitOps: Connect cluster.', app.name);
  if (!hasConnection) return t('{0} is not reachable now. Look at the cluster in the Apps view.', context);
  if (sync.isSuspended && app.kind !== 'argo-application') return t('{0} is suspended; resume it first.', app.name);
  return sync.isRunning ? t('A sync of {0} is running; wait until it has ended.', app.name) : undefined;
}

function syncAct({ state, overview, changeSet }: ActInput, t: Translate): Availability {
  const reconciler = reconcilerName(state.app.kind, t);
  const context = state.context ?? '';
  const { upstream } = overview.repo ?? {};
  const push = commitsToPush(overview, changeSet);
  if (push > 0 && upstream !== undefined) {
    const what = push === 1 ? t('1 commit') : t('{0} commits', push);
    const text = t(
      'Pushes {0} to {1} and asks {2} in {3} to apply what is there.',
      what,
      upstream.name,
      reconciler,
      context,
    );
    return { isReady: true, text, label: t('Push & sync') };
  }
  const asks = t('Asks {0} in {1} to apply what is pushed.', reconciler, context);
  if (upstream === undefined || upstream.ahead === 0) return { isReady: true, text: asks };
  const left = t('Commits that are not pushed are no part of it ({0}).', upstream.ahead);
  return { isReady: true, text: `${asks} ${left}` };
}
