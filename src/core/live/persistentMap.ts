const width = 32;
const mask = width - 1;

type Bucket<V> = ReadonlyMap<string, V>;
type Branch<V> = readonly (Bucket<V> | undefined)[];

/**
 * A map that is replaced, not changed: `set` and `delete` copy two arrays of 32 and one bucket (about N / 1024 entries),
 * so that one watch event among 10,000 objects costs microseconds and an older map stays as it was.
 */
export class PersistentMap<K extends string, V> {
  readonly size: number;
  readonly #root: readonly (Branch<V> | undefined)[];

  private constructor(root: readonly (Branch<V> | undefined)[], size: number) {
    this.#root = root;
    this.size = size;
  }

  /** The map without entries. */
  static empty<K extends string, V>(): PersistentMap<K, V> {
    return new PersistentMap<K, V>(new Array<undefined>(width).fill(undefined), 0);
  }

  /** Builds a map at once, without a copy for each entry; a later entry of the same key wins. */
  static from<K extends string, V>(entries: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    const root = Array.from({ length: width }, () => new Array<Map<string, V> | undefined>(width).fill(undefined));
    let size = 0;
    for (const [key, value] of entries) {
      const hash = hashOf(key);
      const branch = root[hash & mask] ?? [];
      const bucket = (branch[(hash >>> 5) & mask] ??= new Map<string, V>());
      if (!bucket.has(key)) size++;
      bucket.set(key, value);
    }
    return new PersistentMap<K, V>(root, size);
  }

  get(key: K): V | undefined {
    const hash = hashOf(key);
    return this.#root[hash & mask]?.[(hash >>> 5) & mask]?.get(key);
  }

  has(key: K): boolean {
    const hash = hashOf(key);
    return this.#root[hash & mask]?.[(hash >>> 5) & mask]?.has(key) ?? false;
  }

  /** A map that also holds `value` under `key`. */
  set(key: K, value: V): PersistentMap<K, V> {
    const { bucket, replace } = this.#open(key);
    const isNew = !bucket.has(key);
    bucket.set(key, value);
    return new PersistentMap<K, V>(replace(), this.size + (isNew ? 1 : 0));
  }

  /** A map without `key`; the same map when it was not there. */
  delete(key: K): PersistentMap<K, V> {
    if (!this.has(key)) return this;
    const { bucket, replace } = this.#open(key);
    bucket.delete(key);
    return new PersistentMap<K, V>(replace(), this.size - 1);
  }

  *entries(): IterableIterator<readonly [K, V]> {
    for (const branch of this.#root) {
      for (const bucket of branch ?? []) {
        // Only keys of type K are ever stored; the buckets forget it to stay simple.
        if (bucket !== undefined) yield* bucket.entries() as IterableIterator<[K, V]>;
      }
    }
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  /** Copies of the bucket and of the arrays above it; `replace` gives the new root once the bucket is as it should be. */
  #open(key: string): { bucket: Map<string, V>; replace: () => readonly (Branch<V> | undefined)[] } {
    const hash = hashOf(key);
    const branch = this.#root[hash & mask];
    const bucket = new Map<string, V>(branch?.[(hash >>> 5) & mask] ?? []);
    const replace = (): readonly (Branch<V> | undefined)[] => {
      const newBranch = (branch ?? new Array<undefined>(width).fill(undefined)).with((hash >>> 5) & mask, bucket);
      return this.#root.with(hash & mask, newBranch);
    };
    return { bucket, replace };
  }
}

/** FNV-1a, mixed so that its low bits spread well; keys of one kind and namespace share long beginnings. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
