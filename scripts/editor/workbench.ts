import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Progress } from './browser.ts';
import { launchBrowser } from './browser.ts';
import type { ServerOptions, VsCodeServer } from './vscodeServer.ts';
import { startVsCodeServer } from './vscodeServer.ts';

/** What a workbench opens: a folder or a workspace file. */
export interface Opened {
  /** Absolute path of the folder. */
  readonly folder?: string;
  /** Absolute path of a `.code-workspace` file. */
  readonly workspaceFile?: string;
  /** Absolute path of the extension under development. */
  readonly extensionPath: string;
  /** Absolute path of a CommonJS file whose `run()` is executed in the extension host. */
  readonly extensionTestsPath?: string;
}

/** What to open, and how. */
export interface WorkbenchOptions extends Omit<ServerOptions, 'dataDir' | 'port'>, Opened {}

/** An open workbench: real VS Code, real extension host, a page to click in. */
export interface OpenWorkbench {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** First lines of the errors that page and extension host wrote, without those of this server's missing native parts. */
  readonly consoleErrors: readonly string[];
  /** Ends browser and server and removes their state; safe to call twice. */
  close(): Promise<void>;
}

/** What this server says of itself: native modules are not built, the gallery is not reachable. */
const noise =
  /Failed to load resource|fetching the script|ServiceWorker|bindings file|build\/Release|unknown error occurred|\.node'|serverless|vscode-unpkg/;

/** The address that opens a folder or workspace with an extension under development in it. */
export function workbenchUrl(
  { port, origin }: VsCodeServer,
  { folder, workspaceFile, extensionPath, extensionTestsPath }: Opened,
): string {
  const remote = (file: string): string => `vscode-remote://127.0.0.1:${port}${file}`;
  const payload = [['extensionDevelopmentPath', remote(extensionPath)]];
  if (extensionTestsPath !== undefined) payload.push(['extensionTestsPath', remote(extensionTestsPath)]);
  const opened =
    workspaceFile === undefined ? `folder=${encodeURI(folder ?? '')}` : `workspace=${encodeURI(workspaceFile)}`;
  return `${origin}/?${opened}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Starts a server and a browser and waits for the workbench to stand. Leaves nothing behind when it fails. */
export async function openWorkbench(options: WorkbenchOptions, progress: Progress): Promise<OpenWorkbench> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'plumbline-vscode-'));
  let server: VsCodeServer | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    server = await startVsCodeServer({ ...options, dataDir }, progress);
    browser = await launchBrowser(progress);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const consoleErrors: string[] = [];
    page.on('console', (message) => {
      const [line = ''] = message.text().split('\n');
      if (message.type() === 'error' && !noise.test(line)) consoleErrors.push(line);
    });
    await page.goto(workbenchUrl(server, options));
    await page.locator('.monaco-workbench .part.sidebar').waitFor({ timeout: 60_000 });
    return { page, server, consoleErrors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
