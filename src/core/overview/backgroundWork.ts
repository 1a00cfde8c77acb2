import { isAbort, messageOf } from '../model/userError.ts';
import type { Log } from '../ports.ts';

/** Counts work that nobody waits for, and says its failures in the log instead of throwing them into nowhere. */
export class BackgroundWork {
  readonly #log: Pick<Log, 'error'>;
  #running = 0;

  constructor(log: Pick<Log, 'error'>) {
    this.#log = log;
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  watch(work: Promise<void>): void {
    this.#running += 1;
    const done = (): void => {
      this.#running -= 1;
    };
    work.then(done, (error: unknown) => {
      done();
      if (!isAbort(error)) this.#log.error(messageOf(error));
    });
  }
}
