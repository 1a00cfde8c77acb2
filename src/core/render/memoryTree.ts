import { indexPaths } from './pathIndex.ts';
import type { PathIndex } from './pathIndex.ts';
import type { FileTree, TreeEntry } from '../ports.ts';
import type { RepoPath } from '../model/place.ts';

/** A tree whose files are given as text; folders exist because files are in them. */
export class MemoryTree implements FileTree {
  readonly label: string;
  readonly #files: ReadonlyMap<RepoPath, string>;
  readonly #folders: PathIndex;

  constructor(files: Readonly<Record<RepoPath, string>>, label = 'memory') {
    this.label = label;
    this.#files = new Map(Object.entries(files));
    this.#folders = indexPaths(this.#files.keys());
  }

  stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    return answer(signal, () => {
      if (this.#files.has(path)) return 'file';
      return this.#folders.has(path) ? 'folder' : undefined;
    });
  }

  read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return answer(signal, () => {
      const text = this.#files.get(path);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    });
  }

  list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    return answer(signal, () => this.#folders.get(path));
  }
}

/** A promise of what is known already, rejected with the signal's reason when that has fired. */
async function answer<T>(signal: AbortSignal, find: () => T): Promise<T> {
  signal.throwIfAborted();
  return Promise.resolve(find());
}
