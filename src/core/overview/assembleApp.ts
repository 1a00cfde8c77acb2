import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { worstKstatus } from '../health/appHealth.ts';
import type { ObjectDiff } from '../model/difference.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ManagedResource, ReconcilerStatus } from '../live/reconcilerStatus.ts';
import { appDisagreement } from './countedHealth.ts';
import { fluxDisagreements } from './fluxDisagreements.ts';
import { remoteDestination } from './destination.ts';
import { disagreementsOf } from './disagreements.ts';
import type { JudgedTwice } from './disagreements.ts';
import { disagreementFindings, driftFindings, problemFindings } from './findings.ts';
import type { AppPicture } from './gitPicture.ts';
import type { LiveComparison } from './liveComparer.ts';
import type { HealthPicture } from './resourceHealth.ts';
import type { AppHealth, AppliedRevision, AppState, Disagreement, PlacedDifference, ResourceState } from './state.ts';

/** All that an app's state is put together from. */
export interface AppParts {
  readonly picture: AppPicture;
  readonly context: string | undefined;
  readonly objectsContext: string | undefined;
  readonly reconciler: KubeObject | undefined;
  readonly status: ReconcilerStatus;
  readonly subjects: ReadonlyMap<string, string>;
  readonly settings: ArgoSettings | undefined;
  readonly compared: LiveComparison | undefined;
  readonly healths: HealthPicture;
  readonly differences: readonly PlacedDifference[];
  readonly now: Date;
}

/** The state of an app, of what was compared and judged of it. */
export function assembleApp(parts: AppParts): AppState {
  const { picture, context, objectsContext, status, differences, now } = parts;
  const { app } = picture;
  const elsewhere = isUnread(parts) ? [remoteDestination(app)] : [];
  const problems = [
    ...picture.problems,
    ...elsewhere,
    ...(picture.sides.buffers?.problems ?? []),
    ...clusterProblems(parts),
  ];
  const resources = resourcesOf(parts);
  const disagreements = appDisagreements(parts);
  // Argo CD has a word on each object, and that on the app follows from them; Flux has none but that on the app.
  const judged = app.kind === 'argo-application' ? resources : [{ disagreements }];
  const live =
    context === undefined
      ? []
      : [
          ...driftFindings(differences, { app, context: objectsContext ?? context, now }),
          ...disagreementFindings(judged, { app, context }),
        ];
  return {
    app,
    context,
    objectsContext,
    sync: status.sync,
    health: appHealth(parts),
    disagreements,
    history: reconcilerHistory(parts),
    resources,
    differences,
    findings: [...live, ...problemFindings(problems, app)],
    problems,
  };
}

function appDisagreements({ picture, reconciler, status, compared, healths }: AppParts): AppState['disagreements'] {
  if (reconciler === undefined) return undefined;
  const found: readonly (Disagreement | undefined)[] =
    picture.app.kind === 'argo-application'
      ? [appDisagreement(picture.app, status, compared, healths)]
      : fluxDisagreements({ reconciler, status, compared, healths });
  const said = found.filter((each) => each !== undefined);
  return said.length === 0 ? undefined : said;
}

function reconcilerHistory({ reconciler, status, subjects }: AppParts): readonly AppliedRevision[] | undefined {
  if (reconciler === undefined) return undefined;
  return status.history.map((entry) => {
    const subject = subjects.get(entry.revision);
    return subject === undefined ? entry : { ...entry, subject };
  });
}

/** The reconciler's cluster is connected, and the one that it deploys to is not. */
function isUnread({ context, objectsContext }: AppParts): boolean {
  return context !== undefined && objectsContext === undefined;
}

/** Trouble that the cluster's own settings make: it stands at the app, for they are no file of the repository. */
function clusterProblems({ picture, settings, healths }: AppParts): readonly RenderProblem[] {
  const declared = picture.app.declared?.place;
  const unread = picture.app.kind === 'argo-application' ? (settings?.problems ?? []) : [];
  return [...unread.map((problem) => `argocd-cm: ${problem}`), ...healths.problems].map((message) => ({
    severity: 'warning',
    message,
    file: declared?.file,
    line: declared?.range.line,
  }));
}

/** The reconciler's word; for a bare app, which has none, the worst of its objects. */
function appHealth({ picture, status, healths }: AppParts): AppHealth {
  if (picture.app.declared !== undefined) return status.health;
  const word = worstKstatus([...healths.objects.values()].map((health) => health.status));
  return word === undefined ? status.health : { status: word, rule: 'kstatus' };
}

function resourcesOf(parts: AppParts): readonly ResourceState[] {
  const { picture, status, compared, healths, differences } = parts;
  const declared = new Set((picture.sides.buffers?.objects ?? []).map(({ key }) => key));
  const managed = new Map(status.resources.map((resource) => [resource.key, resource]));
  const pending = new Set(differences.flatMap(({ origin, object }) => (origin === 'unsynced' ? [object] : [])));
  const keys = new Set([...declared, ...(compared?.objects.keys() ?? []), ...managed.keys()]);
  return [...keys].sort().map((key) => {
    const { diff, live } = compared?.objects.get(key) ?? {};
    const theirs = managed.get(key);
    const health = healths.objects.get(key);
    return {
      key,
      diff: diff ?? (theirs !== undefined && isUnread(parts) ? byTheirWord(theirs) : undefined),
      health: health ?? theirs?.health,
      disagreements: theirs && disagreements(parts, { key, diff, live, health, theirs, isPending: pending.has(key) }),
      isDeclared: declared.has(key),
      isLive: live !== undefined,
    };
  });
}

/** The reconciler's verdict where the objects themselves are not read: it does not say which fields differ. */
function byTheirWord({ sync, health, needsPruning }: ManagedResource): ObjectDiff | undefined {
  const elsewhere = 'the cluster it is deployed to is not connected here.';
  if (sync === undefined) {
    const reason = `Its reconciler lists it as applied and says no more of it: ${elsewhere}`;
    return { verdict: 'unknown', fields: [], remarks: [], reason };
  }
  const outOfSync = needsPruning ? 'extra' : health?.status === 'Missing' ? 'missing' : 'modified';
  const verdict = sync === 'Synced' ? 'in-sync' : sync === 'OutOfSync' ? outOfSync : 'unknown';
  const reason = `By its reconciler's word (${sync}): ${elsewhere}`;
  return { verdict, fields: [], remarks: [], reason };
}

function disagreements({ picture, status, settings }: AppParts, object: JudgedTwice): ResourceState['disagreements'] {
  if (picture.app.kind !== 'argo-application' || settings === undefined) return undefined;
  const found = disagreementsOf(object, { status, settings });
  return found.length === 0 ? undefined : found;
}
