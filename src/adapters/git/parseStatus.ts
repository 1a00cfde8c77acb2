import type { FileChange, RepoState } from '../../core/ports.ts';

/** What one `git status` says; the upstream's commit is another call. */
export type StatusReading = Pick<RepoState, 'head' | 'branch' | 'changes'> & {
  readonly upstream?: { readonly name: string; readonly ahead: number; readonly behind: number } | undefined;
};

/** Reads `git status --porcelain=v2 --branch -z --no-renames` (git-status(1), "Porcelain Format Version 2"). */
export function parseStatus(output: string): StatusReading {
  const lines = output.split('\0');
  const header = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const oid = header('branch.oid');
  const branch = header('branch.head');
  const upstream = header('branch.upstream');
  const [, ahead = '0', behind = '0'] = /^\+(\d+) -(\d+)$/.exec(header('branch.ab') ?? '') ?? [];
  return {
    head: oid === '(initial)' ? undefined : oid,
    branch: branch === '(detached)' ? undefined : branch,
    upstream: upstream === undefined ? undefined : { name: upstream, ahead: Number(ahead), behind: Number(behind) },
    changes: lines.flatMap(parseChange),
  };
}

/** How many space-separated fields stand before the path of each kind of line. */
const fieldsBefore: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 };

function parseChange(line: string): readonly FileChange[] {
  const mark = line.slice(0, 1);
  const before = fieldsBefore[mark];
  if (before === undefined || line[1] !== ' ') return [];
  const path = line.split(' ').slice(before).join(' ');
  if (mark === '?') return [{ path, kind: 'untracked', isStaged: false }];
  if (mark === 'u') return [{ path, kind: 'conflicted', isStaged: false }];
  const [index = '.', disk = '.'] = line.slice(2, 4);
  return [{ path, kind: kindOf(index, disk), isStaged: index !== '.' }];
}

/** What the disk says counts over the index: a file staged as new and then deleted is gone. */
function kindOf(index: string, disk: string): FileChange['kind'] {
  if (disk === 'D' || (index === 'D' && disk === '.')) return 'deleted';
  return index === 'A' || disk === 'A' ? 'added' : 'modified';
}
