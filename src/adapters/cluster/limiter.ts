import type { Clock } from '../../core/ports.ts';

/** How hard a cluster may be asked; watches under way do not count. */
export interface Limits {
  readonly requestsPerSecond: number;
  /** How many requests may leave at once before the rate holds them back. */
  readonly burst: number;
  readonly concurrency: number;
}

/** Lets requests pass by a token bucket and a bound on those under way, first come first served. */
export class Limiter {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #tokens: number;
  #filledAt: number;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#tokens = limits.burst;
    this.#filledAt = clock.now().getTime();
  }

  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    while (this.#running >= this.#limits.concurrency) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      signal.throwIfAborted();
      await this.#takeToken(signal);
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #takeToken(signal: AbortSignal): Promise<void> {
    const now = this.#clock.now().getTime();
    const { burst, requestsPerSecond } = this.#limits;
    // A clock that was put back gives nothing, and takes nothing either.
    const elapsed = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(burst, this.#tokens + elapsed * requestsPerSecond);
    this.#filledAt = now;
    // The token is taken first, into debt if need be, so that those who come later wait behind this one.
    this.#tokens--;
    if (this.#tokens < 0) await this.#clock.delay((-this.#tokens / requestsPerSecond) * 1000, signal);
  }
}
