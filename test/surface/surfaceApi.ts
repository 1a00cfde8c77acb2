import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { Json } from '../../src/core/model/json.ts';

/** What an API server answered; the body is parsed JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  /** Texts of its warnings. */
  readonly warnings: readonly string[];
}

export type PatchKind = 'apply' | 'merge' | 'json';

const patchTypes: Readonly<Record<PatchKind, string>> = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
};

/** One request; `headers` are further ones, such as those of impersonation. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** The bare HTTP API as administrator: refusals are answers, not errors. */
export class SurfaceApi {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(plane: Pick<ControlPlane, 'server' | 'caFile' | 'tokens'>) {
    this.#server = plane.server;
    this.#token = plane.tokens.admin;
    this.#agent = new Agent({ ca: readFileSync(plane.caFile), keepAlive: true, maxSockets: 8 });
  }

  get(path: string): Promise<Answer> {
    return this.send({ method: 'GET', path });
  }

  post(path: string, body: Json): Promise<Answer> {
    return this.send({ method: 'POST', path, contentType: 'application/json', body });
  }

  patch(kind: PatchKind, path: string, body: Json): Promise<Answer> {
    return this.send({ method: 'PATCH', path, contentType: patchTypes[kind], body });
  }

  delete(path: string): Promise<Answer> {
    return this.send({ method: 'DELETE', path });
  }

  close(): void {
    this.#agent.destroy();
  }

  send({ method, path, contentType, body, headers: more = {} }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...more,
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        ...(contentType !== undefined && { 'content-type': contentType }),
      };
      const outgoing = request(new URL(path, this.#server), { method, agent: this.#agent, headers }, (incoming) => {
        const chunks: string[] = [];
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const warnings = (incoming.headersDistinct.warning ?? []).map(textOfWarning);
          resolve({ status: incoming.statusCode ?? 0, body: parseBody(chunks.join('')), warnings });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** The text of `299 - "text"`, in which quotes and backslashes are escaped (RFC 7234, 5.5). */
function textOfWarning(header: string): string {
  const quoted = /^\d+ \S+ "(.*)"/s.exec(header)?.[1] ?? header;
  return quoted.replaceAll(/\\(.)/gs, '$1');
}

function parseBody(text: string): Json {
  try {
    // What the server sends as JSON is JSON.
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
