import { objectAt, stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import type { PublishedSchemas } from '../../core/ports.ts';
import type { AnswerCache } from './answerCache.ts';
import type { ApiClient } from './apiClient.ts';

/**
 * The OpenAPI v3 documents of one server (KEP-2896), one for each group version. The index names each with a hash of its
 * content, so that a document which was read before, also in another session, is not asked for again.
 */
export class OpenApi {
  readonly #client: ApiClient;
  readonly #cache: AnswerCache;
  readonly #server: string;
  readonly #signal: AbortSignal;
  #index: Promise<JsonObject | undefined> | undefined;

  constructor(client: ApiClient, cache: AnswerCache, server: string, signal: AbortSignal) {
    this.#client = client;
    this.#cache = cache;
    this.#server = server;
    this.#signal = signal;
  }

  /** `undefined` for a group version that the server publishes nothing of, or does not let us read. */
  async read(apiVersion: string, anew: boolean): Promise<PublishedSchemas | undefined> {
    if (anew) this.#index = undefined;
    const address = await this.#addressOf(apiVersion);
    return address === undefined ? undefined : this.#readAt(address, apiVersion);
  }

  async #readAt(address: string, apiVersion: string, mayMove = true): Promise<PublishedSchemas | undefined> {
    const hash = hashIn(address);
    if (hash === undefined) return undefined;
    const kept = await this.#cache.read(this.#server, pathOf(apiVersion));
    if (kept?.tag === hash) return { hash, document: kept.body };
    const { status, body, header } = await this.#client.json({ method: 'GET', path: address }, this.#signal);
    // The index is a moment old: the server tells the address of what has changed since.
    const next = status === 301 && mayMove ? checked(header('location')) : undefined;
    if (next !== undefined) return this.#readAt(next, apiVersion, false);
    if (status !== 200 || objectAt(body, 'components') === undefined) return undefined;
    await this.#cache.write(this.#server, pathOf(apiVersion), { tag: hash, body });
    return { hash, document: body };
  }

  async #addressOf(apiVersion: string): Promise<string | undefined> {
    const index = (this.#index ??= this.#readIndex());
    index.catch(() => {
      if (this.#index === index) this.#index = undefined;
    });
    const name = pathOf(apiVersion).slice('/openapi/v3/'.length);
    return checked(stringAt((await index) ?? {}, 'paths', name, 'serverRelativeURL'));
  }

  async #readIndex(): Promise<JsonObject | undefined> {
    const { status, body } = await this.#client.json({ method: 'GET', path: '/openapi/v3' }, this.#signal);
    return status === 200 ? body : undefined;
  }
}

function pathOf(apiVersion: string): string {
  return `/openapi/v3/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
}

/** Nothing else is read, whatever the server says. */
function checked(address: string | undefined): string | undefined {
  return address?.startsWith('/openapi/v3/') === true ? address : undefined;
}

function hashIn(address: string): string | undefined {
  return new URLSearchParams(address.slice(address.indexOf('?') + 1)).get('hash') ?? undefined;
}
