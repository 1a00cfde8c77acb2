import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from '../lab/cacheDir.ts';
import { eventually } from '../lab/eventually.ts';
import { freePorts } from '../lab/freePorts.ts';
import { LabError } from '../lab/labError.ts';
import { run } from '../lab/run.ts';
import type { Progress } from './browser.ts';

/** The npm package that carries the complete VS Code server and web workbench; this one is VS Code 1.139.1. */
const serverPackage = 'code-server@4.139.1';

/** A folder-opening VS Code server on 127.0.0.1. */
export interface VsCodeServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly logFile: string;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server with all its extension hosts. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface ServerOptions {
  /** Port of 127.0.0.1; a free one when absent. */
  readonly port?: number | undefined;
  /** Folder for the server's state, settings and log; made when missing. */
  readonly dataDir: string;
  /** Settings for every window; application-wide ones have no effect there. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension hosts, on top of this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether opened folders are trusted without asking. */
  readonly isTrusted: boolean;
}

/** A workbench without welcome pages, suggestions, updates and background fetches. */
const calmSettings: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'editor.accessibilitySupport': 'off',
  'remote.autoForwardPorts': false,
  // As on the desktop; a browser's VS Code saves by itself otherwise.
  'files.autoSave': 'off',
};

async function npm(args: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const { code, stderr } = await run('npm', [...args, ...flags], { cwd, signal });
  if (code === 0) return;
  const reason = stderr.split('\n').find((line) => line.startsWith('npm error')) ?? 'npm said nothing';
  throw new LabError(
    `npm could not install ${serverPackage} (${reason}). Check the network and npm's registry setting, then start again.`,
  );
}

/** The folder of the VS Code server, installed into the cache on first use (600 MB, half a minute). */
export async function ensureVsCodeServer(progress: Progress, signal?: AbortSignal): Promise<string> {
  const home = path.join(cacheDir(), 'tools', serverPackage);
  const server = path.join('node_modules', 'code-server', 'lib', 'vscode');
  if (existsSync(home)) return path.join(home, server);
  await mkdir(path.dirname(home), { recursive: true });
  const scratch = await mkdtemp(`${home}.`);
  try {
    progress(`editor: installing VS Code (npm package ${serverPackage}, 600 MB), about half a minute …`);
    await writeFile(path.join(scratch, 'package.json'), '{"private":true}\n');
    await npm(['install', serverPackage], scratch, signal);
    progress('editor: installing the packages of VS Code …');
    await npm(['install', '--omit=dev'], path.join(scratch, server), signal);
    // Whoever comes second finds the place taken and uses what is there.
    await rename(scratch, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return path.join(home, server);
}

async function writeSettings(dataDir: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = path.join(dataDir, 'data', 'Machine');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ ...calmSettings, ...settings }, undefined, 2));
}

async function answers(origin: string): Promise<true | undefined> {
  return fetch(`${origin}/version`).then(
    (reply) => (reply.ok ? true : undefined),
    () => undefined,
  );
}

function argumentsOf(server: string, port: number, options: ServerOptions): readonly string[] {
  return [
    '--import',
    path.join(import.meta.dirname, 'lifeline.mjs'),
    path.join(server, 'out', 'server-main.js'),
    '--host=127.0.0.1',
    `--port=${port}`,
    '--without-connection-token',
    // The page's `payload` (extension under development, its tests) is honoured only with this switch.
    '--enable-smoke-test-driver',
    '--accept-server-license-terms',
    `--server-data-dir=${options.dataDir}`,
    `--extensions-dir=${path.join(options.dataDir, 'extensions')}`,
    '--telemetry-level=off',
    ...(options.isTrusted ? ['--disable-workspace-trust'] : []),
  ];
}

/** Starts the server and waits until it answers. `LabError` when it ends before. */
export async function startVsCodeServer(options: ServerOptions, progress: Progress): Promise<VsCodeServer> {
  const server = await ensureVsCodeServer(progress);
  const [port] = options.port === undefined ? await freePorts(1) : [options.port];
  if (port === undefined) throw new Error('no free port');
  await writeSettings(options.dataDir, options.settings ?? {});
  const logFile = path.join(options.dataDir, 'server.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [...argumentsOf(server, port, options)], {
    stdio: ['pipe', log, log],
    env: { ...process.env, NODE_OPTIONS: undefined, ...options.env },
    // A group of its own, which the lifeline ends with all extension hosts.
    detached: true,
  });
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.stdin?.end();
    await ended;
  };
  const origin = `http://127.0.0.1:${port}`;
  const failed = ended.then(async () => {
    const [line] = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-1);
    throw new LabError(`VS Code's server ended before it was ready: ${line ?? ''} (log: ${logFile})`);
  });
  await Promise.race([eventually('VS Code to answer', () => answers(origin)), failed]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  // From here on its end is no failure of starting.
  failed.catch(() => undefined);
  return { port, origin, logFile, ended, stop };
}
