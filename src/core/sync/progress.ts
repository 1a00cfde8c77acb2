import type { AppHealth, ClusterState } from '../overview/state.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { argoProgress } from './argoProgress.ts';
import { fluxProgress } from './fluxProgress.ts';
import type { SyncPlan } from './syncPlan.ts';

/** How far a sync has come. `cancelled` is never said here: who stops following knows it. */
export type SyncPhase = 'requested' | 'fetching' | 'applying' | 'waiting-for-health' | 'succeeded' | 'failed';

/** The progress of one request, as the reconciler's objects tell it at one moment. */
export interface SyncProgress {
  readonly phase: SyncPhase;
  /** The reconciler's own words, or what is being waited for. */
  readonly message?: string | undefined;
  /** Commit that is being or was applied. */
  readonly commit?: string | undefined;
  readonly resources: readonly SyncRow[];
  /** Why this may be out of date: the cluster cannot be seen at the moment, where the sync goes on all the same. */
  readonly doubt?: string | undefined;
}

/** One object on its way. */
export interface SyncRow {
  readonly key: ResourceKey;
  readonly phase: 'pending' | 'applied' | 'pruned' | 'healthy' | 'progressing' | 'failed';
  /** Argo CD: `PreSync`, `Sync`, `PostSync`, … for hooks. */
  readonly hook?: string | undefined;
  readonly message?: string | undefined;
}

/** What to look at: the newest readings of the reconciler's objects and, for Flux, what is known of the health of each object. */
export interface SyncObjects {
  readonly app: KubeObject | undefined;
  readonly source?: KubeObject | undefined;
  readonly healthOf?: ((key: ResourceKey) => AppHealth | undefined) | undefined;
  /** What is known of the cluster; absent where nobody follows it any more. */
  readonly cluster?: ClusterState | undefined;
}

/**
 * Reads from the objects of this moment how far a planned sync has come. A status left by an earlier operation is never
 * taken for this one's: Argo CD carries our token in the operation, Flux answers it in `lastHandledReconcileAt`.
 */
export function progressOf(plan: SyncPlan, objects: SyncObjects): SyncProgress {
  const doubt = doubtOf(objects.cluster);
  if (objects.app === undefined) {
    // What cannot be seen is not gone.
    if (doubt !== undefined) return { phase: 'requested', resources: [], doubt };
    const message = `${plan.target.kind} ${plan.target.namespace}/${plan.target.name} is not in the cluster any more.`;
    return { phase: 'failed', message, resources: [] };
  }
  const progress =
    plan.reconciler === 'argo' ? argoProgress(plan, objects.app) : fluxProgress(plan, objects.app, objects);
  return doubt === undefined || isFinal(progress) ? progress : { ...progress, doubt };
}

/** Why what is shown of a cluster may be out of date; `undefined` while it is followed. */
export function doubtOf(cluster: ClusterState | undefined): string | undefined {
  const status = cluster?.status;
  switch (status?.kind) {
    case 'stale':
      return `Cluster ${cluster?.context ?? ''} has not been seen since ${status.since}; the sync goes on there. ${status.message}`;
    case 'offline':
      return `Cluster ${cluster?.context ?? ''} cannot be seen; the sync goes on there. ${status.message}`;
    case 'connecting':
    case 'waiting':
      return `Cluster ${cluster?.context ?? ''} is being connected again; the sync goes on there.`;
    case 'connected':
    case 'partly-forbidden':
    case 'no-reconciler':
    case undefined:
      return undefined;
  }
}

/** Tells whether following can end. */
export function isFinal(progress: SyncProgress): boolean {
  return progress.phase === 'succeeded' || progress.phase === 'failed';
}
