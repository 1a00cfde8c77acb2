/** What was started, to be ended in the opposite order. */
export class Cleanups {
  readonly #steps: (() => Promise<unknown>)[] = [];

  /** Remembers how to end something that now runs. */
  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Ends everything, also when one step fails; safe to call twice. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch(() => undefined);
    }
  }
}
