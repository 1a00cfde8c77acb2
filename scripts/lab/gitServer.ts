import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from './freePorts.ts';
import { runOrThrow } from './run.ts';

/** A loopback server of bare repositories over Git's smart HTTP protocol, with push. */
export interface GitServer {
  /** Address of a repository, for example `http://127.0.0.1:40123/storefront.git`. */
  urlOf(repository: string): string;
  stop(): Promise<void>;
}

/** Serves every bare repository in `root` without asking who it is: only for loopback and throw-away data. */
export async function startGitServer(root: string): Promise<GitServer> {
  const execPath = (await runOrThrow('git', ['--exec-path'])).trim();
  const server = createServer((request, response) => {
    serve(root, `${execPath}/git-http-backend`, request, response);
  });
  const port = await listen(server);
  return {
    urlOf: (repository) => `http://127.0.0.1:${port}/${repository}.git`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Hands one request to Git's own CGI program (git-http-backend(1)). */
function serve(root: string, backend: string, request: IncomingMessage, response: ServerResponse): void {
  const target = parseTarget(request.url ?? '/');
  if (target === undefined) {
    response.writeHead(400).end();
    return;
  }
  const child = spawn(backend, [], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      // The folder may belong to another user than the one running the tests in a container.
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_CONFIG_KEY_1: 'http.receivepack',
      GIT_CONFIG_VALUE_1: 'true',
      REQUEST_METHOD: request.method,
      PATH_INFO: target.path,
      QUERY_STRING: target.query,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: headerText(request.headers['git-protocol']),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {
    response.writeHead(500).end();
  });
  child.stdin.on('error', () => undefined);
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  relayCgi(child.stdout, response);
}

function parseTarget(text: string): { readonly path: string; readonly query: string } | undefined {
  try {
    const url = new URL(text, 'http://127.0.0.1');
    return { path: decodeURIComponent(url.pathname), query: url.search.slice(1) };
  } catch {
    return undefined;
  }
}

/** Turns the header block of a CGI reply (RFC 3875) into the reply's head and streams the rest. */
function relayCgi(stdout: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  let isBody = false;
  stdout.on('data', (chunk: Buffer) => {
    if (isBody) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isBody = true;
    const headers = head.subarray(0, end).toString('latin1').split('\r\n').map(splitHeader);
    for (const [name, value] of headers) {
      if (name.toLowerCase() === 'status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
  });
  stdout.on('end', () => {
    if (!isBody) response.statusCode = 500;
    response.end();
  });
}

function splitHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function headerText(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.join(',') ?? '');
}
