import { openSnapshot } from '../adapters/cluster/openSnapshot.ts';
import type { ClusterConnection } from '../core/ports.ts';
import type { LiveChoice } from './arguments.ts';
import type { Parts } from './parts.ts';

/** The live side that was asked for, under the name by which it is shown. */
export interface ConnectedLive {
  readonly context: string;
  readonly connection: ClusterConnection;
}

/** Connects to the named contexts or opens the dump. The cluster's part of the program is loaded only for this. */
export async function connectLive(
  live: LiveChoice,
  { hasher, log, tell, clusterCache }: Parts,
  signal: AbortSignal,
): Promise<readonly ConnectedLive[]> {
  if (live.kind === 'none') return [];
  if (live.kind === 'file') return [{ context: live.file, connection: await openSnapshot(live.file, hasher) }];
  const { createConnector } = await import('../adapters/cluster/clusterBundle.ts');
  // A person who names a context on the command line trusts the kubeconfig, credential plugins included.
  const parts = { kubeconfig: live.kubeconfig, allowExec: () => true, hasher, log, cache: clusterCache };
  const connector = createConnector(parts);
  return Promise.all(
    live.contexts.map(async (context) => {
      const connection = await connector.connect(context, signal, (program) => {
        if (program !== undefined) tell(`waiting for ${program} to log in to context ${context}`);
      });
      return { context, connection };
    }),
  );
}
