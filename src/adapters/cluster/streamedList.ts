import { stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import { keyOf } from '../../core/model/resource.ts';
import type { KubeObject, ResourceKey } from '../../core/model/resource.ts';
import type { LiveEvent, WatchTarget } from '../../core/ports.ts';

/** What happened to one object. */
export type ObjectEvent = Extract<LiveEvent, { readonly type: 'changed' | 'deleted' }>;

/** Gathers the first events of a watch until the server says that they were all; only then is absence known. */
export class StreamedList {
  /** Pieces of the answer so far: a large object comes in many of them, slowly perhaps. */
  received = 0;
  isComplete = false;
  readonly #target: WatchTarget;
  readonly #onEvent: (event: LiveEvent) => void;
  readonly #onComplete: () => void;
  readonly #objects = new Map<ResourceKey, KubeObject>();

  constructor(target: WatchTarget, onEvent: (event: LiveEvent) => void, onComplete: () => void) {
    this.#target = target;
    this.#onEvent = onEvent;
    this.#onComplete = onComplete;
  }

  /** Passes the answer on and counts what comes. */
  async *counting(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body) {
      this.received += 1;
      yield chunk;
    }
  }

  /** Takes an event in, as it came and as it was read. */
  take(event: JsonObject, said: ObjectEvent | undefined): void {
    if (said?.type === 'changed') this.#objects.set(keyOf(said.object), said.object);
    if (said?.type === 'deleted') this.#objects.delete(keyOf(said.object));
    if (stringAt(event, 'object', 'metadata', 'annotations', 'k8s.io/initial-events-end') !== 'true') return;
    this.isComplete = true;
    this.#onEvent({ type: 'listed', target: this.#target, objects: [...this.#objects.values()] });
    this.#objects.clear();
    this.#onComplete();
  }
}
