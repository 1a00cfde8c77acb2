import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire of some length in front of a server; TLS goes through it untouched, so its round trips cost what they would. */
export interface DelayProxy {
  readonly port: number;
  close(): void;
}

/** Listens on loopback and passes bytes on, those of the client `milliseconds` later: one round trip takes that long. */
export async function startDelayProxy(target: URL, milliseconds: number): Promise<DelayProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
    }
    client.on('data', (chunk) => setTimeout(() => upstream.writable && upstream.write(chunk), milliseconds));
    client.on('end', () => setTimeout(() => upstream.end(), milliseconds));
    client.on('close', () => setTimeout(() => upstream.destroy(), milliseconds));
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of that shape.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
