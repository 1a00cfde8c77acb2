import { EnginePool } from './adapters/engine/enginePool.ts';
import { FetchStore } from './adapters/fetch/fetchStore.ts';
import { systemClock } from './adapters/cluster/systemClock.ts';
import { compareRendered } from './core/diff/compareRendered.ts';
import { acceptanceOf } from './core/overview/acceptance.ts';
import { Overview } from './core/overview/overview.ts';
import { editFor } from './core/provenance/editFor.ts';
import type { Log, SecretHasher } from './core/ports.ts';
import { PolicyFolders } from './adapters/files/policyFolders.ts';
import { withFetched } from './core/render/fetchedReader.ts';
import { Lifetime } from './host/lifetime.ts';
import type { OpenRepository } from './host/workspace/repositorySession.ts';

// For the extension host, which loads this bundle and with it the YAML library when it shows the first document.
export { textOf } from './host/documents/objectText.ts';
export { explainVerdict } from './core/policy/explainVerdict.ts';

/** What a repository is opened with. */
export interface RepositoryParts {
  /** Paths of the engine's worker and of the folder of its modules. */
  readonly engine: { readonly worker: string; readonly modules: string };
  readonly hasher: SecretHasher;
  readonly log: Log;
  /** Folder where fetched charts and bases are kept. */
  readonly fetched: string;
  /** Whether programs that keep credentials may be started. */
  readonly allowExec: () => boolean;
  /** The Kubernetes version to render charts for where no cluster says its own. */
  readonly kubeVersion: () => string | undefined;
  /** What policies are judged by; asked again at each refresh. */
  readonly policies: PolicyChoice;
}

/** Where policies come from beside the repository. */
export interface PolicyChoice {
  usesClusters(): boolean;
  /** Absolute paths of files and folders. */
  folders(): readonly string[];
}

/**
 * Builds and wires the picture of one repository. A bundle of its own, loaded after activation: it carries the whole
 * core, which the extension does not need in order to register its views.
 */
export async function openAt(
  folder: string,
  signal: AbortSignal,
  { engine, hasher, log, fetched, allowExec, kubeVersion, policies }: RepositoryParts,
): Promise<OpenRepository> {
  const { openRepository } = await import('./adapters/git/gitBundle.ts');
  const { reader: own, writer, gitFolders } = await openRepository(folder, signal);
  const life = new Lifetime();
  const pool = life.own(new EnginePool(engine));
  const store = new FetchStore(fetched);
  const reader = withFetched(own, store);
  const folders = new PolicyFolders(log);
  const overview = life.own(
    new Overview({
      repo: reader,
      engine: pool,
      health: pool,
      hasher,
      clock: systemClock,
      log,
      kubeVersion,
      asksSuspects: true,
      policies: { engine: pool, usesClusters: () => policies.usesClusters(), folders: () => folders.rules },
    }),
  );
  return {
    overview,
    reader,
    writer,
    gitFolders,
    compare: compareRendered,
    editFor,
    acceptanceOf,
    fetch: async (need, asked) => {
      const { createFetcher } = await import('./adapters/fetch/fetchBundle.ts');
      return createFetcher({ store, chooser: pool, environment: process.env, allowExec, log }).fetch(need, asked);
    },
    readPolicyFolders: async () => {
      await folders.read(policies.folders());
      await overview.refresh();
    },
    dispose: () => {
      life.dispose();
    },
  };
}
