import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSecretHasher } from '../adapters/cluster/secretHasher.ts';
import { systemClock } from '../adapters/cluster/systemClock.ts';
import type { HealthEngine } from '../core/health/healthScripts.ts';
import { EnginePool } from '../adapters/engine/enginePool.ts';
import type { Repository } from '../adapters/git/gitBundle.ts';
import { FetchStore } from '../adapters/fetch/fetchStore.ts';
import type { Clock, Log, SecretHasher, SourceFetcher, VersionChooser } from '../core/ports.ts';
import { withFetched } from '../core/render/fetchedReader.ts';

/** What a call works with; everything is closed by `dispose`. */
export interface Parts {
  readonly repo: Repository;
  /** Renders, judges by policies and by health scripts. */
  readonly engine: EnginePool;
  readonly health: HealthEngine;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly log: Log;
  /** Says on stderr what a person must know while the call runs. */
  readonly tell: (message: string) => void;
  /** Folder for what clusters say of themselves. */
  readonly clusterCache: string;
  /** Fetches from elsewhere, only when the call says so. */
  readonly fetcher: SourceFetcher;
  dispose(): void;
}

/** Opens the repository of a folder and the engine; no network, no cluster. */
export async function openParts(folder: string, signal: AbortSignal): Promise<Parts> {
  const { openRepository } = await import('../adapters/git/gitBundle.ts');
  const opened = await openRepository(folder, signal);
  const store = new FetchStore(path.join(cacheFolder(), 'plumbline', 'fetched'));
  const repo = { ...opened, reader: withFetched(opened.reader, store) };
  const log = verbose();
  const engine = openEngine();
  return {
    repo,
    engine: engine.pool,
    health: engine.pool,
    hasher: createSecretHasher(),
    clock: systemClock,
    log,
    tell,
    clusterCache: path.join(cacheFolder(), 'plumbline', 'clusters'),
    fetcher: lazyFetcher(store, engine.pool, log),
    dispose: () => {
      engine.dispose();
    },
  };
}

/** A person who asks for fetching on the command line trusts the repository and their own credential helpers. */
function lazyFetcher(store: FetchStore, chooser: VersionChooser, log: Log): SourceFetcher {
  return {
    fetch: async (need, signal) => {
      const { createFetcher } = await import('../adapters/fetch/fetchBundle.ts');
      return createFetcher({ store, chooser, environment: process.env, allowExec: () => true, log }).fetch(
        need,
        signal,
      );
    },
  };
}

/** Opens the engine alone, for a call that is about files and no repository. */
export function openEngine(): { readonly pool: EnginePool; dispose(): void } {
  const pool = new EnginePool(engineFiles());
  // The adapters' timers keep no process alive, so that an editor can end; a command line must wait for its answer.
  const alive = setInterval(() => undefined, 60_000);
  return {
    pool,
    dispose: () => {
      clearInterval(alive);
      pool.dispose();
    },
  };
}

/** Where programs keep what they can get again (XDG base directories; each platform's own place else). */
function cacheFolder(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return process.platform === 'darwin' ? path.join(homedir(), 'Library', 'Caches') : path.join(homedir(), '.cache');
}

/** Built, the worker lies beside this bundle; unbuilt, both halves are run from the sources and the modules from `dist`. */
function engineFiles(): { readonly worker: URL; readonly modules: string } {
  const isBuilt = !import.meta.url.endsWith('.ts');
  const dist = isBuilt ? './' : '../../dist/';
  const worker = isBuilt ? './engineWorker.cjs' : '../adapters/engine/engineWorker.ts';
  return {
    worker: new URL(worker, import.meta.url),
    modules: fileURLToPath(new URL(`${dist}engine`, import.meta.url)),
  };
}

/** Results go to stdout; what happened on the way is told on stderr, to those who ask. */
function verbose(): Log {
  const isAsked = process.env.PLUMBLINE_DEBUG !== undefined;
  const say = (message: string): void => {
    if (isAsked) process.stderr.write(`${message}\n`);
  };
  return { info: say, warn: say, error: tell };
}

function tell(message: string): void {
  process.stderr.write(`plumbline: ${message}\n`);
}
