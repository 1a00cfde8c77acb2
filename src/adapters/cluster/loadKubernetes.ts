import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';

/**
 * The one place that loads the Kubernetes client, on the first connection. Only its kubeconfig and authenticators: the
 * package's main module would bring along a class for each kind and API of Kubernetes.
 */
export async function loadKubernetes(): Promise<{ readonly KubeConfig: typeof KubeConfig }> {
  return import('@kubernetes/client-node/dist/config.js');
}
