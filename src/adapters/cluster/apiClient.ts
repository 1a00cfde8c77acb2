import type { Clock } from '../../core/ports.ts';
import type { Limiter } from './limiter.ts';
import type { HttpAnswer, HttpCall, JsonAnswer, Transport } from './transport.ts';

const mostTries = 4;
/** Milliseconds; a server that asks for more is asked again all the same. */
const longestWait = 30_000;

/** Requests within the limits; a server that is too busy is asked again when it says so. */
export class ApiClient {
  readonly #transport: Transport;
  readonly #limiter: Limiter;
  readonly #clock: Clock;

  constructor(transport: Transport, limiter: Limiter, clock: Clock) {
    this.#transport = transport;
    this.#limiter = limiter;
    this.#clock = clock;
  }

  /** Asks and reads the answer to its end; 429 (nothing was done) is repeated after `Retry-After`, a few times. */
  async json(call: HttpCall, signal: AbortSignal): Promise<JsonAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#limiter.run(() => this.#transport.json(call, signal), signal);
      if (answer.status !== 429 || attempt === mostTries) return answer;
      await this.#clock.delay(Math.min(longestWait, retryAfter(answer) ?? 1000), signal);
    }
  }

  /** Asks and returns when the answer begins; what streams after that does not count against the limits. */
  open(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    return this.#limiter.run(() => this.#transport.open(call, signal), signal);
  }
}

/** `Retry-After` in milliseconds; seconds only, the form that API servers use. */
export function retryAfter(answer: Pick<HttpAnswer, 'header'>): number | undefined {
  const value = Number(answer.header('retry-after') ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value * 1000;
}
