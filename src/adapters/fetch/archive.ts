import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../core/model/userError.ts';
import { folderOf, joinPath } from '../../core/model/place.ts';
import type { RepoPath } from '../../core/model/place.ts';
import { indexPaths } from '../../core/render/pathIndex.ts';
import type { PathIndex } from '../../core/render/pathIndex.ts';
import type { FileTree, TreeEntry } from '../../core/ports.ts';

const unzip = promisify(gunzip);

/** Bytes that one archive may unpack to; what holds more is no chart and no base. */
const mostBytes = 100 * 1024 * 1024;
const block = 512;
/** As many links as are followed on one way. */
const mostLinks = 20;

/** A file or link of an archive, under its path. */
type Entry =
  | { readonly kind: 'file'; readonly content: Uint8Array }
  /** Relative to the link's folder. */
  | { readonly kind: 'link'; readonly target: string };

/** The files of a packed archive as a tree, unpacked in memory only. Links that leave it, and special files, are not there. */
export class ArchiveTree implements FileTree {
  readonly label: string;
  readonly #entries: ReadonlyMap<RepoPath, Entry>;
  readonly #folders: PathIndex;

  constructor(entries: ReadonlyMap<RepoPath, Entry>, label: string) {
    this.label = label;
    this.#entries = entries;
    this.#folders = indexPaths(entries.keys());
  }

  stat(path: RepoPath, signal: AbortSignal): Promise<'file' | 'folder' | undefined> {
    return now(signal, () => {
      const real = this.#resolve(path);
      if (real === undefined) return undefined;
      return this.#entries.has(real) ? 'file' : this.#folders.has(real) ? 'folder' : undefined;
    });
  }

  read(path: RepoPath, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return now(signal, () => {
      const real = this.#resolve(path);
      const entry = real === undefined ? undefined : this.#entries.get(real);
      return entry?.kind === 'file' ? entry.content : undefined;
    });
  }

  list(path: RepoPath, signal: AbortSignal): Promise<readonly TreeEntry[] | undefined> {
    return now(signal, () => {
      const real = this.#resolve(path);
      const entries = real === undefined ? undefined : this.#folders.get(real);
      return entries?.flatMap(({ name }): readonly TreeEntry[] => {
        const at = this.#resolve(real === '' || real === undefined ? name : `${real}/${name}`);
        if (at === undefined) return [];
        return [{ name, kind: this.#folders.has(at) ? 'folder' : 'file' }];
      });
    });
  }

  /** Follows links part by part; `undefined` for one that leaves the archive, turns in a circle or leads nowhere. */
  #resolve(path: RepoPath): RepoPath | undefined {
    let rest = (joinPath(path) ?? '..').split('/').filter((part) => part !== '');
    let at = '';
    for (let links = 0; rest.length > 0;) {
      const [part = '', ...others] = rest;
      const next = at === '' ? part : `${at}/${part}`;
      const entry = this.#entries.get(next);
      if (entry?.kind !== 'link') {
        if (entry === undefined && !this.#folders.has(next)) return undefined;
        at = next;
        rest = others;
        continue;
      }
      const joined = entry.target.startsWith('/') ? undefined : joinPath(folderOf(next), entry.target, ...others);
      if (joined === undefined || ++links > mostLinks) return undefined;
      rest = joined.split('/').filter((each) => each !== '');
      at = '';
    }
    return at;
  }
}

async function now<T>(signal: AbortSignal, find: () => T): Promise<T> {
  signal.throwIfAborted();
  return Promise.resolve(find());
}

/** Unpacks a `.tar.gz` in memory. `UserError` `fetch-failed` for one that is broken or unpacks to too much. */
export async function readArchive(packed: Uint8Array, label: string): Promise<ArchiveTree> {
  let content: Uint8Array;
  try {
    content = await unzip(packed, { maxOutputLength: mostBytes });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError || (cause instanceof Error && cause.message.includes('larger than'));
    const why = isTooLarge ? `unpacks to more than ${mostBytes >> 20} MB` : 'is no gzip archive';
    throw new UserError('fetch-failed', `What was fetched for ${label} ${why}.`, {}, { cause });
  }
  return new ArchiveTree(readTar(content), label);
}

/** Charts are packed with a folder of their name around everything. */
export function withoutTopFolder(tree: ArchiveTree, names: readonly TreeEntry[]): FileTree {
  const [top] = names.filter(({ kind }) => kind === 'folder');
  if (top === undefined) return tree;
  const inside = (path: RepoPath): RepoPath => (path === '' ? top.name : `${top.name}/${path}`);
  return {
    label: tree.label,
    stat: (path, signal) => tree.stat(inside(path), signal),
    read: (path, signal) => tree.read(inside(path), signal),
    list: (path, signal) => tree.list(inside(path), signal),
  };
}

/** Reads a POSIX archive with the extensions of pax and GNU for long names; paths that leave it are passed over. */
function readTar(bytes: Uint8Array): ReadonlyMap<RepoPath, Entry> {
  const entries = new Map<RepoPath, Entry>();
  let named: { path?: string | undefined; target?: string | undefined } = {};
  for (let at = 0; at + block <= bytes.length;) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) break;
    const size = numberIn(header.subarray(124, 136));
    const data = bytes.subarray(at + block, at + block + size);
    at += block + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') named = { ...named, ...readPax(data) };
    else if (type === 'L') named = { ...named, path: textIn(data) };
    else if (type === 'K') named = { ...named, target: textIn(data) };
    else if (type !== 'g') {
      const prefix = textIn(header.subarray(345, 500));
      const short = textIn(header.subarray(0, 100));
      const path = joinPath(named.path ?? (prefix === '' ? short : `${prefix}/${short}`));
      const entry = entryOf(type, data, named.target ?? textIn(header.subarray(157, 257)));
      if (path !== undefined && path !== '' && entry !== undefined) entries.set(path, entry);
      named = {};
    }
  }
  return entries;
}

function entryOf(type: string, content: Uint8Array, target: string): Entry | undefined {
  if (type === '0' || type === '\0' || type === '7') return { kind: 'file', content };
  return type === '2' ? { kind: 'link', target } : undefined;
}

function textIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or with the first bit set a binary number. */
function numberIn(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) === 0) return parseInt(textIn(field).trim() || '0', 8);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

/** Records `<length> <key>=<value>\n`, the length that of the whole record in bytes. */
function readPax(data: Uint8Array): { path?: string; target?: string } {
  const out: { path?: string; target?: string } = {};
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = Number(new TextDecoder().decode(data.subarray(at, space)));
    if (space < 0 || !Number.isInteger(length) || length <= 0) break;
    const [key, value] = splitOnce(new TextDecoder().decode(data.subarray(space + 1, at + length - 1)));
    if (key === 'path') out.path = value;
    if (key === 'linkpath') out.target = value;
    at += length;
  }
  return out;
}

function splitOnce(record: string): readonly [string, string] {
  const equals = record.indexOf('=');
  return [record.slice(0, equals), record.slice(equals + 1)];
}
