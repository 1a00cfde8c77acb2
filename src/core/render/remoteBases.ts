import { readRemoteEntry } from '../apps/remoteBase.ts';
import type { RemoteEntry } from '../apps/remoteBase.ts';
import { kustomizationFileNames } from '../apps/fileFacts.ts';
import { baseName, folderOf } from '../model/place.ts';
import type { RepoPath } from '../model/place.ts';
import { fetchedFile, fetchedRoot, mountOf, needKey } from '../model/remoteNeed.ts';
import type { RemoteNeed } from '../model/remoteNeed.ts';
import type { FileTree, TreeEntry } from '../ports.ts';
import { locateScalars } from '../yaml/locateScalars.ts';
import type { ScalarSite } from '../yaml/locateScalars.ts';

/** A remote entry that was not fetched, and where it stands. */
export interface MissingBase {
  readonly need: RemoteNeed;
  readonly file: RepoPath;
  readonly line: number;
  readonly column: number;
}

const lists: ReadonlySet<unknown> = new Set(['resources', 'bases', 'components']);
/** A fetched file is shown beside the kustomization that names it: kustomize lets files come from nowhere else. */
const besideName = /^plumbline-fetched-([0-9a-f]+)\.yaml$/;

/**
 * A tree in which entries of kustomizations that lead elsewhere lead to what was fetched instead, whatever kustomization
 * they stand in, the fetched ones included. The texts keep their lines. Entries that were not fetched stay as they are.
 */
export class RemoteBasesTree implements FileTree {
  readonly label: string;
  readonly #base: FileTree;
  readonly #texts = new Map<RepoPath, Uint8Array>();
  readonly #missing = new Map<string, MissingBase>();

  constructor(base: FileTree) {
    this.label = base.label;
    this.#base = base;
  }

  /** What has to be fetched, in the order of asking. */
  get missing(): readonly MissingBase[] {
    return [...this.#missing.values()];
  }

  stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    return this.#base.stat(realPath(path), signal);
  }

  list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    return this.#base.list(path, signal);
  }

  async read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const content = await this.#base.read(realPath(path), signal);
    if (content === undefined || !kustomizationFileNames.includes(baseName(path))) return content;
    const known = this.#texts.get(path) ?? (await this.#rewrite(path, content, signal));
    this.#texts.set(path, known);
    return known;
  }

  async #rewrite(file: RepoPath, content: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const text = new TextDecoder().decode(content);
    if (!/:\/\/|git::|@|github\.com/i.test(text)) return content;
    const sites = locateScalars(file, text, 'kustomize').sites.filter(
      ({ path, value }) => path.length === 2 && lists.has(path[0]) && typeof value === 'string',
    );
    let out = text;
    for (const site of [...sites].sort((a, b) => b.place.start - a.place.start)) {
      const target = await this.#targetOf(file, site, signal);
      if (target !== undefined)
        out = out.slice(0, site.place.start) + JSON.stringify(target) + out.slice(site.place.end);
    }
    return out === text ? content : new TextEncoder().encode(out);
  }

  async #targetOf(file: RepoPath, { value, place }: ScalarSite, signal: AbortSignal): Promise<string | undefined> {
    const entry = readRemoteEntry(String(value));
    if (entry === undefined) return undefined;
    if ((await this.#base.stat(mountOf(entry.need), signal)) !== undefined) return relativePath(file, entry);
    const { line, column } = place.range;
    this.#missing.set(needKey(entry.need), { need: entry.need, file, line, column });
    return undefined;
  }
}

function relativePath(file: RepoPath, { need, path }: RemoteEntry): string {
  if (need.kind === 'file') return `plumbline-fetched-${needKey(need)}.yaml`;
  const folder = folderOf(file);
  const up = folder === '' ? '' : '../'.repeat(folder.split('/').length);
  return `${up}${mountOf(need)}${path === '' ? '' : `/${path}`}`;
}

/** Where a path of such a tree really stands. */
export function realPath(path: RepoPath): RepoPath {
  const key = besideName.exec(baseName(path))?.[1];
  return key === undefined ? path : `${fetchedRoot}/${key}/${fetchedFile}`;
}
