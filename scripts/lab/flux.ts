import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crdsEstablished, readCrds } from './crds.ts';
import { startFluxSource } from './fluxSource.ts';
import { modulesKey, ensureBinaries } from './goBinaries.ts';
import { applyManifests, bindKubectl } from './kubectl.ts';
import type { Reconciler, ReconcilerOptions } from './reconciler.ts';
import { startService } from './service.ts';

const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: flux-system
  labels:
    app.kubernetes.io/part-of: flux
`;

/** Installs Flux's CRDs and starts the real kustomize-controller beside the stand-in for source-controller. */
export async function startFlux({ controlPlane, api, dir, progress, signal }: ReconcilerOptions): Promise<Reconciler> {
  const binaries = await ensureBinaries(['kubectl', 'guard', 'kustomize-controller'], progress, signal);
  await mkdir(join(dir, 'tmp'), { recursive: true });
  progress('Starting Flux');
  const kubectl = bindKubectl(binaries.kubectl, controlPlane);
  await applyManifests(kubectl, `${namespace}---\n${await readCrds('flux', await modulesKey())}`);
  await crdsEstablished(api, signal);
  signal?.throwIfAborted();
  const source = await startFluxSource(api, join(dir, 'source'));
  const controller = startService({
    name: 'kustomize-controller',
    command: binaries.guard,
    args: [
      binaries['kustomize-controller'],
      '--watch-all-namespaces',
      '--enable-leader-election=false',
      '--metrics-addr=127.0.0.1:0',
      '--health-addr=127.0.0.1:0',
    ],
    logFile: join(dir, 'kustomize-controller.log'),
    // It knows no --kubeconfig.
    env: { RUNTIME_NAMESPACE: 'flux-system', KUBECONFIG: controlPlane.kubeconfig, TMPDIR: join(dir, 'tmp') },
  });
  return {
    services: [controller],
    stop: async () => {
      await Promise.all([controller.stop(), source.stop()]);
    },
  };
}
