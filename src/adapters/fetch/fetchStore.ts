import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isObject, stringAt, valueAt } from '../../core/model/json.ts';
import { fetchedFile } from '../../core/model/remoteNeed.ts';
import { UserError } from '../../core/model/userError.ts';
import type { FetchedSources, FetchedVersion, FileTree } from '../../core/ports.ts';
import { ArchiveTree, readArchive, withoutTopFolder } from './archive.ts';

/** What the packed content of a need is. */
export type ContentKind =
  /** A `.tar.gz` as it is. */
  | 'archive'
  /** A `.tar.gz` with one folder around everything. */
  | 'chart'
  | 'file';

/** Content that was fetched, as it is to be kept. */
export interface FetchedContent {
  readonly kind: ContentKind;
  readonly version: string;
  readonly content: Uint8Array;
}

/**
 * What was fetched, in a folder of this machine: contents under their SHA-256 digest, and for each need a note of which
 * content it turned out to be. Contents are checked against their digest whenever they are opened.
 */
export class FetchStore implements FetchedSources {
  readonly #folder: string;
  readonly #opened = new Map<string, Promise<FileTree | undefined>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(key: string, signal: AbortSignal): Promise<FileTree | undefined> {
    const known = this.#opened.get(key);
    const opening = known ?? this.#load(key);
    this.#opened.set(key, opening);
    try {
      const tree = await opening;
      // It may be fetched by another process.
      if (tree === undefined) this.#opened.delete(key);
      signal.throwIfAborted();
      return tree;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }

  /** Keeps content for a need; whoever has the need open gets the new one next time. */
  async put(key: string, { kind, version, content }: FetchedContent): Promise<FetchedVersion> {
    const hex = createHash('sha256').update(content).digest('hex');
    await writeWhole(this.#contentFile(hex), content);
    await writeWhole(this.#noteFile(key), JSON.stringify({ kind, version, digest: hex }));
    this.#opened.delete(key);
    return { version, digest: `sha256:${hex}` };
  }

  async #load(key: string): Promise<FileTree | undefined> {
    const note = await readNote(this.#noteFile(key));
    if (note === undefined) return undefined;
    const content = await readOrNothing(this.#contentFile(note.digest));
    if (content === undefined) return undefined;
    if (createHash('sha256').update(content).digest('hex') !== note.digest) {
      const message = `What was fetched before is damaged (${this.#contentFile(note.digest)}). Fetch it again.`;
      throw new UserError('fetch-failed', message, { digest: note.digest });
    }
    if (note.kind === 'file') {
      return new ArchiveTree(new Map([[fetchedFile, { kind: 'file', content }]]), note.version);
    }
    const tree = await readArchive(content, note.version);
    if (note.kind === 'archive') return tree;
    return withoutTopFolder(tree, (await tree.list('', new AbortController().signal)) ?? []);
  }

  #contentFile(hex: string): string {
    return path.join(this.#folder, 'content', hex);
  }

  #noteFile(key: string): string {
    return path.join(this.#folder, 'needs', `${key}.json`);
  }
}

interface Note {
  readonly kind: ContentKind;
  readonly version: string;
  readonly digest: string;
}

async function readNote(file: string): Promise<Note | undefined> {
  const text = await readOrNothing(file);
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(text.toString('utf8'));
    if (!isObject(read)) return undefined;
    const digest = stringAt(read, 'digest') ?? '';
    const kind = valueAt(read, 'kind');
    const isKnown = kind === 'archive' || kind === 'chart' || kind === 'file';
    return isKnown && /^[0-9a-f]{64}$/.test(digest)
      ? { kind, digest, version: stringAt(read, 'version') ?? '' }
      : undefined;
  } catch {
    // A note that somebody broke is none: the need counts as not fetched.
    return undefined;
  }
}

async function readOrNothing(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new UserError('file-unreadable', `${file} cannot be read; check its permissions.`, { path: file }, { cause });
  }
}

async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, content);
  await rename(unfinished, file);
}
