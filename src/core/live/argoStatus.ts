import { listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { annotationOf, resourceKey } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { AppHealth, AppSync } from '../overview/state.ts';
import { deploymentsOf, readArgoHistory, revisionOf } from './argoHistory.ts';
import { saidBy } from './secretWords.ts';
import type { ManagedResource, ReconcilerStatus } from './reconcilerStatus.ts';

/** Reads an Argo CD `Application`; tolerant of anything missing (a fresh object has no status at all). */
export function readArgoStatus(application: KubeObject): ReconcilerStatus {
  const status = objectAt(application, 'status');
  return {
    sync: readSync(application, status),
    health: readHealth(objectAt(status, 'health')),
    history: readArgoHistory(status),
    comparedRevision: revisionOf(objectAt(status, 'sync')),
    comparedAt: stringAt(status, 'reconciledAt'),
    resources: listAt(status, 'resources').flatMap(readResource),
  };
}

/** Tells whether an operation is asked for or under way; a second one would be refused by Argo CD's own API. */
export function hasOperation(application: KubeObject): boolean {
  if (objectAt(application, 'operation') !== undefined) return true;
  const phase = stringAt(application, 'status', 'operationState', 'phase');
  return phase === 'Running' || phase === 'Terminating';
}

function readSync(application: KubeObject, status: JsonObject | undefined): AppSync {
  return {
    status: syncWord(stringAt(status, 'sync', 'status')),
    appliedRevision: readApplied(status),
    message: readMessage(status),
    // argocd.argoproj.io/skip-reconcile stops the controller from looking at the app.
    isSuspended: annotationOf(application, 'argocd.argoproj.io/skip-reconcile') === 'true',
    isRunning: hasOperation(application),
  };
}

/** The operation's own result counts when it succeeded; a failed one may have applied nothing, so the history does. */
function readApplied(status: JsonObject | undefined): string | undefined {
  const operation = objectAt(status, 'operationState');
  const result =
    stringAt(operation, 'phase') === 'Succeeded' ? revisionOf(objectAt(operation, 'syncResult')) : undefined;
  const synced = stringAt(status, 'sync', 'status') === 'Synced' ? revisionOf(objectAt(status, 'sync')) : undefined;
  const isDryRun = valueAt(operation, 'operation', 'sync', 'dryRun') === true;
  return (isDryRun ? undefined : result) ?? deploymentsOf(status)[0]?.revision ?? synced;
}

function readMessage(status: JsonObject | undefined): string | undefined {
  const errors = listAt(status, 'conditions')
    .filter((condition) => stringAt(condition, 'type')?.endsWith('Error') === true)
    .flatMap((condition) => saidBy(condition) ?? []);
  return errors.length > 0 ? errors.join('\n') : saidBy(objectAt(status, 'operationState'));
}

function readResource(entry: Json): readonly ManagedResource[] {
  const kind = stringAt(entry, 'kind');
  const name = stringAt(entry, 'name');
  if (kind === undefined || name === undefined) return [];
  const key = resourceKey({
    group: stringAt(entry, 'group') ?? '',
    kind,
    namespace: stringAt(entry, 'namespace') || undefined,
    name,
  });
  const health = objectAt(entry, 'health');
  return [
    {
      key,
      version: stringAt(entry, 'version'),
      sync: stringAt(entry, 'status'),
      health: health && readHealth(health),
      needsPruning: valueAt(entry, 'requiresPruning') === true,
    },
  ];
}

function readHealth(health: JsonObject | undefined): AppHealth {
  return { status: stringAt(health, 'status') || 'Unknown', message: saidBy(health) };
}

function syncWord(word: string | undefined): AppSync['status'] {
  return word === 'Synced' || word === 'OutOfSync' ? word : 'Unknown';
}
