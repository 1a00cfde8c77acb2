import { folderOf } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { FileTree, TreeEntry } from '../ports.ts';
import { indexPaths, sortEntries } from './pathIndex.ts';
import type { PathIndex } from './pathIndex.ts';

/** A tree in which some folders stand at further places too. */
export class AliasTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #aliases: ReadonlyMap<RepoPath, RepoPath>;
  readonly #folders: PathIndex;

  /** `aliases` leads from a new place to the folder that is shown there. */
  constructor(base: FileTree, aliases: ReadonlyMap<RepoPath, RepoPath>) {
    this.label = base.label;
    this.#base = base;
    this.#aliases = aliases;
    this.#folders = aliases.size === 0 ? new Map() : indexPaths(aliases.keys());
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    if (this.#folders.has(path)) return 'folder';
    return this.#base.stat(this.realPath(path), signal);
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#base.read(this.realPath(path), signal);
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const below = await this.#base.list(this.realPath(path), signal);
    const above = this.#folders.get(path);
    if (above === undefined) return below;
    const kinds = new Map<string, TreeEntry['kind']>((below ?? []).map((entry) => [entry.name, entry.kind]));
    for (const { name } of above) kinds.set(name, 'folder');
    return sortEntries(kinds);
  }

  /** The path in the base: where a person finds what is shown at a path. */
  realPath(path: RepoPath): RepoPath {
    for (let at = path; at !== ''; at = folderOf(at)) {
      const target = this.#aliases.get(at);
      if (target !== undefined) return target + path.slice(at.length);
    }
    return path;
  }
}
