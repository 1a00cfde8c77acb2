import type { ClusterFollower, ClusterNeeds } from './clusterFollower.ts';
import { needsOf } from './clusterNeeds.ts';
import type { GitPicture } from './gitPicture.ts';
import { findHome } from './home.ts';
import { Memo } from './memo.ts';
import { rulesKnown } from './policyScene.ts';
import { findReconciler } from './reconcilerObject.ts';

/** What decides which objects a cluster's follower holds, beside the picture. */
export interface NeedsOptions {
  /** A cluster that the person named is compared with apps that no reconciler of it runs. */
  readonly isNamedEnough: boolean;
  /** Whether the rules of connected clusters count; asked each time. */
  usesPolicies(): boolean;
}

/** Has followers hold what the picture and the reconcilers' lists of managed objects ask for, as they are now. */
export class NeedsKeeper {
  readonly #options: NeedsOptions;
  readonly #needs = new Memo<string, ClusterNeeds>();

  constructor(options: NeedsOptions) {
    this.#options = options;
  }

  /** Tells each follower; the same value as before while nothing that needs are made of changed. */
  update(picture: GitPicture, followers: ReadonlyMap<string, ClusterFollower>): void {
    const homes = picture.apps.map(({ app }) => findHome(app, followers, this.#options.isNamedEnough));
    const places = homes.flatMap((home, index) => {
      const app = picture.apps[index]?.app;
      return [home?.place, app && home && findReconciler(app, home.follower.store)];
    });
    for (const [context, follower] of followers) {
      const { kinds, store } = follower;
      const rules = this.#options.usesPolicies() ? rulesKnown(picture, store) : undefined;
      const inputs = [follower, picture, kinds, rules?.length, ...(rules ?? []), ...places];
      follower.setNeeds(this.#needs.remember(context, inputs, () => needsOf(picture, homes, follower, rules)));
    }
  }
}
