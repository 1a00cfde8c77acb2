import { baseName, folderOf } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import type { TreeEntry } from '../ports.ts';

/** The folders that a set of file paths implies, each with its entries sorted by name; the root `''` is always there. */
export type PathIndex = ReadonlyMap<RepoPath, readonly TreeEntry[]>;

/** Derives every folder and its entries from the paths of files, as Git does: a folder exists because a file is in it. */
export function indexPaths(files: Iterable<RepoPath>): PathIndex {
  const kinds = new Map<RepoPath, Map<string, TreeEntry['kind']>>([['', new Map()]]);
  for (const file of files) {
    let kind: TreeEntry['kind'] = 'file';
    for (let path = file; path !== ''; path = folderOf(path), kind = 'folder') {
      const siblings = kinds.get(folderOf(path)) ?? new Map<string, TreeEntry['kind']>();
      kinds.set(folderOf(path), siblings.set(baseName(path), kind));
    }
  }
  return new Map([...kinds].map(([folder, entries]) => [folder, sortEntries(entries)]));
}

/** Entries by name in code unit order, the order of every `FileTree.list`. */
export function sortEntries(kinds: ReadonlyMap<string, TreeEntry['kind']>): readonly TreeEntry[] {
  return [...kinds].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
