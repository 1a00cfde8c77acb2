import { applyEvent, changedKeys, emptyStore, removeTarget, targetKey } from '../live/liveStore.ts';
import type { LiveStore, TargetKey } from '../live/liveStore.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ClusterConnection, LiveEvent, WatchTarget } from '../ports.ts';

/** What the owner is told. */
export interface TargetEvents {
  /** Objects came, changed or went; no keys where it is the state of a selection that changed. */
  onChange(keys: readonly ResourceKey[]): void;
  /** The cluster refuses a selection, which it had not refused before. */
  onDenied(): void;
}

/** Follows selections of one cluster's objects and holds what was seen of them. */
export class TargetFollower {
  readonly #connection: Pick<ClusterConnection, 'follow'>;
  readonly #events: TargetEvents;
  readonly #following = new Map<TargetKey, { readonly target: WatchTarget; close(): void }>();
  readonly #denied = new Map<TargetKey, WatchTarget>();
  #isClosed = false;
  #store: LiveStore = emptyStore();

  constructor(connection: Pick<ClusterConnection, 'follow'>, events: TargetEvents) {
    this.#connection = connection;
    this.#events = events;
  }

  get store(): LiveStore {
    return this.#store;
  }

  /** Selections that the cluster refused, also those that are no longer wanted. */
  get denied(): readonly WatchTarget[] {
    return [...this.#denied.values()];
  }

  /** The selections that are followed and were not refused. */
  get granted(): ReadonlySet<TargetKey> {
    return new Set([...this.#following.keys()].filter((key) => !this.#denied.has(key)));
  }

  /** Follows these, and no others any more. */
  want(targets: readonly WatchTarget[]): void {
    const wanted = new Set(targets.map(targetKey));
    for (const [key, followed] of this.#following) {
      // A denied selection stays in the store, because "forbidden" is an answer that views show.
      if (wanted.has(key) || this.#denied.has(key)) continue;
      followed.close();
      this.#following.delete(key);
      this.#store = removeTarget(this.#store, followed.target);
    }
    for (const target of targets) this.#follow(target);
  }

  close(): void {
    this.#isClosed = true;
    for (const each of this.#following.values()) each.close();
    this.#following.clear();
  }

  #follow(target: WatchTarget): void {
    const key = targetKey(target);
    if (this.#following.has(key)) return;
    // In the store from the start, so that "not answered yet" is told from "not followed".
    this.#store = applyEvent(this.#store, { type: 'state', target, state: { kind: 'listing' } });
    const subscription = this.#connection.follow(target, (event) => {
      this.#accept(event);
    });
    this.#following.set(key, {
      target,
      close: () => {
        subscription.close();
      },
    });
  }

  #accept(event: LiveEvent): void {
    if (this.#isClosed) return;
    const keys = changedKeys(this.#store, event);
    this.#store = applyEvent(this.#store, event);
    if (event.type === 'state' && event.state.kind === 'forbidden') this.#deny(event.target);
    if (keys.length > 0 || event.type !== 'changed') this.#events.onChange(keys);
  }

  #deny(target: WatchTarget): void {
    const key = targetKey(target);
    if (this.#denied.has(key)) return;
    this.#denied.set(key, target);
    this.#events.onDenied();
  }
}
