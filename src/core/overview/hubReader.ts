import { clusterSecretsRequest, readClusterFacts } from '../live/clusterSecrets.ts';
import { isAbort } from '../model/userError.ts';
import type { ClusterConnection, ClusterFact } from '../ports.ts';

/**
 * The clusters of an Argo CD hub, from the Secrets of one namespace, asked for once somebody needs them. Where they may not
 * be read there are none to tell of, which is no trouble of the connection.
 */
export class HubReader {
  readonly #connection: ClusterConnection;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  #namespace: string | undefined;
  #clusters: readonly ClusterFact[] | undefined;
  #pending = 0;

  constructor(connection: ClusterConnection, signal: AbortSignal, onChange: () => void) {
    this.#connection = connection;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** The same list as long as the hub says the same; `undefined` until it answered, or where it may not. */
  get clusters(): readonly ClusterFact[] | undefined {
    return this.#clusters;
  }

  get isReading(): boolean {
    return this.#pending > 0;
  }

  /** Reads the clusters that the Argo CD of this namespace knows. */
  want(namespace: string): void {
    if (this.#namespace === namespace) return;
    this.#namespace = namespace;
    void this.#read(namespace);
  }

  /** Asks again: Secrets are not watched. */
  refresh(): void {
    if (this.#namespace !== undefined) void this.#read(this.#namespace);
  }

  async #read(namespace: string): Promise<void> {
    this.#pending += 1;
    const found = await this.#ask(namespace);
    this.#pending -= 1;
    if (this.#signal.aborted) return;
    if (JSON.stringify(found) !== JSON.stringify(this.#clusters)) this.#clusters = found;
    this.#onChange();
  }

  async #ask(namespace: string): Promise<readonly ClusterFact[] | undefined> {
    try {
      const { status, body } = await this.#connection.send(clusterSecretsRequest(namespace), this.#signal);
      return status === 200 ? readClusterFacts(body) : undefined;
    } catch (error) {
      // An unreachable server is said by what is followed; here the answer is only missing.
      if (!isAbort(error)) this.#namespace = undefined;
      return this.#clusters;
    }
  }
}
