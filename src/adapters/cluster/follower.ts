import { messageOf } from '../../core/model/userError.ts';
import type { LiveEvent, WatchState, WatchTarget } from '../../core/ports.ts';
import type { Outcome } from './outcome.ts';
import { TargetReader } from './targetReader.ts';
import type { ReaderParts, ReadSettings } from './targetReader.ts';

/** How a selection is followed; milliseconds unless named otherwise. */
export interface FollowSettings extends ReadSettings {
  readonly firstBackoff: number;
  readonly longestBackoff: number;
  /** Whether lists are streamed where the server offers it. */
  readonly streamsLists: boolean;
  /** When a refused or unserved selection is tried again; also the longest that a server's `Retry-After` is obeyed. */
  readonly recheck: number;
}

/** What a follower needs of its connection. */
export interface FollowerParts extends ReaderParts {
  readonly settings: FollowSettings;
  /** Whether the server streams lists (WatchList). */
  readonly offersStreams: () => boolean;
}

/** Follows one selection until its signal fires: LIST once, then WATCH from there, again and again, whatever happens. */
export class Follower {
  readonly #reader: TargetReader;
  readonly #target: WatchTarget;
  readonly #parts: FollowerParts;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #signal: AbortSignal;
  #state: WatchState | undefined;
  /** Failures, and expired versions, since a watch was last a good one. */
  #failures = 0;
  #expirations = 0;
  #streams = false;

  constructor(target: WatchTarget, parts: FollowerParts, onEvent: (event: LiveEvent) => void, signal: AbortSignal) {
    this.#reader = new TargetReader(target, parts, onEvent, signal);
    this.#target = target;
    this.#parts = parts;
    this.#onEvent = onEvent;
    this.#signal = signal;
  }

  /** Resolves when the signal has fired. */
  async run(): Promise<void> {
    let version: string | undefined;
    this.#say({ kind: 'listing' });
    this.#streams = this.#parts.settings.streamsLists && this.#parts.offersStreams();
    while (!this.#isClosed()) {
      const outcome = await this.#guard(this.#read(version));
      if (this.#isClosed()) return;
      version = await this.#settle(outcome, version);
    }
  }

  #isClosed(): boolean {
    return this.#signal.aborted;
  }

  /** The version from which to watch next; none asks for a list. */
  async #settle(outcome: Outcome, version: string | undefined): Promise<string | undefined> {
    if ('isGood' in outcome && outcome.isGood) this.#failures = this.#expirations = 0;
    const { firstBackoff, recheck } = this.#parts.settings;
    switch (outcome.kind) {
      case 'listed':
        return outcome.version;
      case 'ended':
        // Also a good one is taken up after a moment: a server that ends watches quickly is not asked in a tight loop.
        if (outcome.isGood) await this.#pause(this.#jittered(firstBackoff));
        else await this.#backOff('the server ends every watch at once', undefined);
        return outcome.version;
      case 'expired':
        // Once is normal; again, before anything was seen, the server cannot keep up, and lists are dear.
        if (this.#expirations++ > 0 || version === undefined)
          await this.#backOff('the server forgets what it has listed before it can be watched', undefined);
        return undefined;
      case 'no-stream':
        this.#streams = false;
        return undefined;
      case 'forbidden':
        if (await this.#readByName()) return undefined;
        this.#say({ kind: 'forbidden', message: outcome.message });
        await this.#pause(recheck);
        return undefined;
      case 'not-served':
        this.#say({ kind: 'not-served' });
        await this.#pause(recheck);
        return undefined;
      case 'failed':
        await this.#backOff(outcome.message, outcome.wait);
        return outcome.version ?? version;
    }
  }

  /** Where one object may be read, but neither listed nor watched: reads it and waits a tenth of the time of a recheck. */
  async #readByName(): Promise<boolean> {
    const { name } = this.#target;
    if (name === undefined) return false;
    const outcome = await this.#guard(this.#reader.get(name));
    if (outcome.kind !== 'listed' || this.#isClosed()) return false;
    this.#say({ kind: 'watching' });
    await this.#pause(this.#parts.settings.recheck / 10);
    return true;
  }

  async #read(version: string | undefined): Promise<Outcome> {
    const ended = new AbortController();
    const onOpen = (): void => void this.#opened(ended.signal);
    try {
      if (version !== undefined) return await this.#reader.watch(version, onOpen);
      return this.#streams ? await this.#reader.stream(onOpen) : await this.#reader.list();
    } finally {
      ended.abort();
    }
  }

  /** Out of date until the watch has held for a moment: a server that is going down opens watches and cuts them at once. */
  async #opened(ended: AbortSignal): Promise<void> {
    const isDoubtful = this.#state?.kind === 'stale';
    if (isDoubtful) await this.#pause(2 * this.#parts.settings.firstBackoff, ended);
    if (!ended.aborted && !this.#isClosed()) this.#say({ kind: 'watching' });
  }

  async #guard(work: Promise<Outcome>): Promise<Outcome> {
    try {
      return await work;
    } catch (error) {
      return { kind: 'failed', message: messageOf(error), isGood: false };
    }
  }

  #say(state: WatchState): void {
    if (this.#state?.kind === state.kind && state.kind !== 'stale') return;
    this.#state = state;
    this.#onEvent({ type: 'state', target: this.#target, state });
  }

  /** `since` stays that of the first failure: so old is what is shown. `wait` is what the server asks for. */
  async #backOff(message: string, wait = 0): Promise<void> {
    const since = this.#state?.kind === 'stale' ? this.#state.since : this.#parts.clock.now().toISOString();
    const isNews = this.#state?.kind !== 'stale' || this.#state.message !== message;
    const { firstBackoff, longestBackoff, recheck } = this.#parts.settings;
    const grown = Math.min(longestBackoff, firstBackoff * 2 ** this.#failures);
    this.#failures++;
    // What was merely cut, or failed once, is tried again before anybody is told.
    if (isNews && this.#failures > 1) this.#say({ kind: 'stale', since, message });
    await this.#pause(Math.max(Math.min(wait, recheck), this.#jittered(grown)));
  }

  #jittered(ms: number): number {
    return ms * (0.5 + this.#parts.random() / 2);
  }

  async #pause(ms: number, until = this.#signal): Promise<void> {
    try {
      await this.#parts.clock.delay(ms, until);
    } catch {
      // Given up while waiting; the caller looks at its signal.
    }
  }
}
