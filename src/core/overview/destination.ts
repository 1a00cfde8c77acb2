import type { App } from '../model/app.ts';
import { objectAt } from '../model/json.ts';
import type { RenderProblem } from '../model/rendering.ts';

/** Address and name by which Argo CD means the cluster it runs in (argo-cd `common.KubernetesInternalAPIServerAddr`). */
export const inCluster = { server: 'https://kubernetes.default.svc', name: 'in-cluster' } as const;

/** Whether the reconciler applies an app to the very cluster that holds the reconciler's object. */
export function isDeployedBesideReconciler({ destination, declared }: App): boolean {
  // A Flux Kustomization with `spec.kubeConfig` is applied to the cluster of that kubeconfig.
  if (objectAt(declared?.object, 'spec', 'kubeConfig') !== undefined) return false;
  const { server, clusterName } = destination;
  return (server ?? inCluster.server) === inCluster.server && (clusterName ?? inCluster.name) === inCluster.name;
}

/** Tells whether Flux reconciles an app. */
export function isFlux({ kind }: App): boolean {
  return kind === 'flux-kustomization' || kind === 'flux-helmrelease';
}

/** What is said of an app whose objects live in a cluster that is not read. */
export function remoteDestination(app: App): RenderProblem {
  const { destination, declared } = app;
  // What a Flux app names is a Secret or ConfigMap, no cluster.
  const kubeConfig = destination.clusterName === undefined ? '' : ` (${destination.clusterName})`;
  const where = isFlux(app)
    ? `the cluster of its kubeConfig${kubeConfig}`
    : (destination.clusterName ?? destination.server ?? 'another cluster');
  return {
    severity: 'warning',
    message: `It is deployed to ${where}, which is not connected here: sync and health are the reconciler's word, fields are not compared. Choose a context of that cluster too.`,
    file: declared?.file,
    line: declared?.place.range.line,
  };
}
