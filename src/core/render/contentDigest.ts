/**
 * A digest of content for caches, 128 bits as hex: four interleaved 32-bit FNV-1a lanes with different seeds.
 * Not for secrets and not against an adversary: who writes the repository's files may fool only their own view.
 * Bytes that a tree gave are never changed, so the digest of one array is worked out once.
 */
export function contentDigest(content: Uint8Array | string): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const before = known.get(bytes);
  if (before !== undefined) return before;
  const digest = digestOf(bytes);
  known.set(bytes, digest);
  return digest;
}

const known = new WeakMap<Uint8Array, string>();

function digestOf(bytes: Uint8Array): string {
  const lanes = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
  let [a = 0, b = 0, c = 0, d = 0] = lanes;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul((b + byte) ^ (b >>> 13), 0x5bd1e995);
    c = Math.imul(c ^ byte ^ (a >>> 17), 0x27d4eb2f);
    d = Math.imul((d ^ b) + byte, 0x165667b1);
  }
  return [a, b, c, d ^ bytes.length].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}
