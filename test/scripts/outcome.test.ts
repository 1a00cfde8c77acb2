import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { finalLine, parseOutcome, singleOutcome, skippedOutcome, sumOutcomes } from '../../scripts/testing/outcome.ts';

describe('outcomes of suites', () => {
  it('add up to the line that ends a run', () => {
    const tests = { passed: 12, failed: 0, skipped: 1, remarks: ['skipped: a'] };
    const total = sumOutcomes([tests, singleOutcome([]), singleOutcome(['tsc failed']), skippedOutcome('no browser')]);
    assert.equal(finalLine(total), '13 passed, 1 failed, 2 skipped');
    assert.deepEqual(total.remarks, ['skipped: a', 'tsc failed', 'skipped: no browser']);
  });

  it('survive the way through a file', () => {
    const outcome = { passed: 1, failed: 2, skipped: 3, remarks: ['why'] };
    assert.deepEqual(parseOutcome(JSON.stringify(outcome)), outcome);
  });

  it('are none when the process that should write them broke', () => {
    assert.equal(parseOutcome('{}'), undefined);
  });
});
