import { listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { HistoryEntry } from './reconcilerStatus.ts';
import { saidBy } from './secretWords.ts';

/** What Argo CD did of an Application, newest first: the operation under way or failed, then its list of deployments. */
export function readArgoHistory(status: JsonObject | undefined): readonly HistoryEntry[] {
  const deployments = deploymentsOf(status);
  const operation = lastOperation(objectAt(status, 'operationState'));
  // One that succeeded is in the list; it only tells more of its newest entry.
  return operation === undefined || operation.result === 'succeeded' ? deployments : [operation, ...deployments];
}

/** `status.history`, newest first: successes only (argo-cd `persistRevisionHistory`). */
export function deploymentsOf(status: JsonObject | undefined): readonly HistoryEntry[] {
  return listAt(status, 'history')
    .flatMap((entry): readonly HistoryEntry[] => {
      const revision = revisionOf(entry);
      if (revision === undefined) return [];
      const by = initiatorOf(objectAt(entry, 'initiatedBy'));
      return [{ revision, time: stringAt(entry, 'deployedAt'), result: 'succeeded', by }];
    })
    .reverse();
}

/** Applications with several sources have `revisions` in place of `revision`; the first is the one shown. */
export function revisionOf(value: Json | undefined): string | undefined {
  const first = listAt(value, 'revisions')[0];
  return stringAt(value, 'revision') || (typeof first === 'string' ? first : undefined);
}

const results: Readonly<Record<string, HistoryEntry['result']>> = {
  Running: 'running',
  Terminating: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
};

function lastOperation(operation: JsonObject | undefined): HistoryEntry | undefined {
  const revision =
    revisionOf(objectAt(operation, 'syncResult')) ?? revisionOf(objectAt(operation, 'operation', 'sync'));
  if (operation === undefined || revision === undefined) return undefined;
  const status = stringAt(operation, 'phase') ?? '';
  // A trial deploys nothing.
  if (valueAt(operation, 'operation', 'sync', 'dryRun') === true) return undefined;
  return {
    revision,
    time: stringAt(operation, 'finishedAt') ?? stringAt(operation, 'startedAt'),
    result: results[status] ?? 'unknown',
    status,
    by: initiatorOf(objectAt(operation, 'operation', 'initiatedBy')),
    message: saidBy(operation),
  };
}

function initiatorOf(by: JsonObject | undefined): string | undefined {
  return stringAt(by, 'username') || (by?.automated === true ? 'automated sync' : undefined);
}
