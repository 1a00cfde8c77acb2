import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { builtIn } from '../diff/schema/builtInSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { worstKstatus } from '../health/appHealth.ts';
import type { AppId } from '../model/app.ts';
import type { Difference, ObjectDiff } from '../model/difference.ts';
import type { Provenance } from '../model/provenance.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { DryRunQuestion } from '../live/dryRuns.ts';
import { unknownStatus } from '../live/reconcilerStatus.ts';
import type { ManagedResource, ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { SecretHasher } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { AppSchemas } from './clusterSchemas.ts';
import { ClusterSettings } from './clusterSettings.ts';
import { appDisagreement } from './countedHealth.ts';
import { isDeployedBesideReconciler, remoteDestination } from './destination.ts';
import { disagreementsOf } from './disagreements.ts';
import type { JudgedTwice } from './disagreements.ts';
import { disagreementFindings, driftFindings, problemFindings } from './findings.ts';
import type { AppPicture } from './gitPicture.ts';
import { findHome } from './home.ts';
import type { Home } from './home.ts';
import { LiveComparer } from './liveComparer.ts';
import type { LiveComparison } from './liveComparer.ts';
import { Memo } from './memo.ts';
import { pendingDifferences } from './pendingDifferences.ts';
import { questionOf } from './placeQuestion.ts';
import type { PlaceQuestion } from './placeQuestion.ts';
import { findFluxSource, findReconciler, readReconciler } from './reconcilerObject.ts';
import { ResourceHealth } from './resourceHealth.ts';
import type { HealthPicture } from './resourceHealth.ts';
import type { ScriptedHealth } from './scriptedHealth.ts';
import type { AppHealth, AppState, PlacedDifference, ResourceState } from './state.ts';

/** The place already proven for a field of the app, if any. */
export type KnownPlace = (question: PlaceQuestion) => Provenance | undefined;

/** Puts one app's state together; stateless but for remembering comparisons of objects that did not change. */
export class AppStateBuilder {
  readonly #comparer: LiveComparer;
  readonly #pending = new Memo<AppId, readonly Difference[]>();
  readonly #states = new Memo<AppId, AppState>();
  readonly #health: ResourceHealth;
  readonly #settings = new ClusterSettings();
  readonly #schemas = new AppSchemas();
  readonly #hasher: SecretHasher;
  readonly #comparesUnreconciled: boolean;

  constructor(hasher: SecretHasher, scripted: ScriptedHealth, comparesUnreconciled: boolean) {
    this.#comparer = new LiveComparer(hasher);
    this.#health = new ResourceHealth(scripted);
    this.#hasher = hasher;
    this.#comparesUnreconciled = comparesUnreconciled;
  }

  /** The app's state; the same value as before while nothing that it is made of changed. */
  build(
    picture: AppPicture,
    followers: ReadonlyMap<string, ClusterFollower>,
    now: Date,
    knownPlace: KnownPlace,
  ): AppState {
    const home = findHome(picture.app, followers, this.#comparesUnreconciled);
    const found = this.#buildAt(picture, home, now, knownPlace);
    // Nobody says that such an app runs here; while none of its objects is live, nothing is missing either.
    const isElsewhere = home?.isReconciled === false && found.resources.every(({ isLive }) => !isLive);
    return isElsewhere ? this.#buildAt(picture, undefined, now, knownPlace) : found;
  }

  /** What a server would be asked to know more of those objects of an app that `isWanted` picks, and by whom. */
  questions(
    picture: AppPicture,
    followers: ReadonlyMap<string, ClusterFollower>,
    isWanted: (key: ResourceKey) => boolean,
  ): { readonly follower: ClusterFollower; readonly questions: readonly DryRunQuestion[] } | undefined {
    const home = findHome(picture.app, followers, this.#comparesUnreconciled);
    if (home?.place === undefined) return undefined;
    const { follower, place } = home;
    const status = readReconciler(picture.app, follower.store) ?? unknownStatus;
    const settings = this.#settings.of(picture.app, follower);
    const at = { follower: place, reconciler: findReconciler(picture.app, follower.store) };
    return { follower: place, questions: this.#comparer.questions(picture, status, at, settings, isWanted) };
  }

  #buildAt(picture: AppPicture, home: Home | undefined, now: Date, knownPlace: KnownPlace): AppState {
    const store = home?.follower.store;
    const reconciler = store && findReconciler(picture.app, store);
    const source = store && findFluxSource(picture.app, store);
    const status = (store && readReconciler(picture.app, store)) ?? unknownStatus;
    const settings = home && this.#settings.of(picture.app, home.follower);
    const place = home?.place;
    const compared = place && this.#comparer.compare(picture, status, { follower: place, reconciler }, settings);
    const healths = this.#health.of(picture.app, place?.connection.context ?? '', compared, settings, now);
    const schemas = this.#schemasOf(picture, place);
    const pending = this.#pending.remember(picture.app.id, [picture, compared === undefined, schemas], () =>
      pendingDifferences(picture, compared !== undefined, this.#hasher, schemas),
    );
    const all = [...(compared?.differences ?? []), ...pending];
    const places = all.map((difference) => placeOf(difference, knownPlace));
    // Ages are said in minutes at the finest.
    const minute = Math.floor(now.getTime() / 60_000);
    const inputs = [picture, home?.context, place, reconciler, source, compared, healths, pending, minute, ...places];
    return this.#states.remember(picture.app.id, inputs, () => {
      const differences = all.map((difference, i): PlacedDifference => {
        const provenance = places[i];
        return provenance === undefined ? difference : { ...difference, provenance };
      });
      return assemble({
        picture,
        context: home?.context,
        objectsContext: place?.connection.context,
        status,
        settings,
        compared,
        healths,
        differences,
        now,
      });
    });
  }

  /** Those of the cluster that the app goes to, and of definitions that it brings itself. */
  #schemasOf({ app, sides }: AppPicture, place: ClusterFollower | undefined): TypeSchemas {
    const newest = sides.buffers ?? sides.head;
    const cluster = place?.schemas.types ?? builtIn;
    return newest === undefined ? cluster : this.#schemas.for(app.id, cluster, newest);
  }
}

function placeOf(difference: Difference, knownPlace: KnownPlace): Provenance | undefined {
  const question = questionOf(difference);
  return question && knownPlace(question);
}

interface AppParts {
  readonly picture: AppPicture;
  readonly context: string | undefined;
  readonly objectsContext: string | undefined;
  readonly status: ReconcilerStatus;
  readonly settings: ArgoSettings | undefined;
  readonly compared: LiveComparison | undefined;
  readonly healths: HealthPicture;
  readonly differences: readonly PlacedDifference[];
  readonly now: Date;
}

function assemble(parts: AppParts): AppState {
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
  const live =
    context === undefined
      ? []
      : [
          ...driftFindings(differences, { app, context: objectsContext ?? context, now }),
          ...disagreementFindings(resources, { app, context }),
        ];
  return {
    app,
    context,
    objectsContext,
    sync: status.sync,
    health: appHealth(parts),
    disagreement: appDisagreement(app, status, parts.compared, parts.healths),
    resources,
    differences,
    findings: [...live, ...problemFindings(problems, app)],
    problems,
  };
}

/** The reconciler's cluster is connected, and the one that it deploys to is not. */
function isUnread({ picture, context, objectsContext }: AppParts): boolean {
  return context !== undefined && objectsContext === undefined && !isDeployedBesideReconciler(picture.app);
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
  if (sync === undefined) return undefined;
  const outOfSync = needsPruning ? 'extra' : health?.status === 'Missing' ? 'missing' : 'modified';
  const verdict = sync === 'Synced' ? 'in-sync' : sync === 'OutOfSync' ? outOfSync : 'unknown';
  const reason = `By its reconciler's word (${sync}): the cluster it is deployed to is not connected here.`;
  return { verdict, fields: [], remarks: [], reason };
}

function disagreements({ picture, status, settings }: AppParts, object: JudgedTwice): ResourceState['disagreements'] {
  if (picture.app.kind !== 'argo-application' || settings === undefined) return undefined;
  const found = disagreementsOf(object, { status, settings });
  return found.length === 0 ? undefined : found;
}
