import type { HubFacts } from '../apps/hubFacts.ts';
import { objectsOfKind } from '../live/liveStore.ts';
import { listAt, stringAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ClusterFollower } from './clusterFollower.ts';

/** Puts together what hubs say, and keeps it while they say the same, however often statuses change. */
export class HubMemory {
  #kept: { readonly clusters: HubFacts['clusters']; readonly specs: string; readonly facts: HubFacts } | undefined;

  /** `undefined` while no cluster is connected. */
  remember(followers: readonly Pick<ClusterFollower, 'store' | 'hub'>[]): HubFacts | undefined {
    if (followers.length === 0) return undefined;
    const clusters = followers.find(({ hub }) => hub.clusters !== undefined)?.hub.clusters;
    const generated = followers.flatMap(({ store }) =>
      objectsOfKind(store, 'argoproj.io', 'Application').filter(isOwned),
    );
    const specs = JSON.stringify(generated.map(({ metadata, spec }) => [metadata.namespace, metadata.name, spec]));
    const kept = this.#kept;
    if (kept !== undefined && kept.clusters === clusters && kept.specs === specs) return kept.facts;
    const facts = { clusters, generated };
    this.#kept = { clusters, specs, facts };
    return facts;
  }
}

function isOwned({ metadata }: KubeObject): boolean {
  return listAt(metadata, 'ownerReferences').some((owner) => stringAt(owner, 'kind') === 'ApplicationSet');
}
