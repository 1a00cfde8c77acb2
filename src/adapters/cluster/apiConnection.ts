import { isSecret, reduceSecret } from '../../core/diff/secrets.ts';
import { reduceClusterSecret } from '../../core/live/clusterSecrets.ts';
import { reduceKubeConfigSecret } from '../../core/live/kubeConfigAddress.ts';
import { isList, isObject, listAt, stringAt } from '../../core/model/json.ts';
import type { JsonObject } from '../../core/model/json.ts';
import type { KubeObject } from '../../core/model/resource.ts';
import { messageOf } from '../../core/model/userError.ts';
import type {
  ApiReply,
  ApiRequest,
  ClusterConnection,
  LiveEvent,
  Log,
  PublishedSchemas,
  SecretHasher,
  ServedKind,
  WatchTarget,
} from '../../core/ports.ts';
import { abortable } from './abortable.ts';
import type { AnswerCache } from './answerCache.ts';
import type { ApiClient } from './apiClient.ts';
import { refused } from './clusterTrouble.ts';
import type { ClusterPlace } from './clusterTrouble.ts';
import { discoverKinds } from './discovery.ts';
import { Follower } from './follower.ts';
import type { FollowerParts } from './follower.ts';
import { OpenApi } from './openApi.ts';
import { OwnershipTrees } from './ownershipTrees.ts';
import type { JsonAnswer, Transport } from './transport.ts';

/** What a connection is made of. */
export interface ConnectionParts extends Omit<FollowerParts, 'reduce' | 'refusal' | 'offersStreams'> {
  readonly place: ClusterPlace;
  readonly transport: Transport;
  readonly hasher: SecretHasher;
  readonly log: Log;
  readonly cache: AnswerCache;
}

/** One cluster by its API server; Secret values never get past it. */
export class ApiConnection implements ClusterConnection {
  readonly context: string;
  readonly server: string;
  readonly #parts: ConnectionParts;
  readonly #client: ApiClient;
  readonly #closed = new AbortController();
  readonly #ownership = new OwnershipTrees();
  /** What the server says of its version; empty when it does not. */
  #version: JsonObject = {};
  #kinds: Promise<readonly ServedKind[]> | undefined;
  readonly #openApi: OpenApi;

  constructor(parts: ConnectionParts) {
    this.context = parts.place.context;
    this.server = parts.place.server;
    this.#parts = parts;
    this.#client = parts.client;
    this.#openApi = new OpenApi(parts.client, parts.cache, parts.place.server, this.#closed.signal);
  }

  get version(): string | undefined {
    return stringAt(this.#version, 'gitVersion');
  }

  readKinds(signal: AbortSignal, anew = false): Promise<readonly ServedKind[]> {
    if (anew) this.#kinds = undefined;
    const kinds = (this.#kinds ??= this.#discover());
    kinds.catch(() => {
      if (this.#kinds === kinds) this.#kinds = undefined;
    });
    return abortable(kinds, signal);
  }

  readSchemas(apiVersion: string, signal: AbortSignal, anew = false): Promise<PublishedSchemas | undefined> {
    return abortable(this.#openApi.read(apiVersion, anew), signal);
  }

  follow(target: WatchTarget, onEvent: (event: LiveEvent) => void): { close(): void } {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, this.#closed.signal]);
    const follower = new Follower(
      target,
      {
        ...this.#parts,
        reduce: (object) => this.#reduce(object),
        offersStreams: () => this.#offersStreams(),
        refusal: (status, body) => refused(this.#parts.place, status, body).message,
      },
      // Nobody who has closed hears anything more, not even what was already on its way.
      (event) => {
        if (!signal.aborted) onEvent(event);
      },
      signal,
    );
    follower.run().catch((error: unknown) => {
      this.#parts.log.error(`Following ${target.kind} in ${this.context} ended: ${messageOf(error)}`);
    });
    return {
      close: () => {
        own.abort();
      },
    };
  }

  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    const query = new URLSearchParams(request.query).toString();
    const call = {
      method: request.method,
      path: query === '' ? request.path : `${request.path}?${query}`,
      headers: request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' },
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
    };
    const answer = await this.#client.json(call, AbortSignal.any([signal, this.#closed.signal]));
    const warnings = answer.headers('warning').flatMap(parseWarnings);
    return { status: answer.status, body: this.#reduceBody(answer.body, request), warnings };
  }

  close(): void {
    this.#closed.abort();
    this.#parts.transport.close();
  }

  /** Both at once: what is listed first depends on the version too. */
  async #discover(): Promise<readonly ServedKind[]> {
    const { place, cache } = this.#parts;
    const refuse = ({ status, body }: JsonAnswer): Error => refused(place, status, body);
    const parts = { client: this.#client, cache, server: place.server, refuse };
    const [kinds, version] = await Promise.all([discoverKinds(parts, this.#closed.signal), this.#readVersion()]);
    this.#version = version;
    return kinds;
  }

  async #readVersion(): Promise<JsonObject> {
    try {
      const { status, body } = await this.#client.json({ method: 'GET', path: '/version' }, this.#closed.signal);
      return status === 200 ? body : {};
    } catch {
      // Nothing depends on it that would not be said by discovery.
      return {};
    }
  }

  /** WatchList is on by default in 1.32 and from 1.34 on (k8s.io/apiserver `kube_features.go`). Whoever cannot say has none. */
  #offersStreams(): boolean {
    const minor = Number.parseInt(stringAt(this.#version, 'minor') ?? '', 10);
    return stringAt(this.#version, 'major') === '1' && (minor === 32 || minor >= 34);
  }

  #reduce(object: KubeObject): KubeObject {
    return this.#ownership.share(reduceSecret(object, this.#parts.hasher));
  }

  /** A reply may be a Secret, or a list of them whose items do not say their kind. */
  #reduceBody(body: JsonObject, request: ApiRequest): JsonObject {
    const kind = stringAt(body, 'kind') ?? '';
    if (!isList(body.items)) return this.#reduceItem(body, request);
    const itemKind = kind.endsWith('List') && kind !== 'List' ? kind.slice(0, -'List'.length) : undefined;
    const typed = itemKind === undefined ? {} : { apiVersion: stringAt(body, 'apiVersion') ?? '', kind: itemKind };
    const items = listAt(body, 'items').map((item) =>
      isObject(item) ? this.#reduceItem({ ...typed, ...item }, request) : item,
    );
    return { ...body, items };
  }

  #reduceItem(item: JsonObject, { keeps }: ApiRequest): JsonObject {
    if (!isSecret(item)) return item;
    return reducers[keeps ?? 'nothing'](item, this.#parts.hasher);
  }
}

/** What of a Secret comes past this edge. */
const reducers = {
  nothing: reduceSecret<JsonObject>,
  'cluster-addresses': reduceClusterSecret,
  'kubeconfig-addresses': reduceKubeConfigSecret,
} as const;

/** `299 - "text"`, several in one header separated by commas (RFC 9111 section 5.5; KEP-1693). */
function parseWarnings(header: string): readonly string[] {
  const texts = [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].flatMap(([, text]) => text ?? []);
  return texts.map((text) => text.replaceAll(/\\(.)/g, '$1'));
}
