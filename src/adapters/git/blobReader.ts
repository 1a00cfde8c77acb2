import type { GitRunner } from './gitRunner.ts';

/** An object of the repository that is wanted, with its size in bytes as the tree says it. */
export interface BlobRef {
  readonly id: string;
  readonly size: number;
}

const cacheBytes = 32 * 1024 * 1024;
const largestBatch = 4 * 1024 * 1024;

/**
 * Reads blobs by id, many with one `git cat-file --batch`: what is asked for while a call is under way goes into the
 * next one, together with the neighbours that the caller expects to need. Blobs are kept by id, which never goes stale.
 */
export class BlobReader {
  readonly #runner: GitRunner;
  readonly #cache = new Map<string, Uint8Array>();
  readonly #asked = new Map<string, Promise<void>>();
  #cached = 0;
  #next: { readonly ids: Map<string, number>; readonly done: Promise<void> } | undefined;

  constructor(runner: GitRunner) {
    this.#runner = runner;
  }

  /** The content of a blob; `neighbours` are fetched along when a call has to be made anyway. */
  async read(blob: BlobRef, neighbours: () => readonly BlobRef[], signal: AbortSignal): Promise<Uint8Array> {
    if (!this.#cache.has(blob.id)) await (this.#asked.get(blob.id) ?? this.#ask(blob, neighbours()));
    signal.throwIfAborted();
    const content = this.#cache.get(blob.id) ?? (await this.#fetch([blob.id])).get(blob.id);
    if (content === undefined) throw new Error(`object ${blob.id} is missing in ${this.#runner.folder}`);
    return content;
  }

  #ask(blob: BlobRef, neighbours: readonly BlobRef[]): Promise<void> {
    this.#next ??= this.#openBatch();
    const { ids, done } = this.#next;
    let bytes = [...ids.values()].reduce((sum, size) => sum + size, blob.size);
    ids.set(blob.id, blob.size);
    this.#asked.set(blob.id, done);
    for (const { id, size } of neighbours) {
      if (this.#cache.has(id) || this.#asked.has(id) || bytes + size > largestBatch) continue;
      bytes += size;
      ids.set(id, size);
      this.#asked.set(id, done);
    }
    return done;
  }

  /** The batch leaves on the next turn, so that everything asked for in this one is in it. */
  #openBatch(): { ids: Map<string, number>; done: Promise<void> } {
    const ids = new Map<string, number>();
    const done = new Promise<void>((resolve) => {
      setImmediate(resolve);
    }).then(async () => {
      this.#next = undefined;
      try {
        for (const [id, content] of await this.#fetch([...ids.keys()])) this.#keep(id, content);
      } finally {
        for (const id of ids.keys()) this.#asked.delete(id);
      }
    });
    return { ids, done };
  }

  /** A batch serves several callers: one that gives up must not end it for the others. */
  async #fetch(ids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const never = new AbortController().signal;
    const call = { args: ['cat-file', '--batch'], input: `${ids.join('\n')}\n` };
    const { stdout } = await this.#runner.run(call, never);
    return parseBatch(stdout);
  }

  #keep(id: string, content: Uint8Array): void {
    this.#cache.set(id, content);
    this.#cached += content.byteLength;
    for (const [oldest, old] of this.#cache) {
      if (this.#cached <= cacheBytes || oldest === id) break;
      this.#cache.delete(oldest);
      this.#cached -= old.byteLength;
    }
  }
}

/** Reads the output of `git cat-file --batch`: `<id> <type> <size>\n<content>\n`, or `<id> missing\n`. */
function parseBatch(output: Buffer): ReadonlyMap<string, Uint8Array> {
  const blobs = new Map<string, Uint8Array>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at);
    if (end < 0) break;
    const [id = '', , size] = output.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (size === undefined) continue;
    blobs.set(id, new Uint8Array(output.subarray(at, at + Number(size))));
    at += Number(size) + 1;
  }
  return blobs;
}
