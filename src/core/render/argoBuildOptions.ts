import type { App } from '../model/app.ts';
import type { FileTree } from '../ports.ts';
import type { ClusterView } from './clusterView.ts';
import { dataOf, findInCluster, findSources, objectOf } from './fluxVariables.ts';

/** What `kustomize.buildOptions` in Argo CD's own ConfigMap switches on. */
export interface ArgoBuildOptions {
  readonly enablesHelm: boolean;
  readonly loadsFromEverywhere: boolean;
}

const settings = { kind: 'ConfigMap', name: 'argocd-cm' } as const;

/** Reads Argo CD's settings for kustomize from the repository, else from the cluster; without either nothing is on. */
export async function readBuildOptions(
  app: App,
  tree: FileTree,
  cluster: ClusterView,
  signal: AbortSignal,
): Promise<ArgoBuildOptions> {
  const [declared] = await findSources(app, [settings], tree, signal);
  const data = dataOf(declared?.object ?? objectOf(findInCluster(app, settings, cluster)));
  const [, options = ''] = data.find(([key]) => key === 'kustomize.buildOptions') ?? [];
  return {
    enablesHelm: /--enable-helm(?:=true)?(?:\s|$)/.test(options),
    loadsFromEverywhere: /--load-restrictor[= ]LoadRestrictionsNone\b/.test(options),
  };
}
