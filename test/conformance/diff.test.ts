import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runDiffCases } from './diffCases.ts';

const folder = fileURLToPath(new URL('../cases/diff/', import.meta.url));

/** Cases that do not agree yet; may only shrink. */
async function readKnownMisses(): Promise<ReadonlySet<string>> {
  const list: unknown = JSON.parse(await readFile(`${folder}known-misses.json`, 'utf8'));
  assert.ok(Array.isArray(list));
  return new Set(list.map(String));
}

describe('the diff cases', () => {
  it('agree, but for the known misses, each of which still misses', async () => {
    const known = await readKnownMisses();
    const broken: string[] = [];
    const mended: string[] = [];
    const seen = new Set<string>();
    for await (const result of runDiffCases(folder)) {
      seen.add(result.case);
      if (!result.agree && !known.has(result.case)) broken.push(`${result.case}: ${result.message ?? ''}`);
      if (result.agree && known.has(result.case)) mended.push(result.case);
    }
    assert.ok(seen.size >= 145, `only ${seen.size} cases were found`);
    assert.deepEqual(broken, [], 'these agreed before');
    assert.deepEqual(mended, [], 'these agree now: take them out of known-misses.json');
    assert.deepEqual(
      [...known].filter((name) => !seen.has(name)),
      [],
      'these misses name no case',
    );
  });
});
