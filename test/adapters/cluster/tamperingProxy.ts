import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What happens to a request: it passes, is answered here, loses its connection, or passes and then hears nothing more. */
export type Verdict =
  | 'pass'
  | 'reset'
  | 'stall'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown };

export interface Upstream {
  readonly server: string;
  readonly ca?: string | undefined;
}

/** A proxy in front of a real API server that makes the trouble a network makes. */
export class TamperingProxy {
  /** Every request that came, `GET /api/v1/…`. */
  readonly seen: string[] = [];
  decide: (path: string, headers: IncomingMessage['headers']) => Verdict = () => 'pass';
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
    if (typeof verdict === 'object') {
      outgoing.writeHead(verdict.status, { 'content-type': 'application/json', ...verdict.headers });
      outgoing.end(JSON.stringify(verdict.body));
      return;
    }
    const send = this.#upstream.server.startsWith('https:') ? secureRequest : request;
    const headers = { ...incoming.headers, host: new URL(this.#upstream.server).host };
    const options = { method: incoming.method, headers, ca: this.#upstream.ca };
    const passed = send(new URL(path, this.#upstream.server), options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.flushHeaders();
      if (verdict === 'stall') {
        answer.destroy();
        return;
      }
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }
}
