import { managedEntries } from '../diff/managedFields.ts';
import { worstKstatus } from '../health/appHealth.ts';
import { conditionOf } from '../live/conditions.ts';
import type { ReconcilerStatus } from '../live/reconcilerStatus.ts';
import { listAt, stringAt, valueAt } from '../model/json.ts';
import type { Verdict } from '../model/difference.ts';
import type { KubeObject } from '../model/resource.ts';
import type { LiveComparison } from './liveComparer.ts';
import type { HealthPicture } from './resourceHealth.ts';
import type { Disagreement } from './state.ts';

/** Flux's object of an app beside what is made of the app's objects here. */
export interface FluxJudged {
  readonly reconciler: KubeObject;
  readonly status: ReconcilerStatus;
  readonly compared: LiveComparison | undefined;
  readonly healths: HealthPicture;
}

/** Where the objects of a Flux app make something else of it than its conditions say, each with the rule that explains it. */
export function fluxDisagreements(judged: FluxJudged): readonly Disagreement[] {
  return judged.compared === undefined ? [] : [...syncDisagreement(judged), ...healthDisagreement(judged)];
}

const drifted: ReadonlySet<Verdict | undefined> = new Set(['modified', 'removed', 'missing', 'extra']);

function syncDisagreement(judged: FluxJudged): readonly Disagreement[] {
  const { compared, status } = judged;
  const objects = [...(compared?.objects.values() ?? [])];
  const found = objects.filter(({ diff }) => drifted.has(diff?.verdict));
  const theirs = status.sync.status;
  if (theirs === 'Synced' && found.length > 0) {
    const lives = found.flatMap(({ live }) => live ?? []);
    return [{ about: 'sync', ours: 'OutOfSync', theirs, why: whyNotSeen(judged, lives) }];
  }
  const isAllCompared = objects.length > 0 && objects.every(({ diff }) => isSame(diff?.verdict));
  if (theirs !== 'OutOfSync' || !isAllCompared) return [];
  const why = whyBehind(judged);
  return why === undefined ? [] : [{ about: 'sync', ours: 'Synced', theirs, why }];
}

function isSame(verdict: Verdict | undefined): boolean {
  return verdict === 'in-sync' || verdict === 'external' || verdict === 'skipped';
}

/** What keeps Flux from seeing or mending what differs; the first rule that holds explains it. */
function whyNotSeen({ reconciler }: FluxJudged, lives: readonly KubeObject[]): string {
  const { kind } = reconciler;
  if (valueAt(reconciler, 'spec', 'suspend') === true) {
    return `The ${kind} is suspended: Flux neither looks at its objects nor mends them until it is resumed.`;
  }
  if (kind === 'HelmRelease') return whyReleaseStands(reconciler);
  const interval = stringAt(reconciler, 'spec', 'interval');
  const ran = lastRunOf(reconciler);
  const newest = newestWrite(lives);
  // An object that is missing tells no time; between two runs it is seen by nobody.
  if (ran !== undefined && newest !== undefined && newest <= ran) return 'No rule that is known here explains it.';
  const when = newest === undefined ? at(ran) : `${at(ran)}, and the change came at ${newest}`;
  const next = interval === undefined ? '' : `, every ${interval}`;
  return `Its Ready condition speaks of the last run${when}. Flux mends what it manages with its next run${next}.`;
}

/** helm-controller looks at live objects only where it is told to (HelmRelease `spec.driftDetection`). */
function whyReleaseStands(release: KubeObject): string {
  const mode = stringAt(release, 'spec', 'driftDetection', 'mode') ?? 'disabled';
  switch (mode) {
    case 'enabled': {
      const interval = stringAt(release, 'spec', 'interval') ?? 'its interval';
      return `spec.driftDetection is enabled: helm-controller mends it with its next run, every ${interval}.`;
    }
    case 'warn':
      return 'spec.driftDetection.mode is warn: helm-controller tells of drift in events, and leaves it.';
    default:
      return 'spec.driftDetection is not enabled: between upgrades helm-controller does not look at the objects of a release.';
  }
}

/** A run that failed, or that is still to come, leaves what was applied before it as it is. */
function whyBehind({ reconciler }: FluxJudged): string | undefined {
  const ready = conditionOf(reconciler, 'Ready');
  if (ready?.status !== 'False') return undefined;
  return `Its last run failed (${ready.reason}), and the cluster still runs what the run before it applied.`;
}

function healthDisagreement({ reconciler, status, healths }: FluxJudged): readonly Disagreement[] {
  const theirs = status.health.status;
  const ours = worstKstatus([...healths.objects.values()].map((health) => health.status));
  const isWorse = ours === 'Failed' || ours === 'InProgress' || ours === 'Terminating';
  if (theirs !== 'Current' || !isWorse) return [];
  return [{ about: 'health', ours, theirs, why: whyNotWaited(reconciler) }];
}

function whyNotWaited(reconciler: KubeObject): string {
  if (reconciler.kind === 'HelmRelease') {
    return 'Ready says that the last Helm action succeeded; what became of the objects since, helm-controller does not follow.';
  }
  const isChecked =
    valueAt(reconciler, 'spec', 'wait') === true || listAt(reconciler, 'spec', 'healthChecks').length > 0;
  return isChecked
    ? `Flux checked health when it last applied${at(lastRunOf(reconciler))}, not since.`
    : 'Neither spec.wait nor spec.healthChecks is set: Ready says that everything was applied, not that it is healthy.';
}

function at(time: string | undefined): string {
  return time === undefined ? '' : ` (${time})`;
}

/** When Flux last carried the app out; RFC 3339. */
function lastRunOf(reconciler: KubeObject): string | undefined {
  const runs = listAt(reconciler, 'status', 'history').flatMap((entry) => stringAt(entry, 'lastReconciled') ?? []);
  return runs.sort().at(-1) ?? conditionOf(reconciler, 'Ready')?.lastTransitionTime;
}

function newestWrite(lives: readonly KubeObject[]): string | undefined {
  return lives
    .flatMap((live) => managedEntries(live))
    .flatMap(({ subresource, time }) => (subresource === undefined ? (time ?? []) : []))
    .sort()
    .at(-1);
}
