import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommitInfo, FileTree, Remote, RepoReader, RepoState } from '../../core/ports.ts';
import { BlobReader } from './blobReader.ts';
import { DiskTree } from './diskTree.ts';
import type { GitRunner } from './gitRunner.ts';
import { parseStatus } from './parseStatus.ts';
import { RevisionTree, parseTree } from './revisionTree.ts';

/** How many revisions' names are kept. */
const mostTrees = 8;

/** Reads a repository by git itself; takes no lock, so that it never stands in a person's way. */
export class GitReader implements RepoReader {
  readonly root: string;
  readonly #gitDir: string;
  readonly #runner: GitRunner;
  readonly #blobs: BlobReader;
  readonly #trees = new Map<string, Promise<FileTree>>();

  constructor(root: string, gitDir: string, runner: GitRunner) {
    this.root = root;
    this.#gitDir = gitDir;
    this.#runner = runner;
    this.#blobs = new BlobReader(runner);
  }

  async readState(signal: AbortSignal): Promise<RepoState> {
    const args = [
      '--no-optional-locks',
      'status',
      '--porcelain=v2',
      '--branch',
      '-z',
      '--no-renames',
      '--untracked-files=all',
    ];
    const [text, busy, remotes] = await Promise.all([
      this.#runner.text({ args }, signal),
      findBusy(this.#gitDir),
      this.#readRemotes(signal),
    ]);
    const status = parseStatus(text);
    const commit = status.upstream && (await this.#commitOf(status.upstream.name, signal));
    return { ...status, upstream: status.upstream && { ...status.upstream, commit }, busy, remotes };
  }

  async openRevision(revision: string, signal: AbortSignal): Promise<FileTree | undefined> {
    const commit = await this.#commitOf(revision, signal);
    if (commit === undefined) return undefined;
    const known = this.#trees.get(commit);
    if (known !== undefined) return known;
    const tree = this.#readTree(commit, signal);
    this.#trees.set(commit, tree);
    // A reading that failed or was given up must not be what the next one gets.
    tree.catch(() => this.#trees.delete(commit));
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > mostTrees && oldest !== undefined) this.#trees.delete(oldest);
    return tree;
  }

  openWorkingTree(): FileTree {
    return new DiskTree(this.root);
  }

  async readLog(revision: string, limit: number, signal: AbortSignal): Promise<readonly CommitInfo[]> {
    const commit = await this.#commitOf(revision, signal);
    if (commit === undefined) return [];
    const format = '--format=%H%x1f%an%x1f%aI%x1f%s';
    const args = ['log', '-z', '--no-show-signature', '--no-color', format, `--max-count=${limit}`, commit, '--'];
    const text = await this.#runner.text({ args }, signal);
    return text.split('\0').flatMap(parseCommit);
  }

  async #readTree(commit: string, signal: AbortSignal): Promise<FileTree> {
    const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', commit];
    return new RevisionTree(commit, parseTree(await this.#runner.text({ args }, signal)), this.#blobs);
  }

  async #commitOf(revision: string, signal: AbortSignal): Promise<string | undefined> {
    // A revision is outside data (an Application's targetRevision): it must never read as an option.
    if (revision === '' || revision.startsWith('-')) return undefined;
    // Without `--quiet`: simple-git waits 50 ms more for a git that says nothing at all.
    const args = ['rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`];
    const { exitCode, stdout } = await this.#runner.run({ args }, signal);
    return exitCode === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  /** The configured addresses, and as `git remote` shows them after `url.*.insteadOf`. */
  async #readRemotes(signal: AbortSignal): Promise<readonly Remote[]> {
    const [configured, shown] = await Promise.all([
      this.#runner.run({ args: ['config', '-z', '--get-regexp', '^remote\\..*\\.(url|pushurl)$'] }, signal),
      this.#runner.run({ args: ['remote', '-v'] }, signal),
    ]);
    const urls = new Map<string, Set<string>>();
    const add = (name: string | undefined, url: string | undefined): void => {
      if (name !== undefined && url !== undefined) urls.set(name, (urls.get(name) ?? new Set<string>()).add(url));
    };
    for (const entry of configured.stdout.toString('utf8').split('\0')) {
      const [, name, url] = /^remote\.(.+)\.(?:url|pushurl)\n(.+)$/s.exec(entry) ?? [];
      add(name, url);
    }
    for (const line of shown.stdout.toString('utf8').split('\n')) {
      const [, name, url] = /^(\S+)\t(.+) \((?:fetch|push)\)/.exec(line) ?? [];
      add(name, url);
    }
    return [...urls].map(([name, all]) => ({ name, urls: [...all] }));
  }
}

/** The marks that operations leave in the git folder while they are under way (git's `wt-status.c`). */
const marks = [
  { file: 'rebase-merge', busy: 'rebase' },
  { file: 'rebase-apply', busy: 'rebase' },
  { file: 'MERGE_HEAD', busy: 'merge' },
  { file: 'CHERRY_PICK_HEAD', busy: 'cherry-pick' },
  { file: 'REVERT_HEAD', busy: 'revert' },
  { file: 'BISECT_LOG', busy: 'bisect' },
] as const;

async function findBusy(gitDir: string): Promise<RepoState['busy']> {
  const found = await Promise.all(marks.map(({ file }) => exists(join(gitDir, file))));
  return marks[found.indexOf(true)]?.busy;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function parseCommit(line: string): readonly CommitInfo[] {
  const [commit = '', author = '', time = '', subject = ''] = line.split('\x1f');
  return time === '' ? [] : [{ commit: commit.trim(), author, time, subject }];
}
