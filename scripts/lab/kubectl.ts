import type { ControlPlane } from './controlPlane.ts';
import { runOrThrow } from './run.ts';

/** Runs kubectl as administrator and returns what it printed; `input` becomes its standard input. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Binds the kubectl binary to a control plane. */
export function bindKubectl(
  binary: string,
  { kubeconfig, context }: Pick<ControlPlane, 'kubeconfig' | 'context'>,
): Kubectl {
  return (args, input) =>
    runOrThrow(binary, ['--kubeconfig', kubeconfig, '--context', context, ...args], {
      ...(input === undefined ? {} : { input }),
    });
}

/** Server-side applies manifests as the installation of a reconciler would; conflicts are overridden. */
export async function applyManifests(kubectl: Kubectl, manifests: string): Promise<void> {
  await kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=lab-install', '-f', '-'], manifests);
}
