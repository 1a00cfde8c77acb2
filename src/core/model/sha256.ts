/** The SHA-256 digest of a text's UTF-8 bytes as hex (FIPS 180-4); synchronous, which Web Crypto is not. */
export function sha256(text: string): string {
  const state = Uint32Array.from(roots(8, (prime) => Math.sqrt(prime)));
  const blocks = padded(new TextEncoder().encode(text));
  for (let at = 0; at < blocks.byteLength; at += 64) addBlock(state, new DataView(blocks.buffer, at, 64));
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The first 32 bits behind the point of the roots of the first primes: the standard's constants. */
function roots(count: number, root: (prime: number) => number): readonly number[] {
  const primes: number[] = [];
  for (let each = 2; primes.length < count; each++) if (primes.every((prime) => each % prime !== 0)) primes.push(each);
  return primes.map((prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

const rounds = roots(64, (prime) => Math.cbrt(prime));

/** The message, a one bit, zeros, and its length in bits. */
function padded(message: Uint8Array): Uint8Array {
  const size = Math.ceil((message.length + 9) / 64) * 64;
  const out = new Uint8Array(size);
  out.set(message);
  out[message.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setUint32(size - 8, Math.floor((message.length * 8) / 2 ** 32));
  view.setUint32(size - 4, (message.length * 8) >>> 0);
  return out;
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function addBlock(state: Uint32Array, block: DataView): void {
  const words = schedule(block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [i, word] of words.entries()) {
    const one = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const first = (h + one + ((e & f) ^ (~e & g)) + (rounds[i] ?? 0) + word) | 0;
    const zero = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const second = (zero + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + word;
}

function schedule(block: DataView): Uint32Array {
  const words = new Uint32Array(64);
  const at = (i: number): number => words[i] ?? 0;
  for (let i = 0; i < 16; i++) words[i] = block.getUint32(i * 4);
  for (let i = 16; i < 64; i++) {
    const zero = turned(at(i - 15), 7) ^ turned(at(i - 15), 18) ^ (at(i - 15) >>> 3);
    const one = turned(at(i - 2), 17) ^ turned(at(i - 2), 19) ^ (at(i - 2) >>> 10);
    words[i] = at(i - 16) + zero + at(i - 7) + one;
  }
  return words;
}
