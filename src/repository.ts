import { EnginePool } from './adapters/engine/enginePool.ts';
import { systemClock } from './adapters/cluster/systemClock.ts';
import { compareRendered } from './core/diff/compareRendered.ts';
import { Overview } from './core/overview/overview.ts';
import { editFor } from './core/provenance/editFor.ts';
import type { Log, SecretHasher } from './core/ports.ts';
import { Lifetime } from './host/lifetime.ts';
import type { OpenRepository } from './host/workspace/repositorySession.ts';

// For the extension host, which loads this bundle and with it the YAML library when it shows the first document.
export { textOf } from './host/documents/objectText.ts';

/** What a repository is opened with. */
export interface RepositoryParts {
  /** Paths of the engine's worker and of the folder of its modules. */
  readonly engine: { readonly worker: string; readonly modules: string };
  readonly hasher: SecretHasher;
  readonly log: Log;
}

/**
 * Builds and wires the picture of one repository. A bundle of its own, loaded after activation: it carries the whole
 * core, which the extension does not need in order to register its views.
 */
export async function openAt(
  folder: string,
  signal: AbortSignal,
  { engine, hasher, log }: RepositoryParts,
): Promise<OpenRepository> {
  const { openRepository } = await import('./adapters/git/gitBundle.ts');
  const { reader, writer, gitFolders } = await openRepository(folder, signal);
  const life = new Lifetime();
  const pool = life.own(new EnginePool(engine));
  const overview = life.own(
    new Overview({ repo: reader, engine: pool, health: pool, hasher, clock: systemClock, log, asksSuspects: true }),
  );
  return {
    overview,
    reader,
    writer,
    gitFolders,
    compare: compareRendered,
    editFor,
    dispose: () => {
      life.dispose();
    },
  };
}
