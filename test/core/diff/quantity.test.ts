import assert from 'node:assert/strict';
import { isSameQuantity, readDuration, readQuantity } from '../../../src/core/diff/quantity.ts';

describe('quantities', () => {
  const same: readonly (readonly [string | number, string | number])[] = [
    ['1000m', '1'],
    [0.1, '100m'],
    ['3072Mi', '3Gi'],
    ['1000M', '1G'],
    ['1e3', '1k'],
    ['1E', '1000P'],
    ['1E3', 1000],
    ['.5', '500m'],
    ['0', '0Gi'],
    ['-1', '-1000m'],
    ['1.5Gi', '1536Mi'],
    ['100u', '0.1m'],
  ];
  for (const [one, other] of same) {
    it(`takes ${one} and ${other} for the same`, () => {
      assert.ok(isSameQuantity(one, other));
    });
  }

  it('tells near ones apart and refuses what is none', () => {
    assert.ok(!isSameQuantity('1Gi', '1G'));
    assert.ok(!isSameQuantity('1000m', '1001m'));
    for (const text of ['', 'm', '1 Gi', '1KB', '1..2', 'abc', true, null]) assert.equal(readQuantity(text), undefined);
    assert.ok(!isSameQuantity('abc', 'abc'));
  });

  it('reads Go durations', () => {
    assert.equal(readDuration('2160h'), readDuration('2160h0m0s'));
    assert.equal(readDuration('1h30m'), 5400);
    assert.equal(readDuration('-1.5s'), -1.5);
    for (const text of ['90', '1d', 'h', '', 5]) assert.equal(readDuration(text), undefined);
  });
});
