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

/**
 * `Retry-After` in milliseconds: seconds, as API servers say it, or a date, as proxies in front of them do. A date is
 * measured by the answer's own `Date`, since the clocks of both ends may differ.
 */
export function retryAfter({ header }: Pick<HttpAnswer, 'header'>): number | undefined {
  const value = header('retry-after');
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.parse(header('date') ?? '') : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
