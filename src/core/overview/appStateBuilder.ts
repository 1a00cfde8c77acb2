import { builtIn } from '../diff/schema/builtInSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import type { AppId } from '../model/app.ts';
import type { Difference } from '../model/difference.ts';
import type { Provenance } from '../model/provenance.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { DryRunQuestion } from '../live/dryRuns.ts';
import { unknownStatus } from '../live/reconcilerStatus.ts';
import type { SecretHasher } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { AppSchemas } from './clusterSchemas.ts';
import { ClusterSettings } from './clusterSettings.ts';
import type { AppPicture } from './gitPicture.ts';
import { findHome } from './home.ts';
import type { Home } from './home.ts';
import { LiveComparer } from './liveComparer.ts';
import { Memo } from './memo.ts';
import { pendingDifferences } from './pendingDifferences.ts';
import { questionOf } from './placeQuestion.ts';
import type { PlaceQuestion } from './placeQuestion.ts';
import { findFluxSource, findReconciler, readReconciler } from './reconcilerObject.ts';
import { ResourceHealth } from './resourceHealth.ts';
import type { ScriptedHealth } from './scriptedHealth.ts';
import type { AppState, PlacedDifference } from './state.ts';
import { assembleApp } from './assembleApp.ts';

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
  readonly #subjects: () => ReadonlyMap<string, string>;

  /** `subjects` are those of the commits that the repository knows; the same map while it knows no others. */
  constructor(
    hasher: SecretHasher,
    scripted: ScriptedHealth,
    comparesUnreconciled: boolean,
    subjects: () => ReadonlyMap<string, string>,
  ) {
    this.#comparer = new LiveComparer(hasher);
    this.#health = new ResourceHealth(scripted);
    this.#hasher = hasher;
    this.#comparesUnreconciled = comparesUnreconciled;
    this.#subjects = subjects;
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
    const subjects = this.#subjects();
    const known = [subjects, pending, minute, ...places];
    const inputs = [picture, home?.context, place, reconciler, source, compared, healths, ...known];
    return this.#states.remember(picture.app.id, inputs, () => {
      const differences = all.map((difference, i): PlacedDifference => {
        const provenance = places[i];
        return provenance === undefined ? difference : { ...difference, provenance };
      });
      return assembleApp({
        picture,
        context: home?.context,
        objectsContext: place?.connection.context,
        reconciler,
        status,
        subjects,
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
