import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CoalescingRunner } from '../../../src/core/overview/runner.ts';

/** Work whose runs end when the test says so. */
function controlled(): { work: () => Promise<void>; started: () => number; finish: () => void } {
  const ends: (() => void)[] = [];
  return {
    work: () => new Promise<void>((resolve) => ends.push(resolve)),
    started: () => ends.length,
    finish: () => ends.at(-1)?.(),
  };
}

describe('the coalescing runner', () => {
  it('starts the first request at once and folds later ones into one more run', async () => {
    const { work, started, finish } = controlled();
    const runner = new CoalescingRunner(work);
    const first = runner.request();
    const second = runner.request();
    const third = runner.request();
    assert.equal(started(), 1);
    assert.equal(second, third);
    finish();
    await first;
    await Promise.resolve();
    assert.equal(started(), 2);
    finish();
    await second;
    assert.equal(started(), 2);
  });

  it('never runs twice at the same time when asked between two runs', async () => {
    const { work, started, finish } = controlled();
    const runner = new CoalescingRunner(work);
    const first = runner.request();
    const second = runner.request();
    finish();
    await first;
    const third = runner.request();
    assert.ok(started() <= 2);
    finish();
    await second;
    if (third !== second) finish();
    await third;
  });

  it('goes on after a run that failed', async () => {
    let runs = 0;
    const runner = new CoalescingRunner(() => {
      runs += 1;
      return runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve();
    });
    const first = runner.request();
    const second = runner.request();
    await assert.rejects(first, /first/);
    await second;
    assert.equal(runs, 2);
  });
});
