import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { limitMemory } from '../../../scripts/build/wasmMemory.ts';
import { modules } from './engineFixture.ts';

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const custom = [0, 3, 1, 0x78, 0];

describe('the bound on the memory of a module', () => {
  it('is written into the memory section and leaves the rest as it is', () => {
    const given = Uint8Array.from([...header, ...custom, 5, 3, 1, 0, 1, ...custom]);
    assert.deepEqual(
      [...limitMemory(given, 16_384)],
      [...header, ...custom, 5, 6, 1, 1, 1, 0x80, 0x80, 0x01, ...custom],
    );
  });

  it('is refused for a module without a memory, or with a bound of its own', () => {
    assert.throws(() => limitMemory(Uint8Array.from([...header, ...custom]), 1), /no memory/);
    assert.throws(() => limitMemory(Uint8Array.from([...header, 5, 4, 1, 1, 1, 2]), 1), /without a maximum/);
  });

  it('stands in the built modules, which have it already', async () => {
    for (const name of ['kustomize', 'helm']) {
      const built = await readFile(`${modules}/${name}.wasm`);
      assert.throws(() => limitMemory(built, 16_384), /without a maximum/);
    }
  });
});
