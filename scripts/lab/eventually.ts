import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from './labError.ts';

/** When to give up on a condition and how often to look; times in milliseconds. */
export interface EventuallyOptions {
  readonly timeout?: number;
  readonly every?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is not `undefined` and returns it; a timeout throws, naming what was awaited. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { timeout = 60_000, every = 100, signal }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    signal?.throwIfAborted();
    if (Date.now() > deadline) throw new LabError(`Gave up after ${timeout / 1000} s waiting for ${what}.`);
    await delay(every, undefined, signal ? { signal } : {});
  }
}
