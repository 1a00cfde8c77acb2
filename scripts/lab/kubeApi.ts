import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { ControlPlane } from './controlPlane.ts';
import { at, parseJson, textAt } from './json.ts';

/** One line of a watch: the kind of change and the object as it is now. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

interface Call {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** The few calls of the Kubernetes API that the lab makes itself, as administrator. Paths start with `/api`. */
export class KubeApi {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(controlPlane: Pick<ControlPlane, 'server' | 'caFile' | 'tokens'>) {
    this.#server = controlPlane.server;
    this.#token = controlPlane.tokens.admin;
    this.#agent = new Agent({ ca: readFileSync(controlPlane.caFile), keepAlive: true });
  }

  /** Reads an object or a list; `undefined` when there is none. */
  async get(path: string, signal?: AbortSignal): Promise<unknown> {
    const response = await this.#send({ method: 'GET', path, signal });
    const text = await readAll(response);
    if (response.statusCode === 404) return undefined;
    return parsedOrThrow(path, response, text);
  }

  /** JSON merge patch (RFC 7386). */
  async mergePatch(path: string, body: unknown, fieldManager: string): Promise<unknown> {
    const response = await this.#send({ method: 'PATCH', path: `${path}?fieldManager=${fieldManager}`, body });
    return parsedOrThrow(path, response, await readAll(response));
  }

  /** What happens to a collection from a resource version on; ends when the server closes the watch. */
  async *watch(path: string, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
    const response = await this.#send({ method: 'GET', path: `${path}?${query}`, signal });
    if (response.statusCode !== 200) parsedOrThrow(path, response, await readAll(response));
    let rest = '';
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = parseJson(line);
        yield { type: textAt(event, 'type') ?? '', object: at(event, 'object') };
      }
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #send({ method, path, body, signal }: Call): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.#server),
        {
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#token}`,
            accept: 'application/json',
            'user-agent': 'plumbline-lab',
            ...(body === undefined ? {} : { 'content-type': 'application/merge-patch+json' }),
          },
          ...(signal ? { signal } : {}),
        },
        resolve,
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}

function parsedOrThrow(path: string, response: IncomingMessage, text: string): unknown {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return parseJson(text);
  throw new Error(`${path}: ${status} ${text.slice(0, 500)}`);
}
