import { access, constants } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../../core/model/userError.ts';
import { findBlockers } from '../../core/change/blockers.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { CommitOptions, RepoReader, RepoState, RepoWriter } from '../../core/ports.ts';
import { commitTrouble, pushTrouble } from './gitTrouble.ts';
import type { GitRunner } from './gitRunner.ts';

const commitHooks = ['pre-commit', 'prepare-commit-msg', 'commit-msg'];

/** Writes to a repository by git itself, so that hooks, signing, filters and identity are the person's own. */
export class GitWriter implements RepoWriter {
  readonly #runner: GitRunner;
  readonly #reader: RepoReader;

  constructor(runner: GitRunner, reader: RepoReader) {
    this.#runner = runner;
    this.#reader = reader;
  }

  async commit(
    paths: readonly RepoPath[],
    message: string,
    options: CommitOptions,
    signal: AbortSignal,
  ): Promise<string> {
    const state = await this.#reader.readState(signal);
    const chosen = new Set(paths);
    const changes = state.changes.filter(({ path }) => chosen.has(path));
    refuse(state, changes, 'commit', this.#reader.root);
    const fresh = changes.filter(({ kind }) => kind === 'untracked').map(({ path }) => path);
    await this.#intendToAdd(fresh, signal);
    const args = [
      '--literal-pathspecs',
      'commit',
      '--only',
      '--quiet',
      ...(options.signOff ? ['--signoff'] : []),
      `--message=${message}`,
      '--pathspec-from-file=-',
      '--pathspec-file-nul',
    ];
    // Not by the caller's signal: a commit killed half-way leaves locks behind.
    const call = { args, input: changes.map(({ path }) => path).join('\0'), isWrite: true };
    const result = await this.#runner.run(call, new AbortController().signal);
    if (result.exitCode !== 0) {
      await this.#forget(fresh);
      throw commitTrouble(this.#reader.root, result, await this.#findHooks(commitHooks));
    }
    return (await this.#runner.text({ args: ['rev-parse', 'HEAD'] }, new AbortController().signal)).trim();
  }

  async push(signal: AbortSignal): Promise<void> {
    const state = await this.#reader.readState(signal);
    if (state.head === undefined) throw noCommits(this.#reader.root);
    if (state.branch === undefined) throw detached(this.#reader.root);
    refuse(state, undefined, 'push', this.#reader.root);
    const remote = await this.#config(`branch.${state.branch}.remote`, signal);
    const merge = await this.#config(`branch.${state.branch}.merge`, signal);
    const args = ['push', '--porcelain', remote, `refs/heads/${state.branch}:${merge}`];
    const result = await this.#runner.run({ args, isWrite: true }, signal);
    if (result.exitCode === 0) return;
    const where = { root: this.#reader.root, remote, branch: state.branch, upstream: state.upstream?.name ?? remote };
    throw pushTrouble(where, result, await this.#findHooks(['pre-push']));
  }

  /** New files must be known to the index for `commit --only`; nothing of their content is staged. */
  async #intendToAdd(paths: readonly RepoPath[], signal: AbortSignal): Promise<void> {
    if (paths.length === 0) return;
    const args = ['--literal-pathspecs', 'add', '--intent-to-add', '--pathspec-from-file=-', '--pathspec-file-nul'];
    await this.#runner.text({ args, input: paths.join('\0') }, signal);
  }

  /** Takes the intent back after a commit that failed, so that the index is as it was. */
  async #forget(paths: readonly RepoPath[]): Promise<void> {
    if (paths.length === 0) return;
    const args = [
      '--literal-pathspecs',
      'rm',
      '--cached',
      '--force',
      '--quiet',
      '--ignore-unmatch',
      '--pathspec-from-file=-',
      '--pathspec-file-nul',
    ];
    await this.#runner.run({ args, input: paths.join('\0') }, new AbortController().signal);
  }

  async #config(key: string, signal: AbortSignal): Promise<string> {
    return (await this.#runner.text({ args: ['config', '--get', key] }, signal)).trim();
  }

  /** The hooks among `names` that git would run here (`core.hooksPath` respected). */
  async #findHooks(names: readonly string[]): Promise<readonly string[]> {
    const never = new AbortController().signal;
    const folder = (await this.#runner.text({ args: ['rev-parse', '--git-path', 'hooks'] }, never)).trim();
    const at = isAbsolute(folder) ? folder : join(this.#runner.folder, folder);
    const found = await Promise.all(names.map(async (name) => ((await isExecutable(join(at, name))) ? [name] : [])));
    return found.flat();
  }
}

/** Throws the first reason not to act, the same one that the panel shows beforehand. */
function refuse(
  state: RepoState,
  changes: RepoState['changes'] | undefined,
  act: 'commit' | 'push',
  root: string,
): void {
  const blocker = findBlockers(state, changes ?? []).find(({ blocks }) => blocks === act);
  if (blocker !== undefined) throw new UserError(blocker.code, blocker.message, { folder: root });
}

function noCommits(root: string): UserError {
  return new UserError('no-commits', `The repository ${root} has no commits yet; there is nothing to push.`, {
    folder: root,
  });
}

function detached(root: string): UserError {
  const message = `No branch is checked out in ${root} (detached HEAD); check one out before pushing.`;
  return new UserError('git-detached', message, { folder: root });
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
