import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { promisify } from 'node:util';
import { moduleNames } from '../../src/adapters/engine/loadModule.ts';
import type { ModuleName } from '../../src/adapters/engine/loadModule.ts';
import { trimmedGoMod, trimmedName } from './trimmedModules.ts';
import { limitMemory } from './wasmMemory.ts';
import { cacheDir } from '../lab/cacheDir.ts';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../../engine', import.meta.url));
const products = fileURLToPath(new URL('../../dist/engine', import.meta.url));
interface ModuleSource {
  /** The Go module in `engine/` whose `cmd/<name>` it is. */
  readonly room: string;
  /** What it is, to people. */
  readonly title: string;
  /** Dependencies that are built in without protobuf. */
  readonly trims: readonly string[];
}

const apiTypes = ['k8s.io/api', 'k8s.io/apiserver'] as const;
/** One WebAssembly module for each library. */
const modules: Readonly<Record<ModuleName, ModuleSource>> = {
  kustomize: { room: 'render', title: 'kustomize', trims: [] },
  helm: { room: 'render', title: "Helm's template engine", trims: [] },
  admission: { room: 'admission', title: "Kubernetes' admission policies", trims: apiTypes },
  kyverno: { room: 'kyverno', title: 'Kyverno', trims: [...apiTypes, 'k8s.io/apiextensions-apiserver'] },
  gatekeeper: { room: 'gatekeeper', title: 'Gatekeeper', trims: [] },
  health: { room: 'health', title: "Argo CD's health scripts", trims: [] },
};
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
  // One after the other: each build keeps every core busy.
  for (const name of moduleNames) await ensureModule(name, version, progress);
  return products;
}

async function ensureModule(name: ModuleName, version: string, progress: (message: string) => void): Promise<void> {
  const { room, trims } = modules[name];
  const digest = await digestSources(
    [version, String(mostPages), ...trims.map(trimmedName)],
    await roomsBuiltFrom(room),
  );
  const kept = path.join(cacheDir(), `engine-${room}-${digest}`, `${name}.wasm`);
  const product = path.join(products, `${name}.wasm`);
  if (!(await exists(kept))) {
    progress(
      `Building the engine (${modules[name].title} as WebAssembly; half a minute to a few minutes the first time)`,
    );
    await buildModule(name, kept);
  }
  if (!(await isSameFile(kept, product))) await place(kept, product);
}

async function goVersion(): Promise<string> {
  const wanted = `Install Go ${oldestGo.major}.${oldestGo.minor} or newer from https://go.dev/dl/ and put it on the PATH.`;
  const version = await run('go', ['env', 'GOVERSION'], { cwd: sources }).catch((cause: unknown) => {
    throw new EngineBuildError(`The engine is built with Go, and "go" cannot be run. ${wanted}`, { cause });
  });
  const found = version.stdout.trim();
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(found) ?? [];
  const isNewEnough =
    Number(major) > oldestGo.major || (Number(major) === oldestGo.major && Number(minor) >= oldestGo.minor);
  if (!isNewEnough) throw new EngineBuildError(`${found} is too old for the engine. ${wanted}`);
  return found;
}

/** A room and the rooms beside it that its go.mod takes modules from. */
async function roomsBuiltFrom(room: string): Promise<readonly string[]> {
  const goMod = await readFile(path.join(sources, room, 'go.mod'), 'utf8');
  const beside = goMod.matchAll(/ => \.\.\/(\S+)/g);
  return [...Array.from(beside, ([, folder = '']) => folder), room];
}

/** How a module is built and everything in the rooms that it is built from, for Go can embed any file. */
async function digestSources(how: readonly string[], rooms: readonly string[]): Promise<string> {
  const files = (await Promise.all(rooms.map((room) => listRoom(room)))).flat();
  const built = files.filter((file) => !file.endsWith('_test.go'));
  const hash = createHash('sha256').update(how.join(''));
  for (const file of built.sort()) {
    hash.update(`\0${file}\0`).update(await readFile(path.join(sources, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** The files of a room, relative to `engine`. */
async function listRoom(room: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(sources, room), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(sources, path.join(entry.parentPath, entry.name)));
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
  const { room, trims } = modules[name];
  const cwd = path.join(sources, room);
  try {
    const goMod = await trimmedGoMod(cwd, trims);
    const flags = [`-modfile=${goMod}`, '-trimpath', '-buildmode=c-shared', '-ldflags=-s -w'];
    await run('go', ['build', ...flags, '-o', unfinished, `./cmd/${name}`], { cwd, env, maxBuffer: 64 * 1024 * 1024 });
    await writeFile(unfinished, limitMemory(await readFile(unfinished), mostPages));
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new EngineBuildError(`The engine does not build: ${whyGoFailed(cause)}`, { cause });
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
