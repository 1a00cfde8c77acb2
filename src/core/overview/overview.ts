import type { HubFacts } from '../apps/hubFacts.ts';
import type { AppId } from '../model/app.ts';
import type { JsonPointer } from '../model/difference.ts';
import type { RepoPath } from '../model/place.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { findObject } from '../live/liveStore.ts';
import type { ClusterConnection } from '../ports.ts';
import type { Decisions } from '../provenance/decidedFields.ts';
import { CachedRenderer } from '../render/cachedRenderer.ts';
import type { OverviewApi, Side } from './api.ts';
import { AppClusters } from './appClusters.ts';
import { AppStateBuilder } from './appStateBuilder.ts';
import { BackgroundWork } from './backgroundWork.ts';
import { ClusterFollower } from './clusterFollower.ts';
import { CommitSubjects } from './commitSubjects.ts';
import { appliedRevisions } from './clusterNeeds.ts';
import { EventReader } from './eventReader.ts';
import type { EventAnswer } from './eventReader.ts';
import { GitPictureReader } from './gitPicture.ts';
import type { AppliedRevisions, GitPicture } from './gitPicture.ts';
import { HubMemory } from './hubMemory.ts';
import { changeBetween } from './changeBetween.ts';
import { NeedsKeeper } from './needsKeeper.ts';
import { PictureKeeper } from './pictureKeeper.ts';
import { PolicyJudging } from './policyJudging.ts';
import { DecisionFinder } from './decisionFinder.ts';
import type { OverviewDeps } from './overviewDeps.ts';
import { ProvenanceFinder } from './provenanceFinder.ts';
import { CoalescingRunner } from './runner.ts';
import { ScriptedHealth } from './scriptedHealth.ts';
import { ServerAsker } from './serverAsker.ts';
import type { ClusterState, OverviewChange, OverviewState } from './state.ts';

/** Live events that follow each other within this time, in milliseconds, lead to one new state. */
const gatherTime = 50;

/**
 * The picture of one repository, kept true. Git and rendering are read by one coalescing runner, places are proven by
 * another, and the state is put together from what is known at any moment, so that a live event never waits for Git.
 */
export class Overview implements OverviewApi {
  readonly #deps: OverviewDeps;
  readonly #pictures: PictureKeeper;
  readonly #builder: AppStateBuilder;
  readonly #scripted: ScriptedHealth;
  readonly #finder: ProvenanceFinder;
  readonly #decisions: DecisionFinder;
  readonly #places = new CoalescingRunner(() => this.#findPlaces());
  readonly #healths = new CoalescingRunner(() => this.#judgeHealth());
  readonly #publications = new CoalescingRunner(() => this.#publishSoon());
  readonly #followers = new Map<string, ClusterFollower>();
  readonly #clusters: AppClusters;
  readonly #reported = new Map<string, ClusterState['status'] | undefined>();
  readonly #listeners = new Set<(change: OverviewChange) => void>();
  readonly #needs: NeedsKeeper;
  readonly #server: ServerAsker;
  readonly #policies: PolicyJudging | undefined;
  readonly #hub = new HubMemory();
  readonly #events: EventReader;
  readonly #subjects: CommitSubjects;
  readonly #subjectReads = new CoalescingRunner(() => this.#readSubjects());
  readonly #background: BackgroundWork;
  readonly #ended = new AbortController();
  #state: OverviewState = { phase: 'loading', apps: [], clusters: [], problems: [] };

  constructor(deps: OverviewDeps) {
    this.#deps = deps;
    this.#clusters = new AppClusters(this.#followers, deps.kubeVersion);
    const renderer = new CachedRenderer(deps.engine);
    const reader = new GitPictureReader(deps.repo, deps.engine, renderer, deps.log, this.#clusters.of);
    this.#background = new BackgroundWork(deps.log);
    this.#pictures = new PictureKeeper(reader, deps.log, {
      words: (picture) => ({ applied: this.#appliedNow(picture), hub: this.#hubNow(picture) }),
      onRead: () => {
        this.#publish();
      },
      signal: this.#ended.signal,
    });
    this.#scripted = new ScriptedHealth(deps.health, deps.log);
    const isNamedEnough = deps.comparesUnreconciled ?? false;
    this.#subjects = new CommitSubjects(deps.repo);
    this.#builder = new AppStateBuilder(deps.hasher, this.#scripted, isNamedEnough, () => this.#subjects.known);
    this.#events = new EventReader(this.#followers, deps.clock, isNamedEnough, this.#ended.signal);
    this.#server = new ServerAsker(this.#builder, this.#followers);
    this.#needs = new NeedsKeeper({ isNamedEnough, usesPolicies: () => deps.policies?.usesClusters() ?? false });
    this.#decisions = new DecisionFinder(deps.engine, this.#ended.signal);
    this.#finder = new ProvenanceFinder(deps.engine, deps.log, this.#clusters.of, deps.placesPending ?? false);
    this.#policies =
      deps.policies &&
      new PolicyJudging(deps.policies, this.#finder, {
        followers: this.#followers,
        picture: () => this.#picture,
        apps: () => this.#state.apps,
        publish: () => {
          this.#publish();
        },
        signal: this.#ended.signal,
      });
  }

  get #picture(): GitPicture | undefined {
    return this.#pictures.picture;
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
    for (const { hub, remotes } of this.#followers.values()) {
      hub.refresh();
      remotes.refresh();
    }
    await this.#pictures.readAll();
  }

  setBuffers(buffers: ReadonlyMap<RepoPath, string>): void {
    this.#background.watch(this.#pictures.setBuffers(buffers));
  }

  attach(context: string, connection: ClusterConnection | undefined): void {
    this.#followers.get(context)?.close();
    this.#followers.delete(context);
    this.#reported.delete(context);
    if (connection !== undefined) {
      const follower = new ClusterFollower(connection, this.#deps.clock, () => {
        this.#background.watch(this.#publications.request());
      });
      this.#followers.set(context, follower);
    }
    this.#publish();
  }

  reportCluster(context: string, status: ClusterState['status'] | undefined): void {
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

  async askServer(id: AppId, object?: ResourceKey): Promise<number> {
    const picture = this.#picture?.apps.find(({ app }) => app.id === id);
    const asked = picture && (await this.#server.ask(picture, object));
    if (asked === undefined) return 0;
    this.#publish();
    return asked;
  }

  async eventsOf(id: AppId, object: ResourceKey | undefined, signal: AbortSignal): Promise<EventAnswer> {
    const app = this.#picture?.apps.find((each) => each.app.id === id)?.app;
    return app === undefined ? { events: [], troubles: [] } : this.#events.of(app, object, signal);
  }

  async decidedBy(file: RepoPath, offset: number, signal: AbortSignal): Promise<Decisions | undefined> {
    if (this.#picture === undefined) await this.refresh();
    const picture = this.#picture;
    if (picture === undefined) return undefined;
    const apps = picture.apps.flatMap(({ app, sides: { buffers: rendering } }) =>
      rendering === undefined ? [] : [{ app, rendering, cluster: this.#clusters.of(app) }],
    );
    return this.#decisions.find(apps, picture.buffersTree, { file, offset }, signal);
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
    return this.#state.phase === 'ready' && this.#background.isIdle && isAnswered;
  }

  #appliedNow(picture: GitPicture | undefined): AppliedRevisions {
    return new Map([...this.#followers.values()].flatMap((each) => [...appliedRevisions(picture, each.store)]));
  }

  /** What the hub says where an app of Argo CD may ask; the same value while it says the same. */
  #hubNow(picture: GitPicture | undefined): HubFacts | undefined {
    if (picture?.apps.some(({ app }) => app.kind === 'argo-application') !== true) return picture?.moment.hub;
    return this.#hub.remember([...this.#followers.values()]);
  }

  async #publishSoon(): Promise<void> {
    await this.#deps.clock.delay(gatherTime, this.#ended.signal);
    this.#publish();
  }

  /** Puts the state together from what is known now, and starts what its being true still needs. */
  #publish(): void {
    if (this.#ended.signal.aborted) return;
    if (this.#picture !== undefined) this.#needs.update(this.#picture, this.#followers);
    const before = this.#state;
    this.#state = this.#assemble();
    const change = changeBetween(before, this.#state);
    if (change !== undefined) for (const listener of this.#listeners) listener(change);
    if (this.#picture !== undefined && this.#deps.asksSuspects === true)
      for (const asking of this.#server.askSuspects(this.#picture, this.#state.apps)) this.#background.watch(asking);
    if (this.#hasOtherAppliedRevisions() || this.#picture?.moment.hub !== this.#hubNow(this.#picture))
      this.#background.watch(this.#pictures.readAll());
    else if (this.#clusters.hasOtherAnswers(this.#picture?.apps ?? []))
      this.#background.watch(this.#pictures.renderAgain());
    if (this.#scripted.hasWork) this.#background.watch(this.#healths.request());
    if (this.#lacksSubjects()) this.#background.watch(this.#subjectReads.request());
    if (this.#picture !== undefined && this.#finder.hasWork(this.#state.apps, this.#picture)) {
      this.#background.watch(this.#places.request());
    }
    const judging = this.#policies?.start();
    if (judging !== undefined) this.#background.watch(judging);
  }

  #assemble(): OverviewState {
    const picture = this.#picture;
    const clusters = this.#clusterStates();
    const trouble = this.#pictures.trouble === undefined ? [] : [this.#pictures.trouble];
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
    return [...new Set([...this.#followers.keys(), ...this.#reported.keys()])].flatMap((context) => {
      const status = this.#reported.get(context) ?? this.#followers.get(context)?.status();
      return status === undefined ? [] : [{ context, status }];
    });
  }

  #hasOtherAppliedRevisions(): boolean {
    const applied = this.#appliedNow(this.#picture);
    return this.#picture?.apps.some(({ app, appliedRevision }) => applied.get(app.id) !== appliedRevision) ?? false;
  }

  /** Nobody asks for subjects until a reconciler tells what it applied. */
  #lacksSubjects(): boolean {
    const repo = this.#picture?.repo;
    return repo !== undefined && this.#subjects.isBehind(repo) && this.#state.apps.some((app) => app.history?.length);
  }

  async #readSubjects(): Promise<void> {
    const repo = this.#picture?.repo;
    if (repo === undefined) return;
    await this.#subjects.read(repo, this.#ended.signal);
    this.#publish();
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
}
