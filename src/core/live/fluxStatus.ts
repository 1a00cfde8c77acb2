import { listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { AppHealth, AppSync } from '../overview/state.ts';
import { conditionOf, isObserved } from './conditions.ts';
import { readFluxHistory } from './fluxHistory.ts';
import { commitOf } from './reconcilerStatus.ts';
import type { ManagedResource, ReconcilerStatus } from './reconcilerStatus.ts';

/** Reads a Flux `Kustomization` or `HelmRelease`, with its `GitRepository` where that was seen (it knows the newest revision). */
export function readFluxStatus(kustomization: KubeObject, gitRepository?: KubeObject): ReconcilerStatus {
  return {
    sync: readSync(kustomization, gitRepository),
    health: readHealth(kustomization),
    history: readFluxHistory(kustomization),
    resources: listAt(kustomization, 'status', 'inventory', 'entries').flatMap(readEntry),
  };
}

/**
 * Splits an inventory id `<namespace>_<name>_<group>_<kind>`. A name holds no `_`, save those of RBAC objects, whose `:`
 * is written as `__` (fluxcd/cli-utils `object.ObjMetadata`).
 */
export function parseInventoryId(id: string): ResourceKey | undefined {
  const match = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id);
  const [, namespace = '', name = '', group = '', kind = ''] = match ?? [];
  if (kind === '') return undefined;
  return resourceKey({ group, kind, namespace: namespace || undefined, name: name.replaceAll('__', ':') });
}

function readSync(kustomization: KubeObject, gitRepository: KubeObject | undefined): AppSync {
  const ready = conditionOf(kustomization, 'Ready');
  const applied = appliedRevision(kustomization);
  return {
    status: kustomization.kind === 'HelmRelease' ? releaseWord(kustomization) : syncWord(kustomization, gitRepository),
    appliedRevision: applied === undefined ? undefined : commitOf(applied),
    message: sourceTrouble(gitRepository) ?? (ready?.message || undefined),
    isSuspended: valueAt(kustomization, 'spec', 'suspend') === true,
    isRunning: conditionOf(kustomization, 'Reconciling')?.status === 'True',
  };
}

/** Ready at the newest revision reads `Synced`; without a Ready condition nothing is known yet. */
function syncWord(kustomization: KubeObject, gitRepository: KubeObject | undefined): AppSync['status'] {
  const ready = conditionOf(kustomization, 'Ready');
  const applied = appliedRevision(kustomization);
  if (ready === undefined) return 'Unknown';
  if (applied === undefined || !isObserved(kustomization)) return 'OutOfSync';
  const newest = stringAt(gitRepository, 'status', 'artifact', 'revision');
  if (newest !== undefined && newest !== applied) return 'OutOfSync';
  if (ready.status === 'True' || ready.reason === 'HealthCheckFailed') return 'Synced';
  // A run at the revision that is already applied has not changed anything yet; a failed one says that it could not.
  return ready.status === 'Unknown' ? 'Synced' : 'OutOfSync';
}

/** A HelmRelease tells chart versions, no commits: released as its spec says now, or not. */
function releaseWord(release: KubeObject): AppSync['status'] {
  const ready = conditionOf(release, 'Ready');
  if (ready === undefined) return 'Unknown';
  return ready.status === 'True' && isObserved(release) ? 'Synced' : 'OutOfSync';
}

/** `lastAppliedRevision` is written only after health checks passed, but a failed health check means that all was applied. */
function appliedRevision(kustomization: KubeObject): string | undefined {
  const status = objectAt(kustomization, 'status');
  const attempted = stringAt(status, 'lastAttemptedRevision');
  const isUnhealthy = conditionOf(kustomization, 'Ready')?.reason === 'HealthCheckFailed';
  return (isUnhealthy ? attempted : undefined) ?? stringAt(status, 'lastAppliedRevision');
}

function sourceTrouble(gitRepository: KubeObject | undefined): string | undefined {
  const ready = conditionOf(gitRepository, 'Ready');
  return ready?.status === 'False' ? `GitRepository: ${ready.message}` : undefined;
}

/** kstatus for an object with a Ready condition (fluxcd/cli-utils `pkg/kstatus/status/generic.go`). */
function readHealth(kustomization: KubeObject): AppHealth {
  if (stringAt(kustomization.metadata, 'deletionTimestamp') !== undefined) return { status: 'Terminating' };
  const stalled = conditionOf(kustomization, 'Stalled');
  if (stalled?.status === 'True') return { status: 'Failed', message: stalled.message };
  const ready = conditionOf(kustomization, 'Ready');
  if (ready === undefined) return { status: 'Unknown' };
  const reconciling = conditionOf(kustomization, 'Reconciling');
  // A failing Kustomization keeps `Reconciling` while it retries; the failure is what a person needs to see.
  if (ready.status === 'False') return { status: 'Failed', message: ready.message };
  if (reconciling?.status === 'True') return { status: 'InProgress', message: reconciling.message };
  if (ready.status !== 'True' || !isObserved(kustomization)) return { status: 'InProgress', message: ready.message };
  return { status: 'Current', message: ready.message || undefined };
}

function readEntry(entry: Json): readonly ManagedResource[] {
  const key = parseInventoryId(stringAt(entry, 'id') ?? '');
  return key === undefined ? [] : [{ key, version: stringAt(entry, 'v'), needsPruning: false }];
}
