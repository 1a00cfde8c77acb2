import type * as kubernetes from '@kubernetes/client-node';

/** The one place that loads the Kubernetes client (1.4 MB, about 190 ms), on the first connection. */
export function loadKubernetes(): Promise<typeof kubernetes> {
  return import('@kubernetes/client-node');
}
