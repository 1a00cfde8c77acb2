import { systemClock } from '../../../src/adapters/cluster/systemClock.ts';
import type { Clock } from '../../../src/core/ports.ts';

/** Waits a hundredth of the time: the overview gathers events for a while, of which tests have few. */
export const quickClock: Clock = {
  now: () => systemClock.now(),
  delay: (ms, signal) => systemClock.delay(ms / 100, signal),
};
