import type { KubeObject } from '../model/resource.ts';
import type { ClusterFact } from '../ports.ts';

/** What a connected Argo CD hub tells that no repository does; made anew only when something of it changed. */
export interface HubFacts {
  /** Its clusters; absent where their Secrets may not be read. */
  readonly clusters?: readonly ClusterFact[] | undefined;
  /** Its Applications that ApplicationSets own. */
  readonly generated: readonly KubeObject[];
  /** Its AppProjects; absent where they may not be listed. */
  readonly projects?: readonly KubeObject[] | undefined;
}
