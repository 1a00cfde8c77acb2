import { DryRuns } from '../live/dryRuns.ts';
import type { DryRunQuestion } from '../live/dryRuns.ts';
import type { LiveStore } from '../live/liveStore.ts';
import { findServed, hasReconciler, selectTargets } from '../live/selectTargets.ts';
import type { NeededObject, WishedKind } from '../live/selectTargets.ts';
import { parseKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import { isAbort, messageOf } from '../model/userError.ts';
import type { ClusterConnection, Clock, ServedKind, WatchTarget } from '../ports.ts';
import type { Capabilities } from '../render/clusterView.ts';
import { ClusterSchemas } from './clusterSchemas.ts';
import { refusalWords } from './refusals.ts';
import type { KubeConfigRef } from '../live/kubeConfigAddress.ts';
import { RemoteReader } from './remoteReader.ts';
import { HubReader } from './hubReader.ts';
import { capabilitiesOf } from './renderView.ts';
import { CoalescingRunner } from './runner.ts';
import { TargetFollower } from './targetFollower.ts';
import type { ClusterState } from './state.ts';

/** What is wanted of a cluster: the objects that apps declare, and the namespaces in which their reconcilers' objects are. */
export interface ClusterNeeds {
  readonly needed: readonly NeededObject[];
  readonly namespaces: readonly string[];
  /** Where the Argo CD lives whose clusters are asked for. */
  readonly hub?: string | undefined;
  /** Which clusters the Flux apps of this one are applied to. */
  readonly remotes?: readonly KubeConfigRef[] | undefined;
  /** What helps to judge (policies, Namespaces) and may be refused. */
  readonly wishes?: readonly WishedKind[] | undefined;
}

const noKinds: readonly ServedKind[] = [];

/** Keeps the live side of one cluster: follows what is needed, no more, and holds what was seen. */
export class ClusterFollower {
  readonly #connection: ClusterConnection;
  readonly #clock: Clock;
  readonly #discoveries = new CoalescingRunner(() => this.#discoverAnew());
  readonly #onChange: (keys: readonly ResourceKey[]) => void;
  readonly #ended = new AbortController();
  readonly #targets: TargetFollower;
  readonly #schemas: ClusterSchemas;
  readonly #hub: HubReader;
  readonly #remotes: RemoteReader;
  readonly #dryRuns: DryRuns;
  #needs: ClusterNeeds = { needed: [], namespaces: [] };
  #kinds: readonly ServedKind[] | undefined;
  #capabilities: Capabilities | undefined;
  #unserved: readonly ResourceKey[] = [];
  #trouble: string | undefined;

  constructor(connection: ClusterConnection, clock: Clock, onChange: (keys: readonly ResourceKey[]) => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#targets = new TargetFollower(connection, {
      onChange,
      onDenied: () => {
        this.#select();
      },
    });
    this.#schemas = new ClusterSchemas(connection, clock, this.#ended.signal, {
      onChange: () => {
        onChange([]);
      },
      onKinds: () => {
        this.#discoveries.request().catch(() => undefined);
      },
    });
    const changed = (): void => {
      onChange([]);
    };
    this.#hub = new HubReader(connection, this.#ended.signal, changed);
    this.#remotes = new RemoteReader(connection, this.#ended.signal, changed);
    this.#dryRuns = new DryRuns(connection, this.#ended.signal);
    void this.#readKinds();
  }

  get store(): LiveStore {
    return this.#targets.store;
  }

  get connection(): ClusterConnection {
    return this.#connection;
  }

  /** What the server serves; empty until it was asked. */
  get kinds(): readonly ServedKind[] {
    return this.#kinds ?? noKinds;
  }

  /** What the server says of itself; absent until it was asked, and for a dump, which tells no version. */
  get capabilities(): Capabilities | undefined {
    return this.#capabilities;
  }

  /** Declared objects whose kind the server does not serve (a missing CRD). */
  get unserved(): readonly ResourceKey[] {
    return this.#unserved;
  }

  /** What the cluster says of the shape of the declared kinds. */
  get schemas(): ClusterSchemas {
    return this.#schemas;
  }

  /** What the cluster says as an Argo CD hub. */
  get hub(): HubReader {
    return this.#hub;
  }

  /** Which clusters Flux applies apps to from here. */
  get remotes(): RemoteReader {
    return this.#remotes;
  }

  /** What the server said of desired objects, as far as it was asked. */
  get dryRuns(): DryRuns {
    return this.#dryRuns;
  }

  /** Asks the server about desired objects and tells when it has answered; those it was asked before only if `again`. */
  async ask(questions: readonly DryRunQuestion[], again: boolean): Promise<void> {
    await this.#dryRuns.ask(questions, again);
    if (!this.#ended.signal.aborted) this.#onChange([]);
  }

  /** Whether every followed selection has answered once, so that what is shown is complete. */
  get isSettled(): boolean {
    if (this.#trouble !== undefined) return true;
    if (this.#kinds === undefined) return false;
    if ([this.#schemas, this.#hub, this.#remotes].some(({ isReading }) => isReading) || this.#dryRuns.isAsking)
      return false;
    return [...this.store.targets.values()].every(({ isListed, state }) => isListed || state.kind !== 'listing');
  }

  setNeeds(needs: ClusterNeeds): void {
    if (needs === this.#needs) return;
    this.#needs = needs;
    if (needs.hub !== undefined) this.#hub.want(needs.hub);
    this.#remotes.want(needs.remotes ?? []);
    this.#select();
  }

  /** The cluster's state in the words that views show. */
  status(): ClusterState['status'] {
    if (this.#trouble !== undefined) return { kind: 'offline', message: this.#trouble };
    if (this.#kinds === undefined) return { kind: 'connecting' };
    const states = [...this.store.targets.values()];
    const stale = states.flatMap(({ state }) => (state.kind === 'stale' ? [state] : []));
    const [oldest] = stale.toSorted((a, b) => a.since.localeCompare(b.since));
    if (oldest !== undefined) return { kind: 'stale', since: oldest.since, message: oldest.message };
    const refused = this.#targets.denied.filter((target) => !this.#isWish(target));
    const denied = refusalWords(refused, this.#needs.needed, this.#targets.granted);
    if (denied.length > 0) return { kind: 'partly-forbidden', denied };
    return hasReconciler(this.#kinds) ? { kind: 'connected' } : { kind: 'no-reconciler' };
  }

  /** Wishes that the cluster refused. */
  get refusedWishes(): readonly WatchTarget[] {
    return this.#targets.denied.filter((target) => this.#isWish(target));
  }

  close(): void {
    this.#ended.abort();
    this.#targets.close();
    this.#connection.close();
  }

  /** Whether a selection is followed for a wish alone. */
  #isWish({ group, kind, namespace }: WatchTarget): boolean {
    const { wishes = [], needed } = this.#needs;
    const isNeeded = needed.some(({ key }) => key.startsWith(`${group}/${kind}/`));
    return (
      !isNeeded && wishes.some((each) => each.group === group && each.kind === kind && each.namespace === namespace)
    );
  }

  async #readKinds(): Promise<void> {
    try {
      const kinds = await this.#connection.readKinds(this.#ended.signal);
      const { version } = this.#connection;
      this.#kinds = kinds;
      if (version !== undefined) this.#capabilities = capabilitiesOf(version, kinds);
      this.#select();
    } catch (error) {
      if (isAbort(error) || this.#ended.signal.aborted) return;
      this.#trouble = messageOf(error);
    }
    this.#onChange([]);
  }

  /** Discovery lags behind the definitions by a moment; one that is never established is not waited for long. */
  async #discoverAnew(): Promise<void> {
    for (const wait of [0, 500, 2_000, 8_000]) {
      await this.#clock.delay(wait, this.#ended.signal);
      const kinds = await this.#connection.readKinds(this.#ended.signal, true);
      if (JSON.stringify(kinds) !== JSON.stringify(this.#kinds)) {
        this.#kinds = kinds;
        this.#select();
        this.#onChange([]);
      }
      if (this.#schemas.isIn(kinds)) return;
    }
  }

  #select(): void {
    if (this.#kinds === undefined || this.#ended.signal.aborted) return;
    const { denied } = this.#targets;
    const { targets, unserved } = selectTargets({ ...this.#needs, kinds: this.#kinds, denied });
    this.#unserved = unserved;
    const kinds = this.#neededKinds(this.#kinds);
    this.#schemas.want(kinds, this.#capabilities?.kubeVersion);
    const isPlain = unserved.length === 0 && !this.#schemas.isReading && hasReconciler(this.#kinds);
    if (!isPlain) this.#schemas.follow();
    this.#targets.want(targets);
  }

  #neededKinds(kinds: readonly ServedKind[]): readonly ServedKind[] {
    const found = new Set<ServedKind>();
    for (const { key, version } of this.#needs.needed) {
      const { group, kind } = parseKey(key);
      const served = findServed(kinds, group, kind, version);
      if (served !== undefined) found.add(served);
    }
    return [...found];
  }
}
