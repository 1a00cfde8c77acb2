import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../src/core/ports.ts';

/** A clock whose delays take a hundredth of their time; it runs ahead by what it left out. */
export class HastyClock implements Clock {
  /** Milliseconds that were waited for in all, as the product saw it. */
  waited = 0;
  /** Milliseconds by which the clock is wrong. */
  skew = 0;
  #ahead = 0;

  now(): Date {
    return new Date(Date.now() + this.#ahead + this.skew);
  }

  async delay(ms: number, signal: AbortSignal): Promise<void> {
    const start = Date.now();
    await sleep(ms / 100, undefined, { signal, ref: false });
    this.waited += ms;
    this.#ahead += Math.max(0, ms - (Date.now() - start));
  }
}
