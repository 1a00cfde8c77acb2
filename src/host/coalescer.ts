/** Runs work for requests that come in bursts: the first at once, those within the quiet time after it together, later. */
export class Coalescer {
  readonly #work: () => void;
  readonly #quietMs: number;
  readonly #isFirstAtOnce: boolean;
  #timer: NodeJS.Timeout | undefined;
  #isAsked = false;

  private constructor(work: () => void, quietMs: number, isFirstAtOnce: boolean) {
    this.#work = work;
    this.#quietMs = quietMs;
    this.#isFirstAtOnce = isFirstAtOnce;
  }

  /** The first request runs at once, then at most one run each `quietMs` milliseconds. */
  static leading(quietMs: number, work: () => void): Coalescer {
    return new Coalescer(work, quietMs, true);
  }

  /** Runs once nothing was asked for `quietMs` milliseconds. */
  static trailing(quietMs: number, work: () => void): Coalescer {
    return new Coalescer(work, quietMs, false);
  }

  request(): void {
    if (!this.#isFirstAtOnce) {
      this.#wait();
    } else if (this.#timer === undefined) {
      this.#work();
      this.#wait();
    } else {
      this.#isAsked = true;
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsked = false;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#isFirstAtOnce) {
        this.#work();
      } else if (this.#isAsked) {
        this.#isAsked = false;
        this.#work();
        this.#wait();
      }
    }, this.#quietMs);
  }
}
