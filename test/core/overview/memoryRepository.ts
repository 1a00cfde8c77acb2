import type { FileTree, RepoReader, RepoState } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

type Files = Readonly<Record<string, string>>;

/** What a repository in memory holds; commits by a short name that stands for its hash. */
export interface MemoryRepositoryContent {
  readonly working: Files;
  readonly commits: Readonly<Record<string, Files>>;
  readonly refs: Readonly<Record<string, string>>;
  readonly state?: Partial<RepoState>;
}

/** A repository whose trees are maps; the core asks no more of one than its port says. */
export function memoryRepository(content: MemoryRepositoryContent): RepoReader {
  const { head } = content.refs;
  const state: RepoState = {
    head,
    branch: 'main',
    changes: [],
    remotes: [{ name: 'origin', urls: ['https://git.example.com/shop.git'] }],
    ...content.state,
  };
  const open = (revision: string): FileTree | undefined => {
    const commit = content.refs[revision] ?? revision;
    const files = content.commits[commit];
    return files && new MemoryTree(files, commit);
  };
  return {
    root: '/repository',
    readState: () => Promise.resolve(state),
    openRevision: (revision) => Promise.resolve(open(revision)),
    openWorkingTree: () => new MemoryTree(content.working, 'working-tree'),
    readLog: () => Promise.resolve([]),
  };
}
