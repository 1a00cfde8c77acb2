/**
 * Runs one piece of work at a time: the first request starts at once, requests made while it runs lead to exactly one
 * more run. `done` resolves when a run that started after the request has ended, so the caller sees its own change.
 */
export class CoalescingRunner {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Asks for a run; the promise rejects only if the work does. */
  request(): Promise<void> {
    // Asked first: between the end of one run and the start of the next only `#next` tells that work is under way.
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    this.#next = this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#next;
  }

  #startNext(): Promise<void> {
    this.#next = undefined;
    return this.#start();
  }

  #start(): Promise<void> {
    const run = this.#work().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }
}
