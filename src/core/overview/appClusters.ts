import type { App } from '../model/app.ts';
import { answersSame, noCluster } from '../render/clusterView.ts';
import type { Capabilities, ClusterOf, ClusterView } from '../render/clusterView.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import { isDeployedBesideReconciler } from './destination.ts';
import type { AppPicture } from './gitPicture.ts';
import { Memo } from './memo.ts';
import { findReconciler } from './reconcilerObject.ts';
import { renderView } from './renderView.ts';

/** Which cluster the charts of an app may ask: the one that its reconciler runs in and applies to. */
export class AppClusters {
  readonly #followers: ReadonlyMap<string, ClusterFollower>;
  readonly #kubeVersion: () => string | undefined;
  readonly #fixed = new Memo<string, Capabilities>();

  /** `kubeVersion` stands for the version of clusters that say none. */
  constructor(
    followers: ReadonlyMap<string, ClusterFollower>,
    kubeVersion: () => string | undefined = () => undefined,
  ) {
    this.#followers = followers;
    this.#kubeVersion = kubeVersion;
  }

  readonly of: ClusterOf = (app: App): ClusterView => {
    const fixed = this.#fixedCapabilities();
    const home = isDeployedBesideReconciler(app)
      ? [...this.#followers.values()].find(({ store }) => findReconciler(app, store) !== undefined)
      : undefined;
    if (home !== undefined) return renderView(home, fixed);
    return fixed === undefined ? noCluster : { ...noCluster, capabilities: fixed };
  };

  /** Whether a cluster would now answer otherwise than when one of the apps was rendered. */
  hasOtherAnswers(apps: readonly AppPicture[]): boolean {
    return apps.some(({ app, sides }) => {
      const asked = Object.values(sides).flatMap((each) => each.asked ?? []);
      return asked.length > 0 && !answersSame(this.of(app), asked);
    });
  }

  /** The same value as long as the version is the same. */
  #fixedCapabilities(): Capabilities | undefined {
    const kubeVersion = this.#kubeVersion();
    return kubeVersion === undefined ? undefined : this.#fixed.remember('', [kubeVersion], () => ({ kubeVersion }));
  }
}
