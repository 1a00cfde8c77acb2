import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  pointerOf,
  pointerParts,
  shortRevision,
  wordsOfAge,
  wordsOfPath,
  wordsOfValue,
} from '../../../src/core/model/words.ts';

describe('words for people', () => {
  const now = new Date('2026-03-02T12:00:00Z');
  const ages: readonly (readonly [string | undefined, string | undefined])[] = [
    ['2026-03-02T09:30:00Z', '2 h ago'],
    ['2026-03-02T11:59:30Z', 'just now'],
    ['2026-03-02T12:00:30Z', 'just now'],
    ['2026-02-27T12:00:00Z', '3 d ago'],
    ['not a time', undefined],
    [undefined, undefined],
  ];
  for (const [time, expected] of ages) {
    it(`says ${String(expected)} for ${String(time)}`, () => {
      assert.equal(wordsOfAge(time, now), expected);
    });
  }

  it('writes a pointer as a field path, quoting keys with dots', () => {
    assert.equal(
      wordsOfPath('/metadata/annotations/example.com~1owner/0/image'),
      'metadata.annotations["example.com/owner"][0].image',
    );
  });

  it('reads back every pointer it writes', () => {
    const parts = ['a/b', '~', '', '0', 'c~1'];
    assert.deepEqual(pointerParts(pointerOf(parts)), parts);
  });

  it('counts large values, shows an empty string, and shortens long text', () => {
    assert.equal(wordsOfValue([1]), '1 item');
    assert.equal(wordsOfValue({ a: 1, b: 2 }), '2 fields');
    assert.equal(wordsOfValue(''), '""');
    assert.equal(wordsOfValue('x'.repeat(80)).length, 60);
    assert.equal(wordsOfValue(undefined), 'nothing');
  });

  it('shortens full hashes only, also behind a Flux branch prefix', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    assert.equal(shortRevision(`main@sha1:${commit}`), '0123456');
    assert.equal(shortRevision('v1.2.3'), 'v1.2.3');
  });
});
