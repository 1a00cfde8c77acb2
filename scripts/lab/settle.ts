import { eventually } from './eventually.ts';
import { at, listAt, textAt } from './json.ts';
import type { KubeApi } from './kubeApi.ts';

const patience = 120_000;

/** Waits until every Flux Kustomization is Ready at `revision`, for example `main@sha1:<commit>`. */
export async function fluxSettled(api: KubeApi, revision: string, signal?: AbortSignal): Promise<void> {
  const path = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
  await eventually(
    `Flux to apply ${revision}`,
    async () => {
      const items = listAt(await api.get(path, signal), 'items');
      return (items.length > 0 && items.every((item) => isReadyAt(item, revision))) || undefined;
    },
    { timeout: patience, signal },
  );
}

function isReadyAt(kustomization: unknown, revision: string): boolean {
  const ready = listAt(kustomization, 'status', 'conditions').find((entry) => textAt(entry, 'type') === 'Ready');
  return (
    textAt(kustomization, 'status', 'lastAppliedRevision') === revision &&
    textAt(ready, 'status') === 'True' &&
    at(kustomization, 'status', 'observedGeneration') === at(kustomization, 'metadata', 'generation')
  );
}

const applications = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';

/** Asks Argo CD to sync an Application to `commit`, as a person with Kubernetes rights alone can. */
export async function syncApplication(api: KubeApi, name: string, commit: string): Promise<void> {
  // Argo CD's own server copies the options into the operation; the controller looks for them nowhere else.
  const application = await api.get(`${applications}/${name}`);
  const syncOptions = listAt(application, 'spec', 'syncPolicy', 'syncOptions');
  const operation = {
    initiatedBy: { username: 'lab' },
    // Two that create one namespace at once get into each other's way.
    retry: { limit: 5, backoff: { duration: '1s', factor: 1 } },
    sync: { revision: commit, prune: true, syncOptions },
  };
  await api.mergePatch(`${applications}/${name}`, { operation }, 'lab');
}

/** Names the Applications that Argo CD knows. */
export async function listApplications(api: KubeApi): Promise<readonly string[]> {
  return listAt(await api.get(applications), 'items').flatMap((item) => textAt(item, 'metadata', 'name') ?? []);
}

/** Waits until an Application is there: another one may bring it. */
export async function applicationThere(api: KubeApi, name: string, signal?: AbortSignal): Promise<void> {
  const isThere = async (): Promise<true | undefined> => (await listApplications(api)).includes(name) || undefined;
  await eventually(`the Application ${name}`, isThere, { timeout: patience, signal });
}

/** Waits until the last sync of an Application has succeeded at `commit`. */
export async function applicationApplied(
  api: KubeApi,
  name: string,
  commit: string,
  signal?: AbortSignal,
): Promise<void> {
  await eventually(
    `Argo CD to sync ${name} at ${commit}`,
    async () => {
      const state = at(await api.get(`${applications}/${name}`, signal), 'status', 'operationState');
      const isDone = textAt(state, 'phase') === 'Succeeded' && textAt(state, 'syncResult', 'revision') === commit;
      return isDone || undefined;
    },
    { timeout: patience, signal },
  );
}

/** Waits until an Application is Synced and Healthy at `commit`. */
export async function applicationSettled(
  api: KubeApi,
  name: string,
  commit: string,
  signal?: AbortSignal,
): Promise<void> {
  await eventually(
    `Argo CD to apply ${name} at ${commit}`,
    async () => {
      const application = await api.get(`${applications}/${name}`, signal);
      const isSettled =
        textAt(application, 'status', 'sync', 'status') === 'Synced' &&
        textAt(application, 'status', 'sync', 'revision') === commit &&
        textAt(application, 'status', 'health', 'status') === 'Healthy' &&
        textAt(application, 'status', 'operationState', 'phase') === 'Succeeded';
      return isSettled || undefined;
    },
    { timeout: patience, signal },
  );
}
