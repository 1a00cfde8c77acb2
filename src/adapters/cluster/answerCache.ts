import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isObject, objectAt, stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';

/** An answer, and the hash or ETag by which its server names that content. */
export interface TaggedAnswer {
  readonly tag: string;
  readonly body: JsonObject;
}

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Bytes that the folder may hold, packed; the core group's schemas are about 100 KB. */
const mostByDefault = 64_000_000;

/**
 * What API servers say of themselves (kinds and schemas, nothing that anybody put into them), kept between sessions: one
 * packed file for each server and address, with its tag. Files that are damaged count as absent, and a folder that cannot
 * be written leaves everything as slow as it is without.
 */
export class AnswerCache {
  readonly #folder: string | undefined;
  readonly #most: number;

  /** Without a folder nothing is kept. */
  constructor(folder: string | undefined, most = mostByDefault) {
    this.#folder = folder;
    this.#most = most;
  }

  async read(server: string, address: string): Promise<TaggedAnswer | undefined> {
    if (this.#folder === undefined) return undefined;
    const file = fileOf(this.#folder, server, address);
    try {
      const text = (await unpack(await readFile(file))).toString('utf8');
      const kept: unknown = JSON.parse(text);
      const [tag, body] = isObject(kept) ? [stringAt(kept, 'tag'), objectAt(kept, 'body')] : [];
      if (tag === undefined || body === undefined) return undefined;
      const now = new Date();
      await utimes(file, now, now);
      return { tag, body };
    } catch {
      // Absent, damaged or not ours to read: the server has it.
      return undefined;
    }
  }

  async write(server: string, address: string, answer: TaggedAnswer): Promise<void> {
    if (this.#folder === undefined) return;
    const file = fileOf(this.#folder, server, address);
    const unfinished = `${file}.${String(process.pid)}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(unfinished, await pack(JSON.stringify(answer)), { mode: 0o600 });
      await rename(unfinished, file);
      await this.#shrink(this.#folder);
    } catch {
      // A disk that is full or read-only is no reason to do without the cluster.
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  /** Takes away what was not used for longest until the rest fits. */
  async #shrink(folder: string): Promise<void> {
    const names = await readdir(folder);
    const files = await Promise.all(
      names.map(async (name) => {
        const file = path.join(folder, name);
        const { size, mtimeMs } = await stat(file);
        return { file, size, mtimeMs };
      }),
    );
    let size = files.reduce((sum, each) => sum + each.size, 0);
    for (const each of files.toSorted((one, other) => one.mtimeMs - other.mtimeMs)) {
      if (size <= this.#most) return;
      await rm(each.file, { force: true });
      size -= each.size;
    }
  }
}

/** Addresses of servers are no secrets, but file names are not for them. */
function fileOf(folder: string, server: string, address: string): string {
  return path.join(folder, `${createHash('sha256').update(`${server}\n${address}`).digest('hex')}.json.gz`);
}
