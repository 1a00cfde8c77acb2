import { indexPaths, sortEntries } from './pathIndex.ts';
import type { PathIndex } from './pathIndex.ts';
import type { FileTree, TreeEntry } from '../ports.ts';
import type { RepoPath } from '../model/place.ts';

/**
 * A tree with some files exchanged in memory: unsaved buffers over the working tree, or a candidate edit over either.
 * An edited file reads as the edit; one that the base does not have appears in the listings, with the folders it needs.
 */
export class OverlayTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #edits: ReadonlyMap<RepoPath, string>;
  readonly #folders: PathIndex;
  readonly #encoded = new Map<RepoPath, Uint8Array>();

  constructor(base: FileTree, edits: ReadonlyMap<RepoPath, string>, label: string) {
    this.label = label;
    this.#base = base;
    this.#edits = edits;
    // Without edits no folder is implied, not even the root: the base alone decides.
    this.#folders = edits.size === 0 ? new Map() : indexPaths(edits.keys());
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    signal.throwIfAborted();
    if (this.#edits.has(path)) return 'file';
    if (this.#folders.has(path)) return 'folder';
    return this.#base.stat(path, signal);
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    signal.throwIfAborted();
    const edit = this.#edits.get(path);
    return edit === undefined ? this.#base.read(path, signal) : this.#encode(path, edit);
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const below = await this.#base.list(path, signal);
    const above = this.#folders.get(path);
    if (above === undefined) return below;
    return sortEntries(new Map([...(below ?? []), ...above].map((entry) => [entry.name, entry.kind])));
  }

  /** The same bytes each time, so that they are digested once. */
  #encode(path: RepoPath, text: string): Uint8Array {
    const bytes = this.#encoded.get(path) ?? new TextEncoder().encode(text);
    this.#encoded.set(path, bytes);
    return bytes;
  }
}
