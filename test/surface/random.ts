/** Reproducible chance: equal seeds give equal sequences. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** One of the items; throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  isLikely(probability: number): boolean;
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
  };
}
