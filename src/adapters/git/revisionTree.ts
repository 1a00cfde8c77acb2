import { baseName, folderOf, isWithin, joinPath } from '../../core/model/place.ts';
import type { RepoPath } from '../../core/model/place.ts';
import type { FileTree, TreeEntry } from '../../core/ports.ts';
import type { BlobReader, BlobRef } from './blobReader.ts';
import { byName, leadsBack, tooLarge } from './diskTree.ts';

/** One file of a revision; links are blobs that hold their target's path. */
interface TreeFile extends BlobRef {
  readonly kind: 'file' | 'link';
}

/** All of a revision's names: files by path, and the entries of each folder. */
export interface TreeIndex {
  readonly files: ReadonlyMap<RepoPath, TreeFile>;
  readonly folders: ReadonlyMap<RepoPath, readonly TreeEntry[]>;
}

const largestFile = 16 * 1024 * 1024;
const largestNeighbour = 64 * 1024;
const mostNeighbours = 256;
/** As many links as Linux follows on one way. */
const mostLinks = 40;

/** The tree of one commit; names are known at once, contents are read when they are asked for. */
export class RevisionTree implements FileTree {
  readonly label: string;
  readonly #index: TreeIndex;
  readonly #blobs: BlobReader;

  constructor(commit: string, index: TreeIndex, blobs: BlobReader) {
    this.label = commit;
    this.#index = index;
    this.#blobs = blobs;
  }

  async stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    const real = await this.#resolve(path, signal);
    if (real === undefined) return undefined;
    if (this.#index.folders.has(real)) return 'folder';
    return this.#index.files.has(real) ? 'file' : undefined;
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const real = await this.#resolve(path, signal);
    const file = real === undefined ? undefined : this.#index.files.get(real);
    if (real === undefined || file === undefined) return undefined;
    if (file.size > largestFile) throw tooLarge(path, file.size);
    return this.#blobs.read(file, () => this.#neighbours(real), signal);
  }

  async list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    const real = await this.#resolve(path, signal);
    const entries = real === undefined ? undefined : this.#index.folders.get(real);
    if (real === undefined || entries === undefined) return undefined;
    const listed = await Promise.all(
      entries.map(async (entry): Promise<TreeEntry | undefined> => {
        const at = real === '' ? entry.name : `${real}/${entry.name}`;
        if (this.#index.files.get(at)?.kind !== 'link') return entry;
        const linked = await this.#resolve(at, signal);
        const kind = await this.stat(at, signal);
        if (linked === undefined || kind === undefined) return undefined;
        const isCircle = kind === 'folder' && (await leadsBack(path, linked, (each) => this.#resolve(each, signal)));
        return isCircle ? undefined : { name: entry.name, kind };
      }),
    );
    return listed.filter((entry) => entry !== undefined);
  }

  /** Follows links part by part; `undefined` for one that leaves the repository, turns in a circle or leads nowhere. */
  async #resolve(path: RepoPath, signal: AbortSignal): Promise<RepoPath | undefined> {
    const first = joinPath(path);
    if (first === undefined) return undefined;
    let rest = first.split('/');
    let at = '';
    for (let links = 0; rest.length > 0;) {
      const [part = '', ...others] = rest;
      const next = at === '' ? part : `${at}/${part}`;
      const file = this.#index.files.get(next);
      if (file?.kind !== 'link') {
        at = next;
        rest = others;
        continue;
      }
      const target = new TextDecoder().decode(await this.#blobs.read(file, () => [], signal));
      const joined = target.startsWith('/') ? undefined : joinPath(folderOf(next), target, ...others);
      if (joined === undefined || ++links > mostLinks) return undefined;
      rest = joined.split('/');
      at = '';
    }
    return at;
  }

  /** Small files near a wanted one: a rendering reads its folder and those beside it next. */
  #neighbours(path: RepoPath): readonly BlobRef[] {
    const around = folderOf(folderOf(path));
    const near: BlobRef[] = [];
    for (const [at, file] of this.#index.files) {
      if (near.length >= mostNeighbours) break;
      if (file.size <= largestNeighbour && isWithin(at, around)) near.push(file);
    }
    return near;
  }
}

/** Reads `git ls-tree -r -z -l --full-tree`: `<mode> <type> <id> <size>\t<path>\0`. Submodules are not part of the tree. */
export function parseTree(output: string): TreeIndex {
  const files = new Map<RepoPath, TreeFile>();
  const folders = new Map<RepoPath, Map<string, TreeEntry>>([['', new Map()]]);
  for (const line of output.split('\0')) {
    const tab = line.indexOf('\t');
    const [mode, type, id = '', size] = line.slice(0, tab).split(/ +/);
    if (tab < 0 || type !== 'blob') continue;
    const path = line.slice(tab + 1);
    files.set(path, { id, size: Number(size), kind: mode === '120000' ? 'link' : 'file' });
    addEntry(folders, path, 'file');
  }
  const sorted = [...folders].map(([path, entries]) => [path, [...entries.values()].sort(byName)] as const);
  return { files, folders: new Map(sorted) };
}

function addEntry(folders: Map<RepoPath, Map<string, TreeEntry>>, path: RepoPath, kind: TreeEntry['kind']): void {
  const folder = folderOf(path);
  const name = baseName(path);
  const known = folders.get(folder);
  if (known !== undefined) {
    known.set(name, { name, kind });
    return;
  }
  folders.set(folder, new Map([[name, { name, kind }]]));
  addEntry(folders, folder, 'folder');
}
