import assert from 'node:assert/strict';
import { UserError } from '../../../src/core/model/userError.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { PanelRun } from '../../../src/host/panel/panelRun.ts';
import type { RunStep } from '../../../src/host/panel/panelRun.ts';
import { plainText } from '../../../src/host/text.ts';
import type { PanelProgress } from '../../../src/protocol/panelState.ts';

const clock: Clock = {
  now: () => new Date('2026-01-05T10:00:00Z'),
  delay: () => Promise.resolve(),
};

async function carryOut(steps: readonly RunStep[], signal = new AbortController().signal): Promise<PanelProgress[]> {
  const reports: PanelProgress[] = [];
  const run = new PanelRun('Commit', { clock, t: plainText, report: (progress) => reports.push(progress) });
  await run.carryOut(steps, () => 'done', signal);
  return reports;
}

const good = (label: string, detail?: string): RunStep => ({ label, run: () => Promise.resolve(detail) });

describe('a run of the panel', () => {
  it('carries its steps out in order and ends with the words of success', async () => {
    const order: string[] = [];
    const steps = ['save', 'commit', 'push'].map((label): RunStep => ({
      label,
      run: () => {
        order.push(label);
        return Promise.resolve(undefined);
      },
    }));
    const last = (await carryOut(steps)).at(-1);
    assert.deepEqual(order, ['save', 'commit', 'push']);
    assert.equal(last?.state, 'succeeded');
    assert.equal(last.message, 'done');
    assert.equal(last.endedAt, '2026-01-05T10:00:00.000Z');
  });

  it('shows all steps before the first one starts', async () => {
    const [first] = await carryOut([good('save'), good('commit')]);
    assert.deepEqual(
      first?.steps.map(({ state }) => state),
      ['waiting', 'waiting'],
    );
  });

  it('stops at a step that fails, keeps what was done and says what to do', async () => {
    const failing: RunStep = {
      label: 'push',
      next: 'Pull, then push again.',
      run: () => Promise.reject(new UserError('git-push-rejected', 'origin/main has moved on.')),
    };
    const last = (await carryOut([good('commit', '9c0ffee'), failing, good('sync')])).at(-1);
    assert.equal(last?.state, 'failed');
    assert.deepEqual(last.steps, [
      { label: 'commit', state: 'done', detail: '9c0ffee' },
      { label: 'push', state: 'failed' },
      { label: 'sync', state: 'skipped' },
    ]);
    assert.equal(last.message, 'origin/main has moved on.');
    assert.equal(last.next, 'Pull, then push again.');
  });

  it('is not failed but unfollowed when the person stops following', async () => {
    const stop = new AbortController();
    const following: RunStep = {
      label: 'follow',
      run: (signal) => {
        stop.abort();
        signal.throwIfAborted();
        return Promise.resolve(undefined);
      },
    };
    const last = (await carryOut([good('sync'), following], stop.signal)).at(-1);
    assert.equal(last?.state, 'unfollowed');
    assert.equal(last.next, undefined);
  });
});
