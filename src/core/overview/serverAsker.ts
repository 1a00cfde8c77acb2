import type { ResourceKey } from '../model/resource.ts';
import type { AppStateBuilder } from './appStateBuilder.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import type { AppState } from './state.ts';

/** Has clusters dry-run what apps declare: what a person asks about, and what the comparison alone cannot tell. */
export class ServerAsker {
  readonly #builder: AppStateBuilder;
  readonly #followers: ReadonlyMap<string, ClusterFollower>;

  constructor(builder: AppStateBuilder, followers: ReadonlyMap<string, ClusterFollower>) {
    this.#builder = builder;
    this.#followers = followers;
  }

  /** Asks about an app, or one object of it, anew: how many objects; `undefined` where no cluster can be asked. */
  async ask(app: AppPicture, object: ResourceKey | undefined): Promise<number | undefined> {
    const found = this.#builder.questions(app, this.#followers, (key) => object === undefined || key === object);
    if (found === undefined) return undefined;
    await found.follower.ask(found.questions, true);
    return found.questions.length;
  }

  /** One question for each suspicion and each state of its two sides, whatever the answer; what is under way now. */
  askSuspects(picture: GitPicture, states: readonly AppState[]): readonly Promise<void>[] {
    return states.flatMap(({ app, resources }) => {
      const suspects = new Set(resources.flatMap(({ key, diff }) => (diff?.verdict === 'suspect' ? [key] : [])));
      const own = picture.apps.find((each) => each.app.id === app.id);
      if (suspects.size === 0 || own === undefined) return [];
      const found = this.#builder.questions(own, this.#followers, (key) => suspects.has(key));
      if (found === undefined) return [];
      const { follower, questions } = found;
      const open = questions.filter(({ id, desired, live }) => !follower.dryRuns.isAsked(id, desired, live));
      return open.length === 0 ? [] : [follower.ask(open, false)];
    });
  }
}
