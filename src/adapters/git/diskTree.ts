import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { UserError } from '../../core/model/userError.ts';
import { folderOf, joinPath } from '../../core/model/place.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { FileTree, TreeEntry } from '../../core/ports.ts';

/** Larger files are no manifests; reading them would only cost memory. */
const largestFile = 16 * 1024 * 1024;

/** The files below a folder as they are on disk. Links that leave the folder, and anything in `.git`, read as absent. */
export class DiskTree implements FileTree {
  readonly label = 'working-tree';
  readonly #root: string;
  #realRoot: Promise<string> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    const found = await this.#find(path);
    signal.throwIfAborted();
    return found?.kind;
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const found = await this.#find(path);
    signal.throwIfAborted();
    if (found?.kind !== 'file') return undefined;
    if (found.size > largestFile) throw tooLarge(path, found.size);
    return orAbsent(path, () => readFile(found.at, { signal }));
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const found = await this.#find(path);
    signal.throwIfAborted();
    if (found?.kind !== 'folder') return undefined;
    const entries = await orAbsent(path, () => readdir(found.at, { withFileTypes: true }));
    signal.throwIfAborted();
    if (entries === undefined) return undefined;
    const listed = await Promise.all(
      entries.map(async (entry): Promise<TreeEntry | undefined> => {
        if (entry.name === '.git') return undefined;
        if (entry.isFile()) return { name: entry.name, kind: 'file' };
        if (entry.isDirectory()) return { name: entry.name, kind: 'folder' };
        const linked = await this.#find(path === '' ? entry.name : `${path}/${entry.name}`);
        if (linked === undefined) return undefined;
        const realOf = async (folder: RepoPath): Promise<string | undefined> => (await this.#find(folder))?.at;
        const isCircle = linked.kind === 'folder' && (await leadsBack(path, linked.at, realOf));
        return isCircle ? undefined : { name: entry.name, kind: linked.kind };
      }),
    );
    signal.throwIfAborted();
    return listed.filter((entry) => entry !== undefined).sort(byName);
  }

  /** Where a path really is, when that is inside the root; sockets and devices count as absent. */
  async #find(path: RepoPath): Promise<{ at: string; kind: 'file' | 'folder'; size: number } | undefined> {
    const clean = joinPath(path);
    if (clean === undefined || clean.split('/').includes('.git') || clean.includes('\0')) return undefined;
    return orAbsent(path, async () => {
      const root = await (this.#realRoot ??= realpath(this.#root));
      const at = await realpath(join(root, clean));
      const inside = at === root ? '' : at.startsWith(root + sep) ? at.slice(root.length + 1) : undefined;
      if (inside === undefined || inside.split(sep).includes('.git')) return undefined;
      const found = await stat(at);
      if (!found.isFile() && !found.isDirectory()) return undefined;
      return { at, kind: found.isFile() ? 'file' : 'folder', size: found.size };
    });
  }
}

/**
 * Whether a linked folder is one of those that the path to it goes through: whoever walks into it walks for ever, so that
 * no listing names it (as `find -L` does).
 */
export async function leadsBack<Real>(
  path: RepoPath,
  linked: Real,
  realOf: (folder: RepoPath) => Promise<Real | undefined>,
): Promise<boolean> {
  for (let at = path; ; at = folderOf(at)) {
    if ((await realOf(at)) === linked) return true;
    if (at === '') return false;
  }
}

/** The order in which trees list their entries. */
export function byName(one: TreeEntry, other: TreeEntry): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}

/** The one message for a file that is too large to be a manifest. */
export function tooLarge(path: RepoPath, size: number): UserError {
  const megabytes = (size / 1024 / 1024).toFixed(0);
  return new UserError('file-too-large', `${path} has ${megabytes} MB; files over 16 MB are not read as manifests.`, {
    path,
  });
}

const absent = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EINVAL']);
const refused = new Set(['EACCES', 'EPERM', 'EIO']);

async function orAbsent<T>(path: RepoPath, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (cause) {
    const code = codeOf(cause);
    if (absent.has(code)) return undefined;
    if (!refused.has(code)) throw cause;
    throw new UserError(
      'file-unreadable',
      `${path || 'The folder'} cannot be read (${code}); check its permissions.`,
      { path },
      { cause },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
