import type { RepoPath } from '../model/place.ts';
import type { FileRead } from '../model/rendering.ts';
import { UserError } from '../model/userError.ts';
import type { FileTree, TreeEntry } from '../ports.ts';
import { contentDigest } from './contentDigest.ts';

/** A tree that remembers what was asked of it, so that a result can be kept until one of the answers would differ. */
export class RecordingTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #reads = new Map<string, FileRead>();

  constructor(base: FileTree) {
    this.#base = base;
    this.label = base.label;
  }

  /** Every answer so far, sorted by path. */
  get reads(): readonly FileRead[] {
    return [...this.#reads.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    const kind = await this.#base.stat(path, signal);
    // What a file holds decides more than that it is there: a stat of one is recorded as a read of its absence only.
    if (kind === undefined) this.#record({ path, kind: 'file', digest: 'absent' });
    else if (!this.#reads.has(`${kind}:${path}`)) this.#record({ path, kind, digest: 'present' });
    return kind;
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const content = await this.#base.read(path, signal);
    this.#record({ path, kind: 'file', digest: content === undefined ? 'absent' : contentDigest(content) });
    if (content !== undefined && content.length > mostBytes) throw tooLarge(path, content.length);
    return content;
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const entries = await this.#base.list(path, signal);
    this.#record({ path, kind: 'folder', digest: digestOfListing(entries) });
    return entries;
  }

  #record(read: FileRead): void {
    this.#reads.set(`${read.kind}:${read.path}`, read);
  }
}

/** A hundred times what an API server takes for one object; rendering more would hold everything else up. */
const mostBytes = 32 * 1024 * 1024;

function tooLarge(path: RepoPath, size: number): UserError {
  const megabytes = `${Math.round(size / 1024 / 1024)} MB`;
  const message = `${path} is ${megabytes} large; files of more than 32 MB are not rendered. Leave it out of what is applied.`;
  return new UserError('file-unreadable', message, { file: path, size: megabytes });
}

/** Tells whether a tree would still give the answers that were recorded. */
export async function givesSameAnswers(
  tree: FileTree,
  reads: readonly FileRead[],
  signal: AbortSignal,
): Promise<boolean> {
  const checks = await Promise.all(reads.map(async (read) => (await answerOf(tree, read, signal)) === read.digest));
  return checks.every(Boolean);
}

async function answerOf(tree: FileTree, read: FileRead, signal: AbortSignal): Promise<string> {
  if (read.digest === 'present') return (await tree.stat(read.path, signal)) === read.kind ? 'present' : 'other';
  if (read.kind === 'folder') return digestOfListing(await tree.list(read.path, signal));
  if (read.digest === 'absent') return (await tree.stat(read.path, signal)) === undefined ? 'absent' : 'other';
  const content = await tree.read(read.path, signal);
  return content === undefined ? 'absent' : contentDigest(content);
}

function digestOfListing(entries: readonly TreeEntry[] | undefined): string {
  return entries === undefined
    ? 'absent'
    : contentDigest(entries.map((each) => `${each.kind} ${each.name}`).join('\n'));
}
