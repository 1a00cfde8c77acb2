import { splitMounted } from '../model/remoteNeed.ts';
import type { RepoPath } from '../model/place.ts';
import type { FetchedSources, FileTree, TreeEntry } from '../ports.ts';

/** A tree with what was fetched from elsewhere below `fetchedRoot`; the root's listings do not show it. */
export class MountTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #sources: FetchedSources;

  constructor(base: FileTree, sources: FetchedSources) {
    this.label = base.label;
    this.#base = base;
    this.#sources = sources;
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    const [tree, at] = await this.#find(path, signal);
    return tree?.stat(at, signal);
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const [tree, at] = await this.#find(path, signal);
    return tree?.read(at, signal);
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const [tree, at] = await this.#find(path, signal);
    return tree?.list(at, signal);
  }

  async #find(path: RepoPath, signal: AbortSignal): Promise<readonly [FileTree | undefined, RepoPath]> {
    const mounted = splitMounted(path);
    if (mounted === undefined) return [this.#base, path];
    return [await this.#sources.open(mounted.key, signal), mounted.rest];
  }
}
