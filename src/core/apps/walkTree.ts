import type { RepoPath } from '../model/place.ts';
import type { FileTree } from '../ports.ts';

/** The folders and files of a tree; folders that never hold manifests are left out. */
export interface TreeListing {
  /** Paths of all files, in the order of folders and names. */
  readonly files: readonly RepoPath[];
  /** Names of the files directly in a folder. */
  readonly byFolder: ReadonlyMap<RepoPath, ReadonlySet<string>>;
}

/** Folders of tools and dependencies: they may be large and never hold what a reconciler applies. */
const ignoredFolders: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  '.github',
  '.vscode',
  '.idea',
  '.terraform',
]);

/** Lists a whole tree, all folders of one depth at once. */
export async function walkTree(tree: FileTree, signal: AbortSignal): Promise<TreeListing> {
  const files: RepoPath[] = [];
  const byFolder = new Map<RepoPath, ReadonlySet<string>>();
  for (let level: readonly RepoPath[] = ['']; level.length > 0;) {
    signal.throwIfAborted();
    const listings = await Promise.all(
      level.map(async (folder) => ({ folder, entries: (await tree.list(folder, signal)) ?? [] })),
    );
    const next: RepoPath[] = [];
    for (const { folder, entries } of listings) {
      const names = entries.filter((entry) => entry.kind === 'file').map((entry) => entry.name);
      byFolder.set(folder, new Set(names));
      files.push(...names.map((name) => within(folder, name)));
      const folders = entries.filter((entry) => entry.kind === 'folder' && !ignoredFolders.has(entry.name));
      next.push(...folders.map((entry) => within(folder, entry.name)));
    }
    level = next;
  }
  return { files: files.sort(), byFolder };
}

function within(folder: RepoPath, name: string): RepoPath {
  return folder === '' ? name : `${folder}/${name}`;
}
