import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Agent, EnvHttpProxyAgent, ProxyAgent, Socks5ProxyAgent, request } from 'undici';
import type { Dispatcher } from 'undici';
import type { JsonObject } from '../../core/model/json.ts';
import { UserError, isAbort } from '../../core/model/userError.ts';
import { noAnswer } from './clusterTrouble.ts';
import type { ClusterPlace } from './clusterTrouble.ts';
import { parseBody } from './parseBody.ts';
import type { Access, Credentials, TlsOptions } from './credentials.ts';

/** One HTTP exchange with the API server. */
export interface HttpCall {
  readonly method: Dispatcher.HttpMethod;
  /** Path below the server with its query, `/api/v1/pods?limit=500`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Milliseconds without a byte after which the connection counts as dead. */
  readonly silence?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly headers: (name: string) => readonly string[];
  readonly body: AsyncIterable<Uint8Array>;
}

/** An answer read to its end. */
export interface JsonAnswer extends Omit<HttpAnswer, 'body'> {
  readonly body: JsonObject;
}

/** Where and through what to connect. */
export interface TransportOptions extends ClusterPlace {
  /** `proxy-url` of the cluster in the kubeconfig. */
  readonly proxyUrl?: string | undefined;
  /** The environment names a proxy, as kubectl would use it. */
  readonly hasEnvironmentProxy: boolean;
}

const silenceByDefault = 60_000;
const unzip = promisify(gunzip);

/** HTTP to one API server under the credentials of one context; connections are kept and shared. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #credentials: Credentials;
  #pool: { readonly dispatcher: Dispatcher; readonly tls: string } | undefined;

  constructor(options: TransportOptions, credentials: Credentials) {
    this.#options = options;
    this.#credentials = credentials;
  }

  /**
   * Sends a call and returns as soon as the answer begins, whatever its status. A 401 reads the credentials again and
   * asks once more. Throws `UserError` when there is no answer.
   */
  async open(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const access = await this.#credentials.read(signal);
    const first = await this.#send(call, access, signal);
    if (first.status !== 401) return first;
    await drain(first.body);
    this.#credentials.forget(access);
    return this.#send(call, await this.#credentials.read(signal), signal);
  }

  /** Sends a call and reads the answer as JSON; an answer that is none (a proxy's page) becomes a Status with its text. */
  async json(call: HttpCall, signal: AbortSignal): Promise<JsonAnswer> {
    const headers = { accept: 'application/json', 'accept-encoding': 'gzip', ...call.headers };
    const answer = await this.open({ ...call, headers }, signal);
    try {
      const bytes = await readAll(answer.body);
      const plain = answer.header('content-encoding') === 'gzip' ? await unzip(bytes) : bytes;
      return { ...answer, body: parseBody(answer.status, plain.toString('utf8')) };
    } catch (cause) {
      signal.throwIfAborted();
      throw cause instanceof UserError ? cause : noAnswer(this.#options, cause);
    }
  }

  /** Ends all connections, with what is under way on them. */
  close(): void {
    this.#credentials.close();
    const pool = this.#pool;
    this.#pool = undefined;
    if (pool !== undefined) void pool.dispatcher.destroy().catch(() => undefined);
  }

  async #send(call: HttpCall, access: Access, signal: AbortSignal): Promise<HttpAnswer> {
    const { server } = this.#options;
    signal.throwIfAborted();
    const silence = call.silence ?? silenceByDefault;
    try {
      const answer = await request(`${server.replace(/\/+$/, '')}${call.path}`, {
        dispatcher: this.#dispatcherFor(access.tls),
        method: call.method,
        headers: { 'user-agent': 'plumbline', ...call.headers, ...access.headers },
        body: call.body ?? null,
        signal,
        // A watch may be silent for long, but not before it has begun.
        headersTimeout: Math.min(silence, silenceByDefault),
        bodyTimeout: silence,
      });
      const headers = (name: string): readonly string[] => [answer.headers[name] ?? []].flat();
      return { status: answer.statusCode, headers, header: (name) => headers(name)[0], body: this.#told(answer.body) };
    } catch (cause) {
      signal.throwIfAborted();
      throw isAbort(cause) ? cause : noAnswer(this.#options, cause);
    }
  }

  /** A body that breaks off says it in the same words as a connection that was never made. */
  async *#told(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (cause) {
      throw isAbort(cause) ? cause : noAnswer(this.#options, cause);
    }
  }

  /** Certificates may change while we are connected (exec plugins, rotated files): then new connections are made. */
  #dispatcherFor(options: TlsOptions): Dispatcher {
    const tls = JSON.stringify(options);
    if (this.#pool?.tls === tls) return this.#pool.dispatcher;
    const old = this.#pool?.dispatcher;
    this.#pool = { dispatcher: makeDispatcher(this.#options, options), tls };
    // Gracefully: watches on the old connections end by themselves.
    if (old !== undefined) void old.close().catch(() => undefined);
    return this.#pool.dispatcher;
  }
}

function makeDispatcher({ server, proxyUrl, hasEnvironmentProxy }: TransportOptions, tls: TlsOptions): Dispatcher {
  const isLocal = /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(server);
  // Own options first; undefined ones would override Node's defaults.
  const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
  const connect = { ...given, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
  // One connection for each watch over HTTP/1.1: a stalled one does not take the others with it.
  const common = { allowH2: false, connect };
  if (proxyUrl?.startsWith('socks') === true) return new Socks5ProxyAgent(proxyUrl, { requestTls: connect });
  if (proxyUrl !== undefined) return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: connect });
  if (hasEnvironmentProxy && !isLocal) return new EnvHttpProxyAgent({ ...common, requestTls: connect });
  return new Agent(common);
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A body that is not read keeps its connection. */
async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await readAll(body);
  } catch {
    // The answer is not wanted, so neither is the reason why it broke off.
  }
}
