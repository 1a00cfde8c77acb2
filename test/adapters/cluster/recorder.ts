import { keyOf } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { LiveEvent, WatchState } from '../../../src/core/ports.ts';

/** Remembers what a follower said and lets a test wait for what must come. */
export class Recorder {
  readonly events: LiveEvent[] = [];
  readonly #waiting = new Set<() => void>();

  readonly onEvent = (event: LiveEvent): void => {
    this.events.push(event);
    for (const look of [...this.#waiting]) look();
  };

  /** Resolves with the first event from `start` on that fits; mocha's own timeout ends a wait in vain. */
  until(fits: (event: LiveEvent) => boolean, start = 0): Promise<LiveEvent> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.slice(start).find(fits);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  state(kind: WatchState['kind'], start = 0): Promise<LiveEvent> {
    return this.until((event) => event.type === 'state' && event.state.kind === kind, start);
  }

  object(type: 'changed' | 'deleted', name: string, start = 0): Promise<LiveEvent> {
    return this.until((event) => event.type === type && keyOf(event.object).endsWith(`/${name}`), start);
  }

  listed(start = 0): Promise<LiveEvent> {
    return this.until((event) => event.type === 'listed', start);
  }

  /** The words of all states so far. */
  get states(): readonly string[] {
    return this.events.flatMap((event) => (event.type === 'state' ? [event.state.kind] : []));
  }

  get lists(): readonly (readonly KubeObject[])[] {
    return this.events.flatMap((event) => (event.type === 'listed' ? [event.objects] : []));
  }
}
