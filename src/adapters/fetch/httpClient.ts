import { readFile } from 'node:fs/promises';
import { Agent, EnvHttpProxyAgent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';

/** How to reach one server beyond its address. */
export interface ServerOptions {
  readonly authorization?: string | undefined;
  /** Files with certificates, in PEM. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly isInsecure?: boolean | undefined;
}

export interface Answer {
  readonly status: number;
  /** Where the answer came from after redirections. */
  readonly url: string;
  readonly header: (name: string) => string | undefined;
  readonly content: Uint8Array;
}

/** Bytes of one answer; an index of a large repository of charts has some tens of megabytes. */
const mostBytes = 100 * 1024 * 1024;
const mostRedirections = 8;
/** Milliseconds without a byte. */
const silence = 30_000;

/** Reads addresses, following redirections; what authorizes is sent to the first server only. */
export class HttpClient {
  readonly #agents = new Map<string, Promise<Dispatcher>>();

  async get(
    url: string,
    headers: Readonly<Record<string, string>>,
    server: ServerOptions,
    signal: AbortSignal,
  ): Promise<Answer> {
    const first = new URL(url);
    let at = first;
    for (let redirections = 0; redirections <= mostRedirections; redirections++) {
      const isFirst = at.origin === first.origin;
      const authorization = isFirst ? server.authorization : undefined;
      const sent = { ...headers, ...(authorization === undefined ? {} : { authorization }) };
      const answer = await this.#once(at, sent, isFirst ? server : {}, signal);
      const location = answer.status >= 300 && answer.status < 400 ? answer.header('location') : undefined;
      if (location === undefined) return answer;
      const next = new URL(location, at);
      if (!/^https?:$/.test(next.protocol) || (at.protocol === 'https:' && next.protocol === 'http:')) {
        throw new UserError('fetch-failed', `${shownUrl(url)} leads to ${shownUrl(next.href)}, which is not safe.`);
      }
      at = next;
    }
    throw new UserError('fetch-failed', `${shownUrl(url)} leads from one address to the next without end.`);
  }

  async close(): Promise<void> {
    const agents = await Promise.all(this.#agents.values());
    await Promise.all(agents.map((agent) => agent.close()));
  }

  async #once(
    url: URL,
    headers: Readonly<Record<string, string>>,
    server: ServerOptions,
    signal: AbortSignal,
  ): Promise<Answer> {
    const clean = new URL(url);
    clean.username = '';
    clean.password = '';
    try {
      const options = { headers, signal, dispatcher: await this.#agent(server) };
      const { statusCode, headers: got, body } = await request(clean, options);
      const content = await readAtMost(body, url);
      const header = (name: string): string | undefined => {
        const value = got[name];
        return Array.isArray(value) ? value[0] : value;
      };
      return { status: statusCode, url: url.href, header, content };
    } catch (cause) {
      if (isAbort(cause) || signal.aborted || cause instanceof UserError) throw cause;
      const message = `${url.host} cannot be reached: ${messageOf(cause)}. Check the address, the network and the proxy.`;
      throw new UserError('fetch-failed', message, { url: shownUrl(url.href) }, { cause });
    }
  }

  #agent({ caFile, certFile, keyFile, isInsecure }: ServerOptions): Promise<Dispatcher> {
    const name = JSON.stringify([caFile, certFile, keyFile, isInsecure]);
    const known = this.#agents.get(name) ?? openAgent({ caFile, certFile, keyFile, isInsecure });
    this.#agents.set(name, known);
    return known;
  }
}

async function openAgent({ caFile, certFile, keyFile, isInsecure }: ServerOptions): Promise<Dispatcher> {
  const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map(readPem));
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(isInsecure === true ? { rejectUnauthorized: false } : {}),
  };
  const times = { headersTimeout: silence, bodyTimeout: silence };
  // The environment's proxy, as Helm and Docker take it.
  const hasProxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((each) => process.env[each]);
  return hasProxy ? new EnvHttpProxyAgent({ ...times, requestTls: tls }) : new Agent({ ...times, connect: tls });
}

async function readPem(file: string | undefined): Promise<string | undefined> {
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError('fetch-failed', `The certificate file ${file} cannot be read.`, { file }, { cause });
  }
}

async function readAtMost(body: AsyncIterable<Uint8Array>, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) {
      throw new UserError('fetch-failed', `${shownUrl(url.href)} sends more than ${mostBytes >> 20} MB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** An address without what it may carry of a secret: user, password and query. */
export function shownUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.replace(/\/\/[^@/]*@/, '//');
  }
}

/** The error for an answer that is not the wanted one. */
export function refusal({ status }: Answer, url: string, what: string): UserError {
  const shown = shownUrl(url);
  if (status === 401 || status === 403) {
    const message = `${new URL(url).host} refuses ${what} (${status}). Log in with helm registry login, helm repo add or docker login, then fetch again.`;
    return new UserError('fetch-unauthorized', message, { url: shown });
  }
  if (status === 404) return new UserError('fetch-not-found', `There is no ${what} at ${shown}.`, { url: shown });
  return new UserError('fetch-failed', `${shown} answers ${status} instead of ${what}.`, { url: shown });
}

/** The header for a user and a password. */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
