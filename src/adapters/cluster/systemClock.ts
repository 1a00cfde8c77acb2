import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/ports.ts';

/** The machine's own clock; a delay never keeps the process alive. */
export const systemClock: Clock = {
  now: () => new Date(),
  delay: (ms, signal) => sleep(ms, undefined, { signal, ref: false }),
};
