import { addressIn, kubeConfigRequest } from '../live/kubeConfigAddress.ts';
import type { KubeConfigRef } from '../live/kubeConfigAddress.ts';
import { isAbort } from '../model/userError.ts';
import type { ClusterConnection } from '../ports.ts';

/** The addresses of the clusters that Flux apps of one cluster are applied to, each asked for once somebody needs it. */
export class RemoteReader {
  readonly #connection: ClusterConnection;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;
  readonly #addresses = new Map<string, string | undefined>();
  readonly #wanted = new Map<string, KubeConfigRef>();
  #pending = 0;

  constructor(connection: ClusterConnection, signal: AbortSignal, onChange: () => void) {
    this.#connection = connection;
    this.#signal = signal;
    this.#onChange = onChange;
  }

  /** `undefined` until it was read, where it may not be, and for a reference that names no address. */
  addressOf(ref: KubeConfigRef): string | undefined {
    return this.#addresses.get(idOf(ref));
  }

  get isReading(): boolean {
    return this.#pending > 0;
  }

  /** Reads what was not read yet. */
  want(refs: readonly KubeConfigRef[]): void {
    for (const ref of refs) {
      if (this.#wanted.has(idOf(ref))) continue;
      this.#wanted.set(idOf(ref), ref);
      void this.#read(ref);
    }
  }

  /** Reads again: neither Secrets nor ConfigMaps are watched for this. */
  refresh(): void {
    for (const ref of this.#wanted.values()) void this.#read(ref);
  }

  async #read(ref: KubeConfigRef): Promise<void> {
    this.#pending += 1;
    try {
      const { status, body } = await this.#connection.send(kubeConfigRequest(ref), this.#signal);
      this.#addresses.set(idOf(ref), status === 200 ? addressIn(ref, body) : undefined);
    } catch (error) {
      // An unreachable server is said by what is followed; asked for again with the next wish.
      if (!isAbort(error)) this.#wanted.delete(idOf(ref));
    } finally {
      this.#pending -= 1;
    }
    if (!this.#signal.aborted) this.#onChange();
  }
}

function idOf({ kind, namespace, name, key = '' }: KubeConfigRef): string {
  return [kind, namespace, name, key].join('/');
}
