import type { HealthEngine } from '../health/healthScripts.ts';
import type { HubFacts } from '../apps/hubFacts.ts';
import type { AppId } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import type { RepoPath } from '../model/place.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Rendering, RenderProblem } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { isAbort, messageOf, UserError } from '../model/userError.ts';
import { findObject } from '../live/liveStore.ts';
import type { LiveStore } from '../live/liveStore.ts';
import type { ClusterConnection, Clock, Log, RenderEngine, RepoReader, SecretHasher } from '../ports.ts';
import { fieldsDecidedBy } from '../provenance/decidedFields.ts';
import type { Decisions } from '../provenance/decidedFields.ts';
import { CachedRenderer } from '../render/cachedRenderer.ts';
import type { OverviewApi, Side } from './api.ts';
import { AppClusters } from './appClusters.ts';
import type { PolicyEngine } from '../policy/judgement.ts';
import type { Rule } from '../policy/ruleBook.ts';
import { AppStateBuilder } from './appStateBuilder.ts';
import { ClusterFollower } from './clusterFollower.ts';
import type { ClusterNeeds } from './clusterFollower.ts';
import { appliedRevisions, needsOf } from './clusterNeeds.ts';
import { GitPictureReader } from './gitPicture.ts';
import type { AppliedRevisions, GitPicture } from './gitPicture.ts';
import { HubMemory } from './hubMemory.ts';
import { Memo } from './memo.ts';
import type { PolicyInputs } from './policyKeeper.ts';
import { ruleObjects } from './policyScene.ts';
import { PolicyWatch } from './policyWatch.ts';
import { ProvenanceFinder } from './provenanceFinder.ts';
import { findReconciler } from './reconcilerObject.ts';
import { CoalescingRunner } from './runner.ts';
import { ScriptedHealth } from './scriptedHealth.ts';
import type { AppState, ClusterState, OverviewChange, OverviewState } from './state.ts';

/** What the overview reaches the outside through. */
export interface OverviewDeps {
  readonly repo: RepoReader;
  readonly engine: RenderEngine;
  readonly health: HealthEngine;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly log: Log;
  /** Compare what no reconciler of the cluster runs with it too; for the command line, where the person named both. */
  readonly comparesUnreconciled?: boolean | undefined;
  /** Judges what is declared by policies; absent: nothing is judged. */
  readonly policies?: PolicyDeps | undefined;
  /** Look for the lines of pending differences too; for reports, which name the line of a change. */
  readonly placesPending?: boolean | undefined;
  /** The version that charts are rendered for where no cluster says its own: `v1.33.4`. */
  readonly kubeVersion?: (() => string | undefined) | undefined;
  /** Let a server-side dry-run decide by itself where the comparison alone cannot tell; nothing is written. */
  readonly asksSuspects?: boolean | undefined;
}

/** What policies are judged by, beside the repository's own. */
export interface PolicyDeps {
  readonly engine: PolicyEngine;
  /** Whether the rules of connected clusters count; asked each time. */
  usesClusters(): boolean;
  /** Rules of folders outside of the repository; the same values as long as they are the same. */
  folders(): readonly Rule[];
}

/** Live events that follow each other within this time, in milliseconds, lead to one new state. */
const gatherTime = 50;

/**
 * The picture of one repository, kept true. Git and rendering are read by one coalescing runner, places are proven by
 * another, and the state is put together from what is known at any moment, so that a live event never waits for Git.
 */
export class Overview implements OverviewApi {
  readonly #deps: OverviewDeps;
  readonly #reader: GitPictureReader;
  readonly #renderer: CachedRenderer;
  readonly #builder: AppStateBuilder;
  readonly #scripted: ScriptedHealth;
  readonly #finder: ProvenanceFinder;
  readonly #pictures = new CoalescingRunner(() => this.#readPicture());
  readonly #places = new CoalescingRunner(() => this.#findPlaces());
  readonly #healths = new CoalescingRunner(() => this.#judgeHealth());
  readonly #publications = new CoalescingRunner(() => this.#publishSoon());
  readonly #followers = new Map<string, ClusterFollower>();
  readonly #clusters: AppClusters;
  readonly #reported = new Map<string, ClusterState['status']>();
  readonly #listeners = new Set<(change: OverviewChange) => void>();
  readonly #needs = new Memo<string, ClusterNeeds>();
  readonly #hub = new HubMemory();
  readonly #policies: PolicyWatch | undefined;
  readonly #judgements = new CoalescingRunner(() => this.#judge());
  readonly #ended = new AbortController();
  /** The judgement under way, and of what. */
  #judging: { readonly picture: GitPicture; readonly given: AbortController } | undefined;
  #buffers: ReadonlyMap<RepoPath, string> = new Map();
  /** Git or the disk may have changed since the picture; else only the buffers did. */
  #isOutdated = true;
  #picture: GitPicture | undefined;
  #trouble: RenderProblem | undefined;
  #state: OverviewState = { phase: 'loading', apps: [], clusters: [], problems: [] };
  #busy = 0;

  constructor(deps: OverviewDeps) {
    this.#deps = deps;
    this.#clusters = new AppClusters(this.#followers, deps.kubeVersion);
    this.#renderer = new CachedRenderer(deps.engine);
    this.#reader = new GitPictureReader(deps.repo, deps.engine, this.#renderer, deps.log, this.#clusters.of);
    this.#scripted = new ScriptedHealth(deps.health, deps.log);
    this.#builder = new AppStateBuilder(deps.hasher, this.#scripted, deps.comparesUnreconciled ?? false);
    this.#finder = new ProvenanceFinder(deps.engine, deps.log, this.#clusters.of, deps.placesPending ?? false);
    this.#policies = deps.policies && new PolicyWatch(deps.policies.engine, this.#finder);
  }

  get state(): OverviewState {
    return this.#state;
  }

  onDidChange(listener: (change: OverviewChange) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  async refresh(): Promise<void> {
    for (const { hub } of this.#followers.values()) hub.refresh();
    await this.#reread();
  }

  async #reread(): Promise<void> {
    this.#isOutdated = true;
    await this.#pictures.request();
  }

  setBuffers(buffers: ReadonlyMap<RepoPath, string>): void {
    // A buffer that is gone was saved or given up: what is on disk under it was read before that.
    if ([...this.#buffers.keys()].some((path) => !buffers.has(path))) this.#isOutdated = true;
    this.#buffers = new Map(buffers);
    this.#inBackground(this.#pictures.request());
  }

  attach(context: string, connection: ClusterConnection | undefined): void {
    this.#followers.get(context)?.close();
    this.#followers.delete(context);
    this.#reported.delete(context);
    if (connection !== undefined) {
      const follower = new ClusterFollower(connection, () => {
        this.#inBackground(this.#publications.request());
      });
      this.#followers.set(context, follower);
    }
    this.#publish();
  }

  reportCluster(context: string, status: ClusterState['status']): void {
    this.#reported.set(context, status);
    this.#publish();
  }

  async renderApp(id: AppId, side: Side, signal: AbortSignal): Promise<Rendering | undefined> {
    if (this.#picture === undefined) await this.refresh();
    signal.throwIfAborted();
    return this.#picture?.apps.find(({ app }) => app.id === id)?.sides[side];
  }

  liveObject(context: string, key: ResourceKey): KubeObject | undefined {
    const follower = this.#followers.get(context);
    return follower === undefined ? undefined : findObject(follower.store, key);
  }

  async explain(id: AppId, object: ResourceKey, path: JsonPointer, signal: AbortSignal): Promise<Provenance> {
    const picture = this.#picture;
    const app = picture?.apps.find((each) => each.app.id === id);
    if (picture === undefined || app === undefined) {
      return { kind: 'unknown', why: 'The repository no longer declares this app.', also: [] };
    }
    return this.#finder.find(app, picture.buffersTree, { object, path, origin: 'drift', isComplete: true }, signal);
  }

  async decidedBy(file: RepoPath, offset: number, signal: AbortSignal): Promise<Decisions | undefined> {
    if (this.#picture === undefined) await this.refresh();
    const picture = this.#picture;
    if (picture === undefined) return undefined;
    const apps = picture.apps.flatMap(({ app, sides: { buffers: rendering } }) =>
      rendering === undefined ? [] : [{ app, rendering, cluster: this.#clusters.of(app) }],
    );
    return fieldsDecidedBy({ file, offset, apps, tree: picture.buffersTree, engine: this.#deps.engine }, signal);
  }

  async askServer(id: AppId, object?: ResourceKey): Promise<number> {
    const picture = this.#picture?.apps.find(({ app }) => app.id === id);
    const found =
      picture && this.#builder.questions(picture, this.#followers, (key) => object === undefined || key === object);
    if (found === undefined) return 0;
    await found.follower.ask(found.questions, true);
    this.#publish();
    return found.questions.length;
  }

  /** Resolves when Git was read, every followed selection answered and all places were looked for. */
  async whenSettled(signal: AbortSignal): Promise<void> {
    while (!this.#isSettled()) {
      signal.throwIfAborted();
      await this.#deps.clock.delay(gatherTime, signal);
    }
  }

  dispose(): void {
    this.#ended.abort();
    this.#listeners.clear();
    for (const follower of this.#followers.values()) follower.close();
    this.#followers.clear();
  }

  #isSettled(): boolean {
    const isAnswered = [...this.#followers.values()].every((follower) => follower.isSettled);
    return this.#state.phase === 'ready' && this.#busy === 0 && isAnswered;
  }

  async #readPicture(): Promise<void> {
    const { signal } = this.#ended;
    if (signal.aborted) return;
    const kept = this.#isOutdated ? undefined : this.#picture;
    this.#isOutdated = false;
    try {
      this.#picture = await (kept === undefined
        ? this.#reader.read(this.#buffers, { applied: this.#appliedNow(), hub: this.#hubNow() }, signal)
        : this.#reader.readBuffers(kept.moment, this.#buffers, signal));
      this.#trouble = undefined;
    } catch (error) {
      this.#isOutdated = true;
      // What was known stays on the screen, under the reason why it is not newer.
      if (isAbort(error) || this.#ended.signal.aborted) return;
      this.#trouble = { severity: 'error', message: messageOf(error) };
      // Expected trouble is shown as the picture's own problem; the log's errors are for bugs.
      if (error instanceof UserError) this.#deps.log.warn(error.message);
      else this.#deps.log.error(messageOf(error));
    }
    this.#publish();
  }

  #appliedNow(): AppliedRevisions {
    return new Map([...this.#followers.values()].flatMap((each) => [...appliedRevisions(this.#picture, each.store)]));
  }

  /** What the hub says where an app of Argo CD may ask; the same value while it says the same. */
  #hubNow(): HubFacts | undefined {
    const picture = this.#picture;
    if (picture?.apps.some(({ app }) => app.kind === 'argo-application') !== true) return picture?.moment.hub;
    return this.#hub.remember([...this.#followers.values()]);
  }

  async #publishSoon(): Promise<void> {
    await this.#deps.clock.delay(gatherTime, this.#ended.signal);
    this.#publish();
  }

  /** Follows what the picture and the reconcilers' lists of managed objects ask for, as they are now. */
  #updateNeeds(picture: GitPicture): void {
    for (const [context, follower] of this.#followers) {
      const { kinds, store } = follower;
      const reconcilers = picture.apps.map(({ app }) => findReconciler(app, store));
      const rules = this.#deps.policies?.usesClusters() === true ? rulesKnown(picture, store) : undefined;
      const needs = this.#needs.remember(
        context,
        [follower, picture, kinds, rules?.length, ...(rules ?? []), ...reconcilers],
        () => needsOf(picture, follower, rules),
      );
      follower.setNeeds(needs);
    }
  }

  /** Puts the state together from what is known now, and starts what its being true still needs. */
  #publish(): void {
    if (this.#ended.signal.aborted) return;
    if (this.#picture !== undefined) this.#updateNeeds(this.#picture);
    const before = this.#state;
    this.#state = this.#assemble();
    const change = changeBetween(before, this.#state);
    if (change !== undefined) for (const listener of this.#listeners) listener(change);
    if (this.#picture !== undefined && this.#deps.asksSuspects === true) this.#askSuspects(this.#picture);
    if (this.#hasOtherAppliedRevisions() || this.#picture?.moment.hub !== this.#hubNow())
      this.#inBackground(this.#reread());
    else if (this.#clusters.hasOtherAnswers(this.#picture?.apps ?? [])) this.#inBackground(this.#pictures.request());
    if (this.#scripted.hasWork) this.#inBackground(this.#healths.request());
    if (this.#picture !== undefined && this.#finder.hasWork(this.#state.apps, this.#picture)) {
      this.#inBackground(this.#places.request());
    }
    this.#startJudging();
  }

  /** One question for each suspicion and each state of its two sides, whatever the answer. */
  #askSuspects(picture: GitPicture): void {
    for (const { app, resources } of this.#state.apps) {
      const suspects = new Set(resources.flatMap(({ key, diff }) => (diff?.verdict === 'suspect' ? [key] : [])));
      const own = picture.apps.find((each) => each.app.id === app.id);
      if (suspects.size === 0 || own === undefined) continue;
      const found = this.#builder.questions(own, this.#followers, (key) => suspects.has(key));
      const open = found?.questions.filter(
        ({ id, desired, live }) => !found.follower.dryRuns.isAsked(id, desired, live),
      );
      if (found !== undefined && open !== undefined && open.length > 0)
        this.#inBackground(found.follower.ask(open, false));
    }
  }

  #assemble(): OverviewState {
    const picture = this.#picture;
    const clusters = this.#clusterStates();
    const trouble = this.#trouble === undefined ? [] : [this.#trouble];
    if (picture === undefined) {
      return { ...this.#state, phase: trouble.length > 0 ? 'ready' : 'loading', clusters, problems: trouble };
    }
    const now = this.#deps.clock.now();
    const apps = picture.apps.map((app) => {
      const state = this.#builder.build(app, this.#followers, now, (question) => this.#finder.known(app, question));
      return this.#policies?.complete(state, app) ?? state;
    });
    return {
      phase: 'ready',
      repo: picture.repo,
      apps,
      clusters,
      policies: this.#policies?.books,
      problems: [...trouble, ...picture.problems],
    };
  }

  #clusterStates(): readonly ClusterState[] {
    const followed = [...this.#followers].map(([context, follower]) => ({ context, status: follower.status() }));
    const reported = [...this.#reported].flatMap(([context, status]) =>
      this.#followers.has(context) ? [] : [{ context, status }],
    );
    return [...followed, ...reported];
  }

  #hasOtherAppliedRevisions(): boolean {
    const applied = this.#appliedNow();
    return this.#picture?.apps.some(({ app, appliedRevision }) => applied.get(app.id) !== appliedRevision) ?? false;
  }

  async #findPlaces(): Promise<void> {
    const picture = this.#picture;
    if (picture === undefined) return;
    const hasFound = await this.#finder.findAll(this.#state.apps, picture, this.#ended.signal);
    if (hasFound) this.#publish();
  }

  async #judgeHealth(): Promise<void> {
    await this.#scripted.judgeAll(this.#ended.signal);
    this.#publish();
  }

  /**
   * Judges once more when something that verdicts are made of changed. A judgement of other files is given up; one of a
   * cluster that moved on is not, for clusters always do.
   */
  #startJudging(): void {
    const inputs = this.#policyInputs();
    if (inputs === undefined || this.#policies === undefined) return;
    if (this.#judging?.picture !== inputs.picture) this.#judging?.given.abort();
    if (!this.#policies.isOutdated(inputs) && this.#policies.unplaced(inputs.picture).length === 0) return;
    this.#inBackground(this.#judgements.request());
  }

  #policyInputs(): PolicyInputs | undefined {
    const { policies } = this.#deps;
    if (policies === undefined || this.#picture === undefined) return undefined;
    const contexts = new Map(this.#state.apps.map(({ app, context }) => [app.id, context]));
    return {
      picture: this.#picture,
      followers: this.#followers,
      contextOf: ({ id }) => contexts.get(id),
      folders: policies.folders(),
      usesClusters: policies.usesClusters(),
    };
  }

  async #judge(): Promise<void> {
    const inputs = this.#policyInputs();
    if (inputs === undefined || this.#policies === undefined) return;
    const given = new AbortController();
    this.#judging = { picture: inputs.picture, given };
    const signal = AbortSignal.any([given.signal, this.#ended.signal]);
    if (this.#policies.isOutdated(inputs)) {
      await this.#policies.judge(inputs, signal);
      this.#publish();
    }
    for (const app of this.#policies.unplaced(inputs.picture)) {
      if (await this.#policies.place(app, inputs.picture.buffersTree, signal)) this.#publish();
    }
  }

  /** Work that nobody waits for: counted for `whenSettled`, its failure said in the log instead of thrown into nowhere. */
  #inBackground(work: Promise<void>): void {
    this.#busy += 1;
    const done = (): void => {
      this.#busy -= 1;
    };
    work.then(done, (error: unknown) => {
      done();
      if (!isAbort(error)) this.#deps.log.error(messageOf(error));
    });
  }
}

/** What a view must redraw; `undefined` when nothing is different. */
function changeBetween(before: OverviewState, after: OverviewState): OverviewChange | undefined {
  const old = new Map<AppId, AppState>(before.apps.map((state) => [state.app.id, state]));
  const apps = after.apps.filter((state) => old.get(state.app.id) !== state).map(({ app }) => app.id);
  const isStructural =
    before.phase !== after.phase ||
    before.apps.length !== after.apps.length ||
    after.apps.some(({ app }) => !old.has(app.id)) ||
    JSON.stringify(besidesApps(before)) !== JSON.stringify(besidesApps(after));
  return apps.length === 0 && !isStructural ? undefined : { apps, isStructural };
}

function besidesApps({ repo, clusters, problems }: OverviewState): unknown {
  return { repo, clusters, problems };
}

/** The rules that tell what else must be read of a cluster. */
function rulesKnown(picture: GitPicture, store: LiveStore): readonly KubeObject[] {
  return [...ruleObjects(store), ...picture.rules.map(({ object }) => object)];
}
