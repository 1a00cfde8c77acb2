import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server of a test; nothing outlives it. */
export interface TestServer {
  /** `127.0.0.1:40123` */
  readonly address: string;
  stop(): Promise<void>;
}

/** Packs files as `helm package` does: one folder of the chart's name around everything. */
export function pack(top: string, files: Readonly<Record<string, string>>): Buffer {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plumbline-pack-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const at = path.join(scratch, top, name);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    const what = top === '' ? Object.keys(files) : [top];
    execFileSync('tar', ['-czf', 'packed.tgz', ...what], { cwd: scratch });
    return readFileSync(path.join(scratch, 'packed.tgz'));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** A chart with one ConfigMap that tells its version and a value. */
export function chart(name: string, version: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return pack(name, {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': 'size: 1\n',
    'values-big.yaml': 'size: 9\n',
    'templates/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}-{{ .Release.Name }}}\ndata: {version: "{{ .Chart.Version }}", size: "{{ .Values.size }}"}\n`,
    ...more,
  });
}

/** A login that a server asks for. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** A repository of charts with an index, over HTTP. */
export async function startChartRepository(
  charts: readonly (readonly [string, string, Buffer])[],
  options: { readonly login?: Login; readonly digest?: string } = {},
): Promise<TestServer & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const index = (): string => {
    const names = [...new Set(charts.map(([name]) => name))];
    const entry = ([name, version, content]: (typeof charts)[number]): string =>
      `  - name: ${name}\n    version: ${version}\n    digest: ${options.digest ?? hexOf(content)}\n    urls:\n    - files/${name}-${version}.tgz\n`;
    const lists = names.map(
      (name) =>
        `  ${name}:\n${charts
          .filter((each) => each[0] === name)
          .map(entry)
          .join('')}`,
    );
    return `apiVersion: v1\nentries:\n${lists.join('')}generated: "2026-01-01T00:00:00Z"\n`;
  };
  const server = await listen((call, reply) => {
    asked.push(call.url ?? '');
    if (options.login !== undefined && call.headers.authorization !== basicOf(options.login)) {
      reply.writeHead(401).end();
      return;
    }
    const file = charts.find(([name, version]) => call.url === `/charts/files/${name}-${version}.tgz`);
    if (call.url === '/charts/index.yaml') reply.end(index());
    else if (file !== undefined) reply.end(file[2]);
    else reply.writeHead(404).end();
  });
  return { ...server, asked };
}

/** A real OCI registry (google/go-containerregistry), built for the test. */
export async function startRegistry(): Promise<TestServer> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plumbline-registry-'));
  const program = path.join(scratch, 'registry');
  const source = fileURLToPath(new URL('../../registry', import.meta.url));
  await run('go', ['build', '-buildvcs=false', '-o', program, '.'], { cwd: source });
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    address,
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
      rmSync(scratch, { recursive: true });
    },
  };
}

/** Pushes one layer under a tag, as Helm or Flux would. */
export async function push(
  address: string,
  name: string,
  tag: string,
  content: Buffer,
  mediaType: string,
): Promise<void> {
  const config = Buffer.from('{}');
  for (const blob of [config, content]) {
    const url = `http://${address}/v2/${name}/blobs/uploads/?digest=sha256:${hexOf(blob)}`;
    const started = await fetch(url, { method: 'POST', body: new Uint8Array(blob) });
    if (started.status !== 201) throw new Error(`the registry answers ${started.status}`);
  }
  const descriptor = (type: string, blob: Buffer): object => ({
    mediaType: type,
    digest: `sha256:${hexOf(blob)}`,
    size: blob.length,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.cncf.helm.config.v1+json', config),
    layers: [descriptor(mediaType, content)],
  };
  const headers = { 'content-type': manifest.mediaType };
  const done = await fetch(`http://${address}/v2/${name}/manifests/${tag}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(manifest),
  });
  if (done.status !== 201) throw new Error(`the registry answers ${done.status}`);
}

export const chartLayer = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
export const fluxLayer = 'application/vnd.cncf.flux.content.v1.tar+gzip';

/** Puts a registry behind the token service of a login, as public registries are. */
export async function withLogin(registry: string, login: Login): Promise<TestServer> {
  const token = 'a-token-that-reads';
  const server: TestServer = await listen((call, reply) => {
    if (call.url?.startsWith('/token') === true) {
      if (call.headers.authorization === basicOf(login)) reply.end(JSON.stringify({ token }));
      else reply.writeHead(401).end();
      return;
    }
    if (call.headers.authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="http://${server.address}/token",service="test",scope="repository:x:pull"`;
      reply.writeHead(401, { 'www-authenticate': challenge }).end();
      return;
    }
    request(`http://${registry}${call.url ?? ''}`, { headers: { accept: call.headers.accept ?? '*/*' } }, (answer) => {
      reply.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(reply);
    }).end();
  });
  return server;
}

async function listen(answer: (call: IncomingMessage, reply: ServerResponse) => void): Promise<TestServer> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = once(server, 'close');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    // A second time there is nothing left to stop.
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function hexOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

export function basicOf({ user, password }: Login): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
