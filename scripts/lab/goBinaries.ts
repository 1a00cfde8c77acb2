import { createHash, type Hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDir } from './cacheDir.ts';
import { LabError } from './labError.ts';
import { clusterModule } from './projectPaths.ts';
import { run } from './run.ts';

/** What is built from `test/cluster`, with the Go package of each. */
const packages = {
  'control-plane': 'plumbline.dev/test/cluster',
  guard: 'plumbline.dev/test/cluster/guard',
  appsets: 'plumbline.dev/test/cluster/appsets',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5',
  'kustomize-controller': 'github.com/fluxcd/kustomize-controller',
  argocd: 'github.com/argoproj/argo-cd/v3/cmd',
} as const;

/** The name of a binary that `test/cluster` builds. */
export type BinaryName = keyof typeof packages;

/** Takes one line for people about what is being waited for. */
export type Progress = (line: string) => void;

const minimalGo = [1, 26] as const;
const kubernetesVersion = '1.34.2';
/** Milliseconds. */
const progressEvery = 10_000;
const keepOld = 14 * 24 * 3_600_000;

// Without these the server calls itself v0.0.0-master, and clients that compare versions go astray.
const linkerFlags = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
  ...kubernetesVersion
    .split('.')
    .slice(0, 2)
    .map((part, i) => `-X k8s.io/component-base/version.git${i === 0 ? 'Major' : 'Minor'}=${part}`),
].join(' ');

/**
 * Builds the binaries that are missing from the cache and returns the path of each. Several callers at once each build
 * into a folder of their own and rename, so a reader never sees half a file. Throws `LabError` when Go is missing, too
 * old or fails.
 */
export async function ensureBinaries<N extends BinaryName>(
  names: readonly N[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Readonly<Record<N, string>>> {
  const keys = await cacheKeys();
  const root = join(cacheDir(), 'bin');
  const pathOf = (name: BinaryName): string => join(root, isOwn(name) ? keys.own : keys.modules, name);
  const missing = names.filter((name) => !existsSync(pathOf(name)));
  if (missing.length > 0) {
    await build(missing, pathOf, progress, signal);
    await dropOld(root, [keys.own, keys.modules]);
  }
  const paths: Partial<Record<N, string>> = {};
  for (const name of names) paths[name] = pathOf(name);
  // Every name was set just above; the language cannot say so.
  return paths as Record<N, string>;
}

/** Names the versions of all modules and of Go, for other things that are taken from them into the cache. */
export async function modulesKey(): Promise<string> {
  return (await cacheKeys()).modules;
}

async function build(
  names: readonly BinaryName[],
  pathOf: (name: BinaryName) => string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const started = Date.now();
  progress(`Building ${names.join(', ')} with Go, once (from nothing 4 minutes, with Argo CD and Flux 7)`);
  // One after the other: links of this size side by side need more memory than they save time.
  for (const [i, name] of names.entries()) {
    await buildOne(
      name,
      pathOf(name),
      (line) => {
        progress(`${line} (${i + 1} of ${names.length}, ${elapsed(started)} so far)`);
      },
      signal,
    );
  }
  progress(`Built ${names.join(', ')} in ${elapsed(started)}`);
}

async function buildOne(
  name: BinaryName,
  target: string,
  progress: Progress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const dir = dirname(target);
  await mkdir(dir, { recursive: true });
  // Beside the target, because a rename does not cross file systems.
  const scratch = await mkdtemp(join(dir, '.building-'));
  let heard = '';
  const onStderr = (text: string): void => {
    heard = text;
  };
  const ticker = setInterval(() => {
    progress(heard.startsWith('go: downloading') ? `Downloading modules for ${name}` : `Building ${name}`);
    heard = '';
  }, progressEvery);
  try {
    const args = ['build', '-buildvcs=false', '-ldflags', linkerFlags, '-o', join(scratch, name), packages[name]];
    const { code, stderr } = await run('go', args, { cwd: clusterModule, signal, onStderr });
    if (code !== 0) throw new LabError(`go build of ${name} failed: ${lastLines(stderr)}`);
    await rename(join(scratch, name), target);
  } finally {
    clearInterval(ticker);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Removes what other versions left behind: half a gigabyte each. */
async function dropOld(root: string, current: readonly string[]): Promise<void> {
  for (const name of await readdir(root)) {
    if (current.includes(name)) continue;
    const { mtimeMs } = await stat(join(root, name));
    if (Date.now() - mtimeMs > keepOld) await rm(join(root, name), { recursive: true, force: true });
  }
}

interface CacheKeys {
  /** For what only other projects' modules go into: versions of modules and Go, linker flags. */
  readonly modules: string;
  /** For what is compiled from the Go sources here: the same and those. */
  readonly own: string;
}

async function cacheKeys(): Promise<CacheKeys> {
  const files = await readdir(clusterModule, { recursive: true });
  const start = createHash('sha256')
    .update(await goVersion())
    .update(linkerFlags);
  const modules = await addFiles(start, ['go.mod', 'go.sum']);
  const own = await addFiles(modules.copy(), files.filter((file) => file.endsWith('.go')).sort());
  const short = (hash: Hash): string => hash.digest('hex').slice(0, 16);
  return { modules: short(modules), own: short(own) };
}

async function addFiles(hash: Hash, files: readonly string[]): Promise<Hash> {
  for (const file of files) hash.update(file).update(await readFile(join(clusterModule, file)));
  return hash;
}

function isOwn(name: BinaryName): boolean {
  return packages[name].startsWith('plumbline.dev/');
}

async function goVersion(): Promise<string> {
  const wanted = `install Go ${minimalGo.join('.')} or newer (https://go.dev/dl) and try again.`;
  const found = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: clusterModule }).catch(() => undefined);
  if (found === undefined) throw new LabError(`Go is missing: ${wanted}`);
  // Go itself refuses a module that asks for a newer one, unless it may fetch that.
  if (found.code !== 0) throw new LabError(`Go cannot build test/cluster (${lastLines(found.stderr)}): ${wanted}`);
  const [, major = '0', minor = '0'] = /go(\d+)\.(\d+)/.exec(found.stdout) ?? [];
  const isOld = Number(major) < minimalGo[0] || (Number(major) === minimalGo[0] && Number(minor) < minimalGo[1]);
  if (isOld) throw new LabError(`Go ${major}.${minor} is too old: ${wanted}`);
  return found.stdout;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-5).join('\n');
}

function elapsed(since: number): string {
  const seconds = Math.round((Date.now() - since) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
