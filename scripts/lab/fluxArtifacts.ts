import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { listen } from './freePorts.ts';
import { runOrThrow } from './run.ts';

/** An artifact as `status.artifact` of a Flux source holds it (source.toolkit.fluxcd.io/v1). */
export interface Artifact {
  readonly url: string;
  readonly path: string;
  /** For a branch `main@sha1:<commit>`, for a bare commit `sha1:<commit>`. */
  readonly revision: string;
  readonly digest: string;
  readonly size: number;
}

/** What a GitRepository asks for: an address and a branch, a tag or a commit. */
export interface GitSource {
  readonly url: string;
  readonly ref: { readonly kind: 'branch' | 'tag' | 'commit'; readonly name: string };
  /** `spec.ignore`: what is left out. */
  readonly ignore?: string | undefined;
}

/** Makes tar.gz files of Git revisions and serves them on loopback, as source-controller's storage does. */
export interface ArtifactStore {
  /** Fetches the source and returns its artifact; rejects with Git's own words. */
  fetch(namespace: string, name: string, source: GitSource): Promise<Artifact>;
  stop(): Promise<void>;
}

/** Starts a store that keeps mirrors and archives in `dir`. */
export async function startArtifactStore(dir: string): Promise<ArtifactStore> {
  const storage = join(dir, 'artifacts');
  await mkdir(storage, { recursive: true });
  const server = createServer((request, response) => {
    const file = join(storage, normalize(join('/', new URL(request.url ?? '/', 'http://localhost').pathname)));
    readFile(file).then(
      (content) => response.writeHead(200, { 'content-type': 'application/gzip' }).end(content),
      () => response.writeHead(404).end(),
    );
  });
  const port = await listen(server);
  return {
    fetch: (namespace, name, source) => archive(dir, storage, `http://127.0.0.1:${port}`, namespace, name, source),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Rules of a .gitignore file as git's pathspecs; those that take something in again are not covered. */
function pathspecs(ignore = ''): readonly string[] {
  const rules = ignore
    .split('\n')
    .flatMap((line) => (/^\s*(?:#|!|$)/.test(line) ? [] : [line.trim().replace(/\/$/, '')]));
  const excluded = rules.map((rule) => (rule.startsWith('/') ? rule.slice(1) : `**/${rule}`));
  return ['.', ...excluded.map((pattern) => `:(exclude,glob)${pattern}`)];
}

async function archive(
  dir: string,
  storage: string,
  address: string,
  namespace: string,
  name: string,
  { url, ref, ignore }: GitSource,
): Promise<Artifact> {
  const mirror = join(dir, 'mirrors', namespace, name);
  if (!existsSync(mirror)) await runOrThrow('git', ['init', '--quiet', '--bare', mirror]);
  const remoteRef = { branch: `refs/heads/${ref.name}`, tag: `refs/tags/${ref.name}`, commit: ref.name }[ref.kind];
  await runOrThrow('git', ['-C', mirror, '-c', 'http.proxy=', 'fetch', '--quiet', '--depth=1', url, remoteRef]);
  const commit = (await runOrThrow('git', ['-C', mirror, 'rev-parse', 'FETCH_HEAD^{commit}'])).trim();
  const path = `gitrepository/${namespace}/${name}/${commit}.tar.gz`;
  const file = join(storage, path);
  await mkdir(join(file, '..'), { recursive: true });
  await runOrThrow('git', ['-C', mirror, 'archive', '--format=tar.gz', '-o', file, commit, '--', ...pathspecs(ignore)]);
  const content = await readFile(file);
  return {
    url: `${address}/${path}`,
    path,
    revision: ref.kind === 'commit' ? `sha1:${commit}` : `${ref.name}@sha1:${commit}`,
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    size: content.length,
  };
}
