import type { HubFacts } from '../apps/hubFacts.ts';
import { objectsOfKind } from '../live/liveStore.ts';
import { listAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
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
    const projects = projectsOf(followers);
    const specs = JSON.stringify([generated, projects].map((each) => each?.map(specOf)));
    const kept = this.#kept;
    if (kept !== undefined && kept.clusters === clusters && kept.specs === specs) return kept.facts;
    const facts = { clusters, generated, projects };
    this.#kept = { clusters, specs, facts };
    return facts;
  }
}

/** AppProjects, as soon as some cluster has listed them all. */
function projectsOf(followers: readonly Pick<ClusterFollower, 'store'>[]): readonly KubeObject[] | undefined {
  const isListed = followers.some(({ store }) =>
    [...store.targets.values()].some((each) => each.target.kind === 'AppProject' && each.isListed),
  );
  return isListed ? followers.flatMap(({ store }) => objectsOfKind(store, 'argoproj.io', 'AppProject')) : undefined;
}

function specOf({ metadata, spec }: KubeObject): Json {
  return [metadata.namespace ?? null, metadata.name ?? null, spec ?? null];
}

function isOwned({ metadata }: KubeObject): boolean {
  return listAt(metadata, 'ownerReferences').some((owner) => stringAt(owner, 'kind') === 'ApplicationSet');
}
