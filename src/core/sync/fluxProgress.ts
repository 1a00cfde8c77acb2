import { stringAt, valueAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { shortRevision } from '../model/words.ts';
import { conditionOf, isObserved } from '../live/conditions.ts';
import { readFluxStatus } from '../live/fluxStatus.ts';
import { commitOf } from '../live/reconcilerStatus.ts';
import type { AppHealth } from '../overview/state.ts';
import type { SyncObjects, SyncProgress, SyncRow } from './progress.ts';
import type { SyncPlan } from './syncPlan.ts';

/** Reasons of `Ready=False` after which Flux goes on by itself soon. */
const passingReasons = ['DependencyNotReady', 'Progressing', 'ProgressingWithRetry'];

/** Progress of a Flux request, read from the Kustomization or HelmRelease and its GitRepository. */
export function fluxProgress(plan: SyncPlan, app: KubeObject, objects: SyncObjects): SyncProgress {
  if (plan.act === 'suspend' || plan.act === 'resume') return suspendProgress(plan, app);
  const resources = readRows(app, objects);
  if (plan.source !== undefined) {
    const fetching = fetchProgress(plan, objects.source);
    if (fetching !== undefined) return { ...fetching, resources };
  }
  const target = stringAt(objects.source, 'status', 'artifact', 'revision') ?? plan.commit;
  const commit = target === undefined ? undefined : commitOf(target);
  if (app.kind === 'HelmRelease') return { ...releaseProgress(plan, app), commit, resources };
  return { ...applyProgress(plan, app, commit), commit, resources };
}

/** Done as soon as the object is seen with the new word. */
function suspendProgress({ act }: SyncPlan, app: KubeObject): SyncProgress {
  const isSuspended = valueAt(app, 'spec', 'suspend') === true;
  return { phase: isSuspended === (act === 'suspend') ? 'succeeded' : 'requested', resources: [] };
}

/**
 * The HelmRelease's part. It tells chart versions, no commits: a run with our token is over when its outcome was observed.
 * A chart that is packed anew from the source starts one more run by itself.
 */
function releaseProgress(plan: SyncPlan, release: KubeObject): Omit<SyncProgress, 'resources'> {
  const ready = conditionOf(release, 'Ready');
  const reconciling = conditionOf(release, 'Reconciling');
  const isHandled = stringAt(release, 'status', 'lastHandledReconcileAt') === plan.token;
  if (ready?.status === 'False' && ready.reason === 'DependencyNotReady') {
    return { phase: 'requested', message: ready.message };
  }
  if (reconciling?.status === 'True' && ready?.status !== 'False') {
    return { phase: isHandled ? 'applying' : 'requested', message: reconciling.message };
  }
  if (!isHandled || !isObserved(release)) return { phase: 'requested', message: 'Waiting for Flux to start' };
  if (ready?.status === 'True') return { phase: 'succeeded', message: ready.message };
  const isFailed = ready?.status === 'False' && !passingReasons.includes(ready.reason);
  return { phase: isFailed ? 'failed' : 'applying', message: ready?.message };
}

/** The source's part; `undefined` once it has answered our token, then its artifact is what gets applied. */
function fetchProgress(plan: SyncPlan, source: KubeObject | undefined): Omit<SyncProgress, 'resources'> | undefined {
  const { commit } = plan;
  if (source === undefined) return { phase: 'requested', message: 'Waiting for the GitRepository', commit };
  if (stringAt(source, 'status', 'lastHandledReconcileAt') !== plan.token) {
    const reconciling = conditionOf(source, 'Reconciling');
    const message = (reconciling?.status === 'True' && reconciling.message) || 'Waiting for Flux to fetch';
    return { phase: 'fetching', message, commit };
  }
  const ready = conditionOf(source, 'Ready');
  if (ready?.status === 'False') return { phase: 'failed', message: `GitRepository: ${ready.message}`, commit };
  if (ready?.status !== 'True') return { phase: 'fetching', message: ready?.message, commit };
  return undefined;
}

/**
 * The Kustomization's part. Flux writes `lastHandledReconcileAt` at the end of a run, and a run that began before the
 * fetch ends with the old revision: so the end counts only when token and attempted revision are both ours.
 */
function applyProgress(
  plan: SyncPlan,
  kustomization: KubeObject,
  commit: string | undefined,
): Omit<SyncProgress, 'resources'> {
  const ready = conditionOf(kustomization, 'Ready');
  const reconciling = conditionOf(kustomization, 'Reconciling');
  const isHandled = stringAt(kustomization, 'status', 'lastHandledReconcileAt') === plan.token;
  const isAttempted = isRevision(kustomization, 'lastAttemptedRevision', commit);
  if (isHandled && isAttempted && isObserved(kustomization)) {
    if (ready?.status === 'True' && isRevision(kustomization, 'lastAppliedRevision', commit)) {
      return { phase: 'succeeded', message: supersededWords(plan, commit) ?? ready.message };
    }
    if (ready?.status === 'False' && !passingReasons.includes(ready.reason)) {
      return { phase: 'failed', message: ready.message };
    }
  }
  if (ready?.status === 'False' && ready.reason === 'DependencyNotReady') {
    return { phase: 'requested', message: ready.message };
  }
  if (reconciling?.status === 'True' && ready?.status !== 'False') return runningProgress(reconciling.message, commit);
  // Between the last check of a run and its final status.
  if (isHandled && isAttempted) return { phase: 'waiting-for-health', message: ready?.message };
  return { phase: 'requested', message: 'Waiting for Flux to start' };
}

/** Only the words of the condition tell the stages and the revision of a run; they decide what is shown, never the outcome. */
function runningProgress(message: string, commit: string | undefined): Omit<SyncProgress, 'resources'> {
  const running = /\bsha(?:1|256):([0-9a-f]+)/.exec(message)?.[1];
  if (running !== undefined && commit !== undefined && running !== commit) {
    return { phase: 'requested', message: `Waiting for the run at ${shortRevision(running)} to end` };
  }
  return { phase: message.startsWith('Running health checks') ? 'waiting-for-health' : 'applying', message };
}

/** Somebody pushed more, or the GitRepository follows another branch: true, and worth saying. */
function supersededWords(plan: SyncPlan, commit: string | undefined): string | undefined {
  if (plan.commit === undefined || commit === undefined || plan.commit === commit) return undefined;
  return `Applied ${shortRevision(commit)}, which the source has in place of ${shortRevision(plan.commit)}`;
}

function isRevision(kustomization: KubeObject, field: string, commit: string | undefined): boolean {
  const revision = stringAt(kustomization, 'status', field);
  return revision !== undefined && (commit === undefined || commitOf(revision) === commit);
}

/** The inventory names the objects; what each one is doing comes from the live objects themselves. */
function readRows(kustomization: KubeObject, { healthOf }: SyncObjects): readonly SyncRow[] {
  return readFluxStatus(kustomization).resources.map(({ key }) => {
    const health = healthOf?.(key);
    return { key, phase: rowPhase(health), message: health?.message };
  });
}

/** kstatus words (`Current`, `InProgress`, `Failed`); unknown health reads as applied, because the inventory says so. */
function rowPhase(health: AppHealth | undefined): SyncRow['phase'] {
  switch (health?.status) {
    case 'Current':
      return 'healthy';
    case 'InProgress':
    case 'Terminating':
      return 'progressing';
    case 'Failed':
      return 'failed';
    default:
      return 'applied';
  }
}
