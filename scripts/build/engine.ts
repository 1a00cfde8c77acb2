import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { promisify } from 'node:util';
import { limitMemory } from './wasmMemory.ts';
import { cacheDir } from '../lab/cacheDir.ts';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../../engine', import.meta.url));
const products = fileURLToPath(new URL('../../dist/engine', import.meta.url));
/** One WebAssembly module for each library; the value says what it is, to people. */
const modules = { kustomize: 'kustomize', helm: "Helm's template engine" } as const;
type ModuleName = keyof typeof modules;
/** 1 GiB: a runaway build ends itself instead of taking the editor's memory with it. */
const mostPages = 16_384;
const oldestGo = { major: 1, minor: 26 } as const;

/** Trouble in building that the person at the terminal can mend; the message is one line. */
export class EngineBuildError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineBuildError';
  }
}

/**
 * Makes the modules in `dist/engine` and returns that folder. Built at most once for the same sources and Go version:
 * the results are kept in the cache folder. Throws `EngineBuildError`.
 */
export async function ensureEngine(progress: (message: string) => void): Promise<string> {
  const version = await goVersion();
  const cache = path.join(cacheDir(), `engine-${await digestSources(version)}`);
  // One after the other: each build keeps every core busy.
  for (const name of ['kustomize', 'helm'] as const) await ensureModule(name, cache, progress);
  return products;
}

async function ensureModule(name: ModuleName, cache: string, progress: (message: string) => void): Promise<void> {
  const kept = path.join(cache, `${name}.wasm`);
  const product = path.join(products, `${name}.wasm`);
  if (!(await exists(kept))) {
    progress(`Building the rendering engine (${modules[name]} as WebAssembly; about half a minute the first time)`);
    await buildModule(name, kept);
  }
  if (!(await isSameFile(kept, product))) await place(kept, product);
}

async function goVersion(): Promise<string> {
  const wanted = `Install Go ${oldestGo.major}.${oldestGo.minor} or newer from https://go.dev/dl/ and put it on the PATH.`;
  const version = await run('go', ['env', 'GOVERSION'], { cwd: sources }).catch((cause: unknown) => {
    throw new EngineBuildError(`The rendering engine is built with Go, and "go" cannot be run. ${wanted}`, { cause });
  });
  const found = version.stdout.trim();
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(found) ?? [];
  const isNewEnough =
    Number(major) > oldestGo.major || (Number(major) === oldestGo.major && Number(minor) >= oldestGo.minor);
  if (!isNewEnough) throw new EngineBuildError(`${found} is too old for the rendering engine. ${wanted}`);
  return found;
}

async function digestSources(version: string): Promise<string> {
  const files = await readdir(sources, { recursive: true });
  const built = files.filter((file) => /\.go$|(?:^|[\\/])go\.(?:mod|sum)$/.test(file) && !file.endsWith('_test.go'));
  const hash = createHash('sha256').update(version).update(String(mostPages));
  for (const file of built.sort()) {
    hash.update(`\0${file}\0`).update(await readFile(path.join(sources, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function buildModule(name: ModuleName, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const env = {
    ...process.env,
    GOOS: 'wasip1',
    GOARCH: 'wasm',
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
  };
  try {
    await run(
      'go',
      ['build', '-trimpath', '-buildmode=c-shared', '-ldflags=-s -w', '-o', unfinished, `./cmd/${name}`],
      {
        cwd: sources,
        env,
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    await writeFile(unfinished, limitMemory(await readFile(unfinished), mostPages));
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new EngineBuildError(`The rendering engine does not build: ${whyGoFailed(cause)}`, { cause });
  }
}

/** Go's own first line about it; `stderr` is where execFile leaves it. */
function whyGoFailed(cause: unknown): string {
  const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : String(cause);
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines[0] ?? 'go gave no reason';
}

async function place(kept: string, product: string): Promise<void> {
  await mkdir(path.dirname(product), { recursive: true });
  const unfinished = `${product}.${process.pid}`;
  await copyFile(kept, unfinished);
  await rename(unfinished, product);
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  if (!(await exists(other))) return false;
  const [a, b] = await Promise.all([readFile(one), readFile(other)]);
  return a.equals(b);
}
