import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What happens to a request: it passes (perhaps spoilt), is answered here, loses its connection, or passes and then hears nothing more. */
export type Verdict =
  | 'pass'
  | 'reset'
  | 'stall'
  | Spoiling
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };

/** What a bad wire does to an answer; milliseconds and bytes. */
export interface Spoiling {
  /** Before the request goes on. */
  readonly delay?: number;
  /** The connection is lost after so much of the body. */
  readonly cutAfter?: number;
  /** So many lines of the body come, and then `ending` happens: nothing more, a lost connection, or this text and the end. */
  readonly lines?: number;
  readonly ending?: 'silence' | 'loss' | { readonly text: string };
  /** The body comes in pieces of so many bytes, with `gap` before each. */
  readonly piece?: number;
  readonly gap?: number;
}

export interface Upstream {
  readonly server: string;
  readonly ca?: string | undefined;
}

/** A proxy in front of a real API server that makes the trouble a network makes. */
export class TamperingProxy {
  /** Every request that came, `GET /api/v1/…`. */
  readonly seen: string[] = [];
  decide: (path: string, headers: IncomingMessage['headers']) => Verdict = () => 'pass';
  /** Hears what the server itself answered. */
  onAnswer: (path: string, status: number | undefined, headers: IncomingHttpHeaders) => void = () => undefined;
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #open = new Set<ServerResponse>();

  private constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#server = createServer((incoming, outgoing) => {
      this.#handle(incoming, outgoing);
    });
  }

  static async start(upstream: Upstream): Promise<TamperingProxy> {
    const proxy = new TamperingProxy(upstream);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address(): string {
    // Node edge: a server that listens on TCP has an AddressInfo.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  count(part: string): number {
    return this.seen.filter((line) => line.includes(part)).length;
  }

  /** Cuts what is under way, as a dying load balancer does. */
  cut(): void {
    for (const outgoing of this.#open) outgoing.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const path = incoming.url ?? '';
    this.seen.push(`${incoming.method ?? ''} ${path}`);
    this.#open.add(outgoing);
    outgoing.on('close', () => this.#open.delete(outgoing));
    const verdict = this.decide(path, incoming.headers);
    if (verdict === 'reset') {
      outgoing.destroy();
      return;
    }
    if (typeof verdict === 'object' && 'status' in verdict) {
      outgoing.writeHead(verdict.status, { 'content-type': 'application/json', ...verdict.headers });
      outgoing.end(JSON.stringify(verdict.body));
      return;
    }
    const spoiling = typeof verdict === 'object' ? verdict : undefined;
    const pass = (): void => {
      this.#pass(incoming, outgoing, verdict === 'stall', spoiling);
    };
    if (spoiling?.delay === undefined) pass();
    else setTimeout(pass, spoiling.delay);
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse, isStalled: boolean, spoiling: Spoiling | undefined): void {
    const path = incoming.url ?? '';
    const send = this.#upstream.server.startsWith('https:') ? secureRequest : request;
    const headers = { ...incoming.headers, host: new URL(this.#upstream.server).host };
    const options = { method: incoming.method, headers, ca: this.#upstream.ca };
    const passed = send(new URL(path, this.#upstream.server), options, (answer) => {
      this.onAnswer(path, answer.statusCode, answer.headers);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      if (isStalled) {
        answer.destroy();
        return;
      }
      if (spoiling === undefined) answer.pipe(outgoing);
      else
        (spoiling.lines === undefined ? spoil : passLines)(answer, outgoing, spoiling).catch(() => outgoing.destroy());
      answer.on('error', () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }
}

async function spoil(answer: IncomingMessage, outgoing: ServerResponse, spoiling: Spoiling): Promise<void> {
  const { cutAfter = Infinity, gap } = spoiling;
  let left = cutAfter;
  for await (const chunk of answer) {
    // Node edge: a stream without an encoding gives buffers.
    const bytes = chunk as Buffer;
    const size = spoiling.piece ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      if (gap !== undefined) await new Promise((resolve) => setTimeout(resolve, gap));
      const piece = bytes.subarray(at, at + Math.min(size, left));
      left -= piece.length;
      await new Promise<void>((resolve) =>
        outgoing.write(piece, () => {
          resolve();
        }),
      );
      if (left <= 0) {
        outgoing.destroy();
        return;
      }
    }
  }
  outgoing.end();
}

/** Passes whole lines, which can be told from what comes after them. */
async function passLines(answer: IncomingMessage, outgoing: ServerResponse, spoiling: Spoiling): Promise<void> {
  let open = '';
  let left = spoiling.lines ?? 0;
  answer.setEncoding('utf8');
  // Otherwise the end of the loop would end the connection.
  for await (const chunk of answer.iterator({ destroyOnReturn: false })) {
    const lines = `${open}${String(chunk)}`.split('\n');
    open = lines.pop() ?? '';
    const passed = lines.slice(0, left);
    left -= passed.length;
    for (const line of passed) outgoing.write(`${line}\n`);
    if (left === 0) break;
  }
  const { ending } = spoiling;
  if (ending === 'loss') outgoing.destroy();
  else if (typeof ending === 'object') outgoing.end(ending.text);
}
