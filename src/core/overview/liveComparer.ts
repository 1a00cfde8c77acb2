import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { withKnownTypes } from '../argocd/knownTypes.ts';
import { compareObject } from '../diff/compareObject.ts';
import type { ClusterFacts } from '../diff/diffInput.ts';
import { dryRunRequest } from '../diff/dryRun.ts';
import { builtIn } from '../diff/schema/builtInSchemas.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import type { DryRunQuestion } from '../live/dryRuns.ts';
import { findObject, findTarget, presenceOf } from '../live/liveStore.ts';
import type { ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { App, AppId } from '../model/app.ts';
import type { Difference, ObjectDiff, Origin } from '../model/difference.ts';
import type { RenderedObject, Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { SecretHasher } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { autoscalersOf, clusterFacts } from './clusterFacts.ts';
import { appliedCommit, placedKey } from './clusterNeeds.ts';
import { comparisonFacts, managerOf, objectFacts } from './comparisonFacts.ts';
import type { AppPicture } from './gitPicture.ts';
import { AppSchemas } from './clusterSchemas.ts';
import { Memo } from './memo.ts';
import { isWhole } from './pendingDifferences.ts';
import { answerOf, dryRunFacts, patchableKind, questionId } from './serverAnswers.ts';

/** An app against one cluster. */
export interface LiveComparison {
  readonly differences: readonly Difference[];
  readonly objects: ReadonlyMap<ResourceKey, ComparedObject>;
}

/** One object of the comparison; `diff` is absent while the cluster has not answered for it. */
export interface ComparedObject {
  readonly diff?: ObjectDiff | undefined;
  readonly live?: KubeObject | undefined;
}

/** Where an app is compared: the cluster with its objects, and the reconciler's object, which may be in another one. */
export interface ComparedAt {
  readonly follower: ClusterFollower;
  readonly reconciler: KubeObject | undefined;
}

/** Compares what was applied with what is live; remembers every object whose two sides are the same as before. */
export class LiveComparer {
  readonly #hasher: SecretHasher;
  readonly #schemas = new AppSchemas();
  readonly #known = new Memo<AppId, TypeSchemas>();
  readonly #apps = new Memo<AppId, LiveComparison>();
  readonly #objects = new Memo<string, ObjectDiff>();
  readonly #facts = new Memo<string, ClusterFacts>();

  constructor(hasher: SecretHasher) {
    this.#hasher = hasher;
  }

  /** `undefined` when there is no side that the cluster could be compared with. */
  compare(
    picture: AppPicture,
    status: ReconcilerStatus,
    { follower, reconciler }: ComparedAt,
    settings: ArgoSettings | undefined,
  ): LiveComparison | undefined {
    const base = baseOf(picture, status);
    if (base === undefined || !isWhole(base.rendering)) return undefined;
    const pairs = pairUp(picture, base.rendering, status, follower);
    const cluster = this.#factsOf(follower);
    const key = `${picture.app.id} ${follower.connection.context}`;
    const known = this.#schemas.for(key, follower.schemas.types, base.rendering);
    const schemas = this.#knownTypes(picture.app, known, settings);
    const inputs = [
      base.rendering,
      base.origin,
      reconciler,
      cluster,
      schemas,
      settings,
      ...pairs.flatMap((pair) => [
        pair.live,
        pair.seen,
        answerOf(follower, picture.app, { ...pair, desired: pair.rendered?.object }),
      ]),
    ];
    const surroundings = { reconciler, cluster, schemas, settings, follower, base };
    return this.#apps.remember(picture.app.id, inputs, () => {
      const objects = pairs.map((pair) => [pair.key, this.#compareOne(picture, pair, surroundings)] as const);
      return { objects: new Map(objects), differences: objects.flatMap((each) => differencesOf(base.origin, ...each)) };
    });
  }

  /** What the server would have to be asked to know more of those objects of an app that `isWanted` picks. */
  questions(
    picture: AppPicture,
    status: ReconcilerStatus,
    { follower, reconciler }: ComparedAt,
    settings: ArgoSettings | undefined,
    isWanted: (key: ResourceKey) => boolean,
  ): readonly DryRunQuestion[] {
    const base = baseOf(picture, status);
    if (base === undefined || !isWhole(base.rendering) || settings === undefined) return [];
    const app = comparisonFacts(picture.app, reconciler, settings);
    return pairUp(picture, base.rendering, status, follower).flatMap(({ key, rendered, live, seen }) => {
      const desired = rendered?.object;
      if (desired === undefined || seen !== 'seen' || !isWanted(key)) return [];
      const kind = patchableKind(desired, follower.kinds);
      if (kind === undefined) return [];
      const input = { desired, live, manager: managerOf(picture.app, desired, live), app, schemas: builtIn };
      return [{ id: questionId(picture.app, key), desired, live, request: dryRunRequest(input, desired, kind) }];
    });
  }

  #factsOf({ connection, kinds, store }: ClusterFollower): ClusterFacts {
    const autoscalers = autoscalersOf(store);
    return this.#facts.remember(connection.context, [kinds, ...autoscalers], () => clusterFacts(autoscalers, kinds));
  }

  /** Argo CD gives fields of custom kinds types of its own; the other tools do not. */
  #knownTypes({ kind, id }: App, schemas: TypeSchemas, settings: ArgoSettings | undefined): TypeSchemas {
    if (kind !== 'argo-application' || settings === undefined) return schemas;
    return this.#known.remember(id, [schemas, settings], () => withKnownTypes(schemas, settings.knownTypes));
  }

  #compareOne(
    picture: AppPicture,
    { key, rendered, live, seen }: Pair,
    { reconciler, cluster, schemas, settings, follower, base }: Surroundings,
  ): ComparedObject {
    const { app } = picture;
    // Without the settings, which are on their way, ignored fields would be reported for a moment.
    if (seen === 'waiting' || settings === undefined) return { live };
    if (seen === 'hidden' || seen === 'unserved') return { diff: unknowns[seen], live };
    const desired = rendered?.object;
    // Schemas of other kinds are no reason to compare this one anew.
    const type = desired && schemas.typeOf(desired.apiVersion, desired.kind);
    const answer = answerOf(follower, app, { key, desired, live });
    const inputs = [desired, rendered?.second, rendered?.undecided, live, reconciler, cluster, type, settings, answer];
    const diff = this.#objects.remember(`${app.id} ${key}`, inputs, () =>
      compareObject({
        desired,
        live,
        manager: managerOf(app, desired, live),
        app: objectFacts(app, comparisonFacts(app, reconciler, settings), rendered, live !== undefined, reconciler),
        cluster: { ...cluster, ...dryRunFacts(answer, desired, base.rendering) },
        schemas,
        hasher: this.#hasher,
      }),
    );
    return { diff, live };
  }
}

/** What every object of an app is compared in front of. */
interface Surroundings {
  readonly reconciler: KubeObject | undefined;
  readonly cluster: ClusterFacts;
  readonly schemas: TypeSchemas;
  /** Absent while the cluster has not answered for them. */
  readonly settings: ArgoSettings | undefined;
  readonly follower: ClusterFollower;
  readonly base: { readonly rendering: Rendering };
}

interface Pair {
  readonly key: ResourceKey;
  readonly rendered?: RenderedObject | undefined;
  readonly live?: KubeObject | undefined;
  /** `waiting`: not answered yet; `hidden`: the cluster does not let us see it; `unserved`: it does not know the kind. */
  readonly seen: 'seen' | 'waiting' | 'hidden' | 'unserved';
}

const unknowns: Readonly<Record<'hidden' | 'unserved', ObjectDiff>> = {
  hidden: unknownBecause('The cluster does not let you read this object.'),
  unserved: unknownBecause('The cluster does not serve this kind. Is its CustomResourceDefinition installed?'),
};

function unknownBecause(reason: string): ObjectDiff {
  return { verdict: 'unknown', fields: [], remarks: [], reason };
}

/**
 * What live is compared with: the revision last applied. Where nothing was applied yet, what the reconciler would apply,
 * and the differences wait for a sync. Bare roots have no reconciler: HEAD is what somebody applied.
 */
function baseOf(
  { app, sides, appliedRevision }: AppPicture,
  status: ReconcilerStatus,
): { rendering: Rendering; origin: Origin } | undefined {
  // The picture of what was applied meanwhile is on its way; comparing with the one before would invent differences.
  if (appliedCommit(app, status.sync.appliedRevision) !== appliedRevision) return undefined;
  if (sides.applied !== undefined) return { rendering: sides.applied, origin: 'drift' };
  if (appliedRevision !== undefined) return undefined;
  const rendering = app.declared === undefined ? (sides.head ?? sides.buffers) : (sides.upstream ?? sides.head);
  // A reconciler that applied a version says whether it is what Git declares; no commit tells it.
  const isSynced = status.sync.appliedRevision !== undefined && status.sync.status === 'Synced';
  return rendering && { rendering, origin: app.declared === undefined || isSynced ? 'drift' : 'unsynced' };
}

function pairUp(
  picture: AppPicture,
  rendering: Rendering,
  status: ReconcilerStatus,
  follower: ClusterFollower,
): readonly Pair[] {
  const declared = rendering.objects.map((rendered) => {
    const placed = placedKey(picture, rendered.object, follower.kinds);
    return { key: rendered.key, rendered, ...liveSide(placed, follower) };
  });
  const known = new Set(declared.map(({ key }) => key));
  // What the reconciler manages beyond Git: candidates for pruning. Unseen ones say nothing.
  const beyond = status.resources
    .filter(({ key }) => !known.has(key))
    .map(({ key }) => ({ key, ...liveSide(key, follower) }))
    .filter(({ live }) => live !== undefined);
  return [...declared, ...beyond];
}

function liveSide(key: ResourceKey, follower: ClusterFollower): Pick<Pair, 'live' | 'seen'> {
  const live = findObject(follower.store, key);
  if (live !== undefined) return { live, seen: isUnderstood(live, follower) ? 'seen' : 'waiting' };
  if (follower.unserved.includes(key)) return { seen: 'unserved' };
  if (presenceOf(follower.store, key) === 'absent') return { seen: 'seen' };
  return { seen: findTarget(follower.store, key)?.state.kind === 'forbidden' ? 'hidden' : 'waiting' };
}

/** Without its schema, which is on its way, it would be compared by guess. */
function isUnderstood({ apiVersion }: KubeObject, { schemas }: ClusterFollower): boolean {
  return !schemas.awaits(apiVersion);
}

function differencesOf(origin: Origin, object: ResourceKey, { diff }: ComparedObject): readonly Difference[] {
  if (diff === undefined) return [];
  const { fields } = diff;
  // A suspicion that the server has decided is none any more.
  const isDecided = diff.verdict === 'suspect' && diff.confirmed !== undefined && diff.confirmed !== 'unknown';
  const verdict = isDecided ? (diff.confirmed ?? diff.verdict) : diff.verdict;
  if (verdict === 'missing' || verdict === 'extra') return [{ origin, object, verdict }];
  const isDifferent = verdict === 'modified' || verdict === 'removed' || verdict === 'suspect';
  return isDifferent ? fields.map((field) => ({ origin, object, verdict, field })) : [];
}
