import type { FetchedSources, RepoReader } from '../ports.ts';
import { MountTree } from './mountTree.ts';

/** A repository whose trees show what was fetched from elsewhere too, below `fetchedRoot`. */
export function withFetched(reader: RepoReader, sources: FetchedSources): RepoReader {
  return {
    root: reader.root,
    readState: (signal) => reader.readState(signal),
    readLog: (revision, limit, signal) => reader.readLog(revision, limit, signal),
    openWorkingTree: () => new MountTree(reader.openWorkingTree(), sources),
    openRevision: async (revision, signal) => {
      const tree = await reader.openRevision(revision, signal);
      return tree && new MountTree(tree, sources);
    },
  };
}
