/** Reproducible chance: equal seeds give equal sequences. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** One of the items; throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  isLikely(probability: number): boolean;
  /** A sequence of its own for a name, whatever was drawn before: what a server answered meanwhile cannot shift it. */
  fork(name: string): Random;
}

/** Mulberry32, a public-domain generator with 32 bits of state. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick: (items) => {
      const found = items[Math.floor(next() * items.length)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
    isLikely: (probability) => next() < probability,
    fork: (name) => seededRandom(mixIn(seed, name)),
  };
}

/** FNV-1a over a name's UTF-16 units, begun at a seed. */
function mixIn(seed: number, name: string): number {
  let hash = seed ^ 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
