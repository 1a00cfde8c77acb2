import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { LabError } from '../lab/labError.ts';
import { run } from '../lab/run.ts';

/** Says what a person waits for, one line at a time. */
export type Progress = (line: string) => void;

/** The names that Chromium and its kin go by on PATH, best first. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome'];

/** Where installers put them on systems that leave PATH alone. */
const knownPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The recipe's flags: no sandbox inside containers, no GPU, and nothing that talks to anybody but the page's own server. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium-like browser: `PLUMBLINE_CHROMIUM`, else the first on PATH or in its usual place; `undefined` when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.PLUMBLINE_CHROMIUM;
  if (chosen) return isExecutable(chosen) ? chosen : undefined;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...onPath, ...knownPlaces].find(isExecutable);
}

function canInstallByApt(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

async function installByApt(progress: Progress): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  progress('browser: refreshing the package lists (apt-get update) …');
  await run('apt-get', ['update', '-qq'], { env });
  progress('browser: installing Chromium (apt-get install chromium), about a minute …');
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
}

/** The browser to drive; installs Debian's when that is possible. `LabError` says in one line what to do otherwise. */
async function ensureChromium(progress: Progress): Promise<string> {
  const chosen = process.env.PLUMBLINE_CHROMIUM;
  const found = findChromium();
  if (found !== undefined) return found;
  if (chosen) throw new LabError(`PLUMBLINE_CHROMIUM is ${chosen}, which is no program. Point it at a Chromium.`);
  if (canInstallByApt()) {
    await installByApt(progress);
    const installed = findChromium();
    if (installed !== undefined) return installed;
    throw new LabError(
      'apt-get could not install chromium. Install it by hand or set PLUMBLINE_CHROMIUM to a browser.',
    );
  }
  throw new LabError('No Chromium found. Install Chromium, Chrome or Edge, or set PLUMBLINE_CHROMIUM to its program.');
}

/** Starts the browser; it ends with this process however that ends, because it listens on a pipe of it. */
export async function launchBrowser(progress: Progress): Promise<Browser> {
  const executablePath = await ensureChromium(progress);
  return chromium.launch({ executablePath, args: flags, headless: process.env.PLUMBLINE_HEADED === undefined });
}
