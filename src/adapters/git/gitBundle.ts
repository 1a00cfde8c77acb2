import { resolve } from 'node:path';
import { UserError } from '../../core/model/userError.ts';
import type { RepoReader, RepoWriter } from '../../core/ports.ts';
import { GitReader } from './gitReader.ts';
import { GitRunner, gitFailed } from './gitRunner.ts';
import type { GitOptions } from './gitRunner.ts';
import { GitWriter } from './gitWriter.ts';

/** A repository on disk. */
export interface Repository {
  readonly reader: RepoReader;
  readonly writer: RepoWriter;
  /** The work tree's own git folder and the one shared by all work trees: what to watch for commits, checkouts and fetches. */
  readonly gitFolders: readonly string[];
}

/**
 * Opens the repository that a folder belongs to. `UserError` `no-repository` when there is none, `git-missing` without
 * git, `git-failed` with git's own words for one that git refuses (such as a folder of another owner, `safe.directory`).
 */
export async function openRepository(
  folder: string,
  signal: AbortSignal,
  options: Partial<GitOptions> = {},
): Promise<Repository> {
  const all = { environment: process.env, concurrency: 4, ...options };
  const args = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-common-dir'];
  const result = await new GitRunner(folder, all).run({ args }, signal);
  if (result.exitCode !== 0) throw openTrouble(folder, args, result.stderr, result);
  const [root = folder, gitDir = '', commonDir = gitDir] = result.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => resolve(line));
  const runner = new GitRunner(root, all);
  const reader = new GitReader(root, gitDir, runner);
  return { reader, writer: new GitWriter(runner, reader), gitFolders: [...new Set([gitDir, commonDir])] };
}

function openTrouble(
  folder: string,
  args: readonly string[],
  said: string,
  result: Parameters<typeof gitFailed>[2],
): UserError {
  if (said.includes('must be run in a work tree')) {
    const message = `${folder} is a repository without files of its own (bare, or a .git folder). Open a clone of it.`;
    return new UserError('no-repository', message, { folder });
  }
  if (said.includes('not a git repository')) {
    const message = `${folder} is not in a git work tree. Open a folder of a repository, or make one with git init.`;
    return new UserError('no-repository', message, { folder });
  }
  if (said.includes('detected dubious ownership')) {
    const root = /repository at '(.+)'/.exec(said)?.[1] ?? folder;
    const message = `Git refuses ${root}, because it belongs to another user. If you trust it, run git config --global --add safe.directory ${root}, then refresh.`;
    return new UserError('git-failed', message, { folder: root });
  }
  return gitFailed(folder, args, result);
}
