import type { PolicyEngine } from '../policy/judgement.ts';
import type { Rule } from '../policy/ruleBook.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import type { PolicyInputs, SceneBook } from './policyKeeper.ts';
import { PolicyWatch } from './policyWatch.ts';
import type { ProvenanceFinder } from './provenanceFinder.ts';
import { CoalescingRunner } from './runner.ts';
import type { AppState } from './state.ts';

/** What policies are judged by, beside the repository's own. */
export interface PolicyDeps {
  readonly engine: PolicyEngine;
  /** Whether the rules of connected clusters count; asked each time. */
  usesClusters(): boolean;
  /** Rules of folders outside of the repository; the same values as long as they are the same. */
  folders(): readonly Rule[];
}

/** What judging sees of the overview around it. */
export interface JudgedOverview {
  readonly followers: ReadonlyMap<string, ClusterFollower>;
  picture(): GitPicture | undefined;
  apps(): readonly AppState[];
  /** Puts what was found into the state. */
  publish(): void;
  /** Fires when the overview ends. */
  readonly signal: AbortSignal;
}

/** Keeps the judgement of policies true while picture and clusters change, one run at a time. */
export class PolicyJudging {
  readonly #deps: PolicyDeps;
  readonly #overview: JudgedOverview;
  readonly #watch: PolicyWatch;
  readonly #runner = new CoalescingRunner(() => this.#run());
  /** The run under way, and of what. */
  #running: { readonly picture: GitPicture; readonly given: AbortController } | undefined;

  constructor(deps: PolicyDeps, finder: ProvenanceFinder, overview: JudgedOverview) {
    this.#deps = deps;
    this.#overview = overview;
    this.#watch = new PolicyWatch(deps.engine, finder);
  }

  /** The rules that are in force, by the cluster and the apps that meet them. */
  get books(): readonly SceneBook[] {
    return this.#watch.books;
  }

  /** An app's state with what policies say of it. */
  complete(state: AppState, picture: AppPicture): AppState {
    return this.#watch.complete(state, picture);
  }

  /**
   * Judges once more when something that verdicts are made of changed; `undefined` when nothing did. A judgement of other
   * files is given up; one of a cluster that moved on is not, for clusters always do.
   */
  start(): Promise<void> | undefined {
    const inputs = this.#inputs();
    if (inputs === undefined) return undefined;
    if (this.#running?.picture !== inputs.picture) this.#running?.given.abort();
    const isDone = !this.#watch.isOutdated(inputs) && this.#watch.unplaced(inputs.picture).length === 0;
    return isDone ? undefined : this.#runner.request();
  }

  async #run(): Promise<void> {
    const inputs = this.#inputs();
    if (inputs === undefined) return;
    const given = new AbortController();
    this.#running = { picture: inputs.picture, given };
    const signal = AbortSignal.any([given.signal, this.#overview.signal]);
    if (this.#watch.isOutdated(inputs)) {
      await this.#watch.judge(inputs, signal);
      this.#overview.publish();
    }
    for (const app of this.#watch.unplaced(inputs.picture)) {
      if (await this.#watch.place(app, inputs.picture.buffersTree, signal)) this.#overview.publish();
    }
  }

  #inputs(): PolicyInputs | undefined {
    const picture = this.#overview.picture();
    if (picture === undefined) return undefined;
    const contexts = new Map(this.#overview.apps().map(({ app, objectsContext }) => [app.id, objectsContext]));
    return {
      picture,
      followers: this.#overview.followers,
      contextOf: ({ id }) => contexts.get(id),
      folders: this.#deps.folders(),
      usesClusters: this.#deps.usesClusters(),
    };
  }
}
