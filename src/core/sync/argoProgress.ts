import { listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { annotationOf, describeKey, resourceKey } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { readArgoStatus } from '../live/argoStatus.ts';
import { saidBy, saidOfSecret } from '../live/secretWords.ts';
import type { ManagedResource } from '../live/reconcilerStatus.ts';
import { tokenOf } from './argoSync.ts';
import type { SyncProgress, SyncRow } from './progress.ts';
import type { SyncPlan } from './syncPlan.ts';

/** Progress of an Argo CD request, read from its Application. */
export function argoProgress(plan: SyncPlan, application: KubeObject): SyncProgress {
  if (plan.act === 'terminate') return terminateProgress(application);
  if (plan.act !== 'sync') return refreshProgress(plan, application);
  const operation = objectAt(application, 'status', 'operationState');
  if (tokenOf(objectAt(operation, 'operation')) !== plan.token) return notStarted(plan, application);
  const message = saidBy(operation);
  const commit = stringAt(operation, 'syncResult', 'revision') ?? plan.commit;
  const resources = readRows(operation, application);
  switch (stringAt(operation, 'phase')) {
    case 'Succeeded':
      return { ...afterOperation(application, operation), commit, resources };
    case 'Failed':
    case 'Error':
      return { phase: 'failed', message: failureWords(message, resources), commit, resources };
    case 'Terminating':
      return { phase: 'applying', message: message ?? 'Terminating', commit, resources };
    default:
      // The controller merges the start into the status: what has an end is left over from the operation before.
      return stringAt(operation, 'finishedAt') === undefined
        ? { phase: 'applying', message, commit, resources }
        : { phase: 'applying', message: 'Argo CD has started', commit: plan.commit, resources: [] };
  }
}

/** The controller removes the annotation once it has compared again; a reading from before the request has neither. */
function refreshProgress(plan: SyncPlan, application: KubeObject): SyncProgress {
  const isAsked = annotationOf(application, 'argocd.argoproj.io/refresh') !== undefined;
  // Not by the time of the comparison: two within a second tell the same.
  const isSame = stringAt(application.metadata, 'resourceVersion') === plan.readVersion;
  if (isAsked || isSame) return { phase: 'requested', message: 'Waiting for Argo CD to compare', resources: [] };
  const { sync } = readArgoStatus(application);
  return { phase: 'succeeded', message: sync.message ?? sync.status, resources: [] };
}

/** An operation that is ended keeps its phase until its hooks are gone. */
function terminateProgress(application: KubeObject): SyncProgress {
  const operation = objectAt(application, 'status', 'operationState');
  const phase = stringAt(operation, 'phase');
  const message = saidBy(operation);
  const isEnding = phase === 'Running' || phase === 'Terminating';
  return isEnding
    ? { phase: 'applying', message: message ?? 'Waiting for Argo CD to end the sync', resources: [] }
    : { phase: 'succeeded', message: message ?? phase, resources: [] };
}

/** Our operation waits in `.operation`; when it is gone without a trace in the status, somebody else's has taken its place. */
function notStarted(plan: SyncPlan, application: KubeObject): SyncProgress {
  const requested = objectAt(application, 'operation');
  if (requested === undefined || tokenOf(requested) === plan.token) {
    return { phase: 'requested', message: 'Waiting for Argo CD to start', commit: plan.commit, resources: [] };
  }
  const message = `Another sync of ${plan.target.name} has taken the place of this one. Sync again when it has ended.`;
  return { phase: 'failed', message, commit: plan.commit, resources: [] };
}

/**
 * The operation is done; health counts from the first comparison after it (`reconciledAt` at or past `finishedAt`,
 * both by the controller's clock), or the health of before would be shown as the result.
 */
function afterOperation(application: KubeObject, operation: JsonObject | undefined): SyncProgress {
  const message = saidBy(operation);
  if (valueAt(operation, 'operation', 'sync', 'dryRun') === true) return { phase: 'succeeded', message, resources: [] };
  if (!isComparedSince(application, operation)) {
    return { phase: 'waiting-for-health', message: 'Waiting for Argo CD to look at the result', resources: [] };
  }
  const { health, resources } = readArgoStatus(application);
  const worst = resources.filter((resource) => resource.health?.status === health.status).map(describeHealth);
  switch (health.status) {
    case 'Healthy':
      return { phase: 'succeeded', message, resources: [] };
    case 'Suspended':
      return { phase: 'succeeded', message: `Suspended: ${worst.join('; ')}`, resources: [] };
    case 'Degraded':
      return { phase: 'failed', message: worst.join('\n') || health.message || 'Degraded', resources: [] };
    default:
      return {
        phase: 'waiting-for-health',
        message: worst.join('\n') || health.message || health.status,
        resources: [],
      };
  }
}

function isComparedSince(application: KubeObject, operation: JsonObject | undefined): boolean {
  const reconciledAt = Date.parse(stringAt(application, 'status', 'reconciledAt') ?? '');
  const finishedAt = Date.parse(stringAt(operation, 'finishedAt') ?? '');
  if (Number.isNaN(reconciledAt) || Number.isNaN(finishedAt) || reconciledAt < finishedAt) return false;
  // Times have whole seconds: a comparison within the same second may still be about the revision before.
  const applied = stringAt(operation, 'syncResult', 'revision');
  const compared = stringAt(application, 'status', 'sync', 'revision');
  return reconciledAt > finishedAt || applied === undefined || applied === compared;
}

function readRows(operation: JsonObject | undefined, application: KubeObject): readonly SyncRow[] {
  const health = new Map(readArgoStatus(application).resources.map((resource) => [resource.key, resource]));
  return listAt(operation, 'syncResult', 'resources').map((result) => {
    const key = resourceKey({
      group: stringAt(result, 'group') ?? '',
      kind: stringAt(result, 'kind') ?? '',
      namespace: stringAt(result, 'namespace') || undefined,
      name: stringAt(result, 'name') ?? '',
    });
    const isDone = stringAt(operation, 'phase') === 'Succeeded';
    return { key, ...rowState(result, isDone ? health.get(key) : undefined) };
  });
}

/** Words of gitops-engine `pkg/sync/common/types.go`; health joins once the operation is done. */
function rowState(result: Json, resource: ManagedResource | undefined): Omit<SyncRow, 'key'> {
  const hook = stringAt(result, 'hookType') || undefined;
  const said = stringAt(result, 'kind') === 'Secret' ? saidOfSecret(result) : saidBy(result);
  const word = stringAt(result, 'status') ?? stringAt(result, 'hookPhase');
  const failed = stringAt(result, 'hookPhase') === 'Failed' || stringAt(result, 'hookPhase') === 'Error';
  if (failed || word === 'SyncFailed') return { phase: 'failed', hook, message: said };
  if (word === 'Pruned') return { phase: 'pruned', hook, message: said };
  if (hook !== undefined && stringAt(result, 'hookPhase') === 'Running')
    return { phase: 'progressing', hook, message: said };
  switch (resource?.health?.status) {
    case 'Healthy':
      return { phase: 'healthy', hook, message: resource.health.message ?? said };
    case 'Progressing':
      return { phase: 'progressing', hook, message: resource.health.message ?? said };
    case 'Degraded':
      return { phase: 'failed', hook, message: resource.health.message ?? said };
    default:
      return { phase: word === undefined ? 'pending' : 'applied', hook, message: said };
  }
}

/** Argo CD's own message only counts ("one or more objects failed to apply"); the rows say what. */
function failureWords(message: string | undefined, rows: readonly SyncRow[]): string {
  const details = rows.flatMap(({ phase, key, message: said }) =>
    phase === 'failed' && said !== undefined && message?.includes(said) !== true ? `${describeKey(key)}: ${said}` : [],
  );
  return [message ?? 'The sync failed', ...details].join('\n');
}

function describeHealth({ key, health }: ManagedResource): string {
  return health?.message === undefined
    ? `${describeKey(key)} is ${health?.status ?? 'Unknown'}`
    : `${describeKey(key)}: ${health.message}`;
}
