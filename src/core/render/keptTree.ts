import { baseName, folderOf } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { FileTree, TreeEntry } from '../ports.ts';

/**
 * A tree as it is at one moment: each answer of the base is asked for once and kept, the same bytes for the same file.
 * For readings that follow each other while only unsaved buffers change; a new moment needs a new `KeptTree`.
 */
export class KeptTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #kinds = new Map<RepoPath, 'file' | 'folder' | undefined>();
  readonly #contents = new Map<RepoPath, Uint8Array | undefined>();
  readonly #listings = new Map<RepoPath, readonly TreeEntry[] | undefined>();

  constructor(base: FileTree) {
    this.#base = base;
    this.label = base.label;
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    signal.throwIfAborted();
    // Only presence is read off a listing: a file system that ignores case knows a file under more than its listed name.
    const listed = this.#listings.get(folderOf(path))?.find(({ name }) => name === baseName(path));
    if (listed !== undefined && path !== '') return listed.kind;
    return keep(this.#kinds, path, () => this.#base.stat(path, signal));
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    signal.throwIfAborted();
    return keep(this.#contents, path, () => this.#base.read(path, signal));
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    signal.throwIfAborted();
    return keep(this.#listings, path, () => this.#base.list(path, signal));
  }
}

/** Keeps answers, not promises: a question that one caller gives up must not fail for the next. */
async function keep<T>(kept: Map<RepoPath, T>, path: RepoPath, ask: () => Promise<T>): Promise<T | undefined> {
  if (kept.has(path)) return kept.get(path);
  const answer = await ask();
  // Of two that asked at once the first decides, so that everybody has the same bytes.
  if (!kept.has(path)) kept.set(path, answer);
  return kept.get(path);
}
