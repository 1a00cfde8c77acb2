import { listAt, numberAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { conditionOf } from './conditions.ts';
import { commitOf } from './reconcilerStatus.ts';
import type { HistoryEntry } from './reconcilerStatus.ts';

/** What a Flux controller did of a Kustomization or HelmRelease, newest first; where it keeps no list, its last run. */
export function readFluxHistory(app: KubeObject): readonly HistoryEntry[] {
  const read = app.kind === 'HelmRelease' ? readRelease : readRun;
  const kept = listAt(app, 'status', 'history').flatMap(read);
  return kept.length > 0 ? kept : lastRun(app);
}

/** One digest of what was built, with its last run (kustomize-controller `status.history`, from v1.6). */
function readRun(entry: Json): readonly HistoryEntry[] {
  const revision = stringAt(entry, 'metadata', 'revision');
  if (revision === undefined) return [];
  const status = stringAt(entry, 'lastReconciledStatus');
  const result =
    status === undefined ? 'unknown' : status === 'ReconciliationSucceeded' ? 'succeeded' : resultOf(status);
  return [{ revision: commitOf(revision), time: stringAt(entry, 'lastReconciled'), result, status }];
}

function resultOf(status: string): HistoryEntry['result'] {
  return status === 'Progressing' ? 'running' : 'failed';
}

/** Helm's words for a release (helm `release.Status`). */
const releaseResults: Readonly<Record<string, HistoryEntry['result']>> = {
  deployed: 'succeeded',
  superseded: 'succeeded',
  failed: 'failed',
  uninstalled: 'succeeded',
  'pending-install': 'running',
  'pending-upgrade': 'running',
  'pending-rollback': 'running',
};

function readRelease(entry: Json): readonly HistoryEntry[] {
  const chart = stringAt(entry, 'chartName');
  const version = stringAt(entry, 'chartVersion');
  if (chart === undefined || version === undefined) return [];
  const status = stringAt(entry, 'status') ?? '';
  const number = numberAt(entry, 'version');
  return [
    {
      revision: `${chart} ${version}`,
      time: stringAt(entry, 'deleted') ?? stringAt(entry, 'lastDeployed'),
      result: releaseResults[status] ?? 'unknown',
      status: number === undefined ? status : `${status}, release ${String(number)}`,
    },
  ];
}

/** The Ready condition tells the run of the revision that was last tried. */
function lastRun(app: KubeObject): readonly HistoryEntry[] {
  const attempted = stringAt(app.status, 'lastAttemptedRevision') ?? stringAt(app.status, 'lastAppliedRevision');
  const ready = conditionOf(app, 'Ready');
  if (attempted === undefined || ready === undefined) return [];
  const result = ready.status === 'True' ? 'succeeded' : ready.status === 'False' ? 'failed' : 'running';
  const message = result === 'failed' ? ready.message : undefined;
  return [{ revision: commitOf(attempted), time: ready.lastTransitionTime, result, status: ready.reason, message }];
}
