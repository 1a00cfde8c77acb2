import { kstatus } from '../health/kstatus.ts';
import type { App, AppId } from '../model/app.ts';
import type { Difference } from '../model/difference.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { Provenance } from '../model/provenance.ts';
import type { DryRunQuestion } from '../live/dryRuns.ts';
import { unknownStatus } from '../live/reconcilerStatus.ts';
import type { ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { SecretHasher } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { isDeployedBesideReconciler, remoteDestination } from './destination.ts';
import { driftFindings, problemFindings } from './findings.ts';
import type { AppPicture } from './gitPicture.ts';
import { LiveComparer } from './liveComparer.ts';
import type { LiveComparison } from './liveComparer.ts';
import { Memo } from './memo.ts';
import { pendingDifferences } from './pendingDifferences.ts';
import { questionOf } from './placeQuestion.ts';
import type { PlaceQuestion } from './placeQuestion.ts';
import { findFluxSource, findReconciler, readReconciler } from './reconcilerObject.ts';
import type { AppHealth, AppState, PlacedDifference, ResourceState } from './state.ts';

/** The place already proven for a field of the app, if any. */
export type KnownPlace = (question: PlaceQuestion) => Provenance | undefined;

/** Puts one app's state together; stateless but for remembering comparisons of objects that did not change. */
export class AppStateBuilder {
  readonly #comparer: LiveComparer;
  readonly #pending = new Memo<AppId, readonly Difference[]>();
  readonly #states = new Memo<AppId, AppState>();
  readonly #hasher: SecretHasher;
  readonly #comparesUnreconciled: boolean;

  constructor(hasher: SecretHasher, comparesUnreconciled: boolean) {
    this.#comparer = new LiveComparer(hasher);
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
    const home = this.#findHome(picture, followers);
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
    const home = this.#findHome(picture, followers);
    if (home === undefined || !isDeployedBesideReconciler(picture.app)) return undefined;
    const { follower } = home;
    const status = readReconciler(picture.app, follower.store) ?? unknownStatus;
    return { follower, questions: this.#comparer.questions(picture, status, follower, isWanted) };
  }

  #buildAt(picture: AppPicture, home: Home | undefined, now: Date, knownPlace: KnownPlace): AppState {
    const store = home?.follower.store;
    const reconciler = store && findReconciler(picture.app, store);
    const source = store && findFluxSource(picture.app, store);
    const status = (store && readReconciler(picture.app, store)) ?? unknownStatus;
    const isHere = isDeployedBesideReconciler(picture.app);
    const compared = home && isHere ? this.#comparer.compare(picture, status, home.follower) : undefined;
    const pending = this.#pending.remember(picture.app.id, [picture, compared === undefined], () =>
      pendingDifferences(picture, compared !== undefined, this.#hasher),
    );
    const all = [...(compared?.differences ?? []), ...pending];
    const places = all.map((difference) => placeOf(difference, knownPlace));
    // Ages are said in minutes at the finest.
    const minute = Math.floor(now.getTime() / 60_000);
    const inputs = [picture, home?.context, reconciler, source, compared, pending, minute, ...places];
    return this.#states.remember(picture.app.id, inputs, () => {
      const differences = all.map((difference, i): PlacedDifference => {
        const provenance = places[i];
        return provenance === undefined ? difference : { ...difference, provenance };
      });
      return assemble({ picture, context: home?.context, status, compared, differences, now });
    });
  }

  /** The cluster that runs the app: the first whose reconciler knows it; else, where that is wanted, the one that was named. */
  #findHome({ app }: AppPicture, followers: ReadonlyMap<string, ClusterFollower>): Home | undefined {
    const all = [...followers].map(([context, follower]) => ({ context, follower }));
    const home = all.find(({ follower }) => findReconciler(app, follower.store) !== undefined);
    if (home !== undefined) return { ...home, isReconciled: true };
    const [named] = this.#comparesUnreconciled ? all : [];
    return named && { ...named, isReconciled: false };
  }
}

interface Home {
  readonly context: string;
  readonly follower: ClusterFollower;
  readonly isReconciled: boolean;
}

function placeOf(difference: Difference, knownPlace: KnownPlace): Provenance | undefined {
  const question = questionOf(difference);
  return question && knownPlace(question);
}

interface AppParts {
  readonly picture: AppPicture;
  readonly context: string | undefined;
  readonly status: ReconcilerStatus;
  readonly compared: LiveComparison | undefined;
  readonly differences: readonly PlacedDifference[];
  readonly now: Date;
}

function assemble({ picture, context, status, compared, differences, now }: AppParts): AppState {
  const { app } = picture;
  const elsewhere = context === undefined || isDeployedBesideReconciler(app) ? [] : [remoteDestination(app)];
  const problems = [...picture.problems, ...elsewhere, ...(picture.sides.buffers?.problems ?? [])];
  const drift = context === undefined ? [] : driftFindings(differences, { app, context, now });
  return {
    app,
    context,
    sync: status.sync,
    health: status.health,
    resources: resourcesOf(picture, status, compared, now),
    differences,
    findings: [...drift, ...problemFindings(problems, app)],
    problems,
  };
}

/** Flux and bare apps are judged by kstatus; what Argo CD does not judge itself has no health there either. */
function ownHealth(app: App, live: KubeObject | undefined, now: Date): AppHealth | undefined {
  return live === undefined || app.kind === 'argo-application' ? undefined : kstatus(live, now);
}

function resourcesOf(
  { app, sides }: AppPicture,
  status: ReconcilerStatus,
  compared: LiveComparison | undefined,
  now: Date,
): readonly ResourceState[] {
  const declared = new Set((sides.buffers?.objects ?? []).map(({ key }) => key));
  const managed = new Map(status.resources.map((resource) => [resource.key, resource]));
  const keys = new Set([...declared, ...(compared?.objects.keys() ?? []), ...managed.keys()]);
  return [...keys].sort().map((key) => {
    const object = compared?.objects.get(key);
    return {
      key,
      diff: object?.diff,
      health: managed.get(key)?.health ?? ownHealth(app, object?.live, now),
      isDeclared: declared.has(key),
      isLive: object?.live !== undefined,
    };
  });
}
