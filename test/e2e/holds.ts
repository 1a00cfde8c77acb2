import { setTimeout as delay } from 'node:timers/promises';

/** Repeats assertions until they hold; past `patience` (milliseconds) the last failure is thrown as it is. */
export async function holds(check: () => Promise<void>, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(50);
  }
}
