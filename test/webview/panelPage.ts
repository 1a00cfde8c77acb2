import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { panelHtml } from '../../src/host/panel/panelHtml.ts';
import { parsePageMessage } from '../../src/protocol/panel.ts';
import type { HostMessage, PageMessage } from '../../src/protocol/panel.ts';
import { themes } from './themes.ts';
import type { Theme } from './themes.ts';

const folder = path.resolve(import.meta.dirname, '../../dist/webview');

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

/** The page's files as built; `undefined` when they are not there. */
export async function builtPage(): Promise<string | undefined> {
  return readFile(path.join(folder, 'panel.js'), 'utf8').catch(() => undefined);
}

/** Serves the panel as VS Code would: its HTML with the same policy, its files beside it. */
export async function servePanel(): Promise<{ readonly url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    void (async () => {
      const name = path.basename(request.url ?? '/');
      const origin = `http://${request.headers.host ?? ''}`;
      if (name === '' || name === '/') {
        const assets = {
          cspSource: origin,
          script: `${origin}/panel.js`,
          style: `${origin}/panel.css`,
          editorWorker: `${origin}/editor.worker.js`,
          yamlWorker: `${origin}/yaml.worker.js`,
        };
        response.setHeader('content-type', 'text/html').end(panelHtml(assets, 'testnonce', 'en'));
        return;
      }
      if (name === 'favicon.ico') {
        // Browsers ask for one of their own accord; a webview has none.
        response.writeHead(204).end();
        return;
      }
      const file = await readFile(path.join(folder, name)).catch(() => undefined);
      response.statusCode = file === undefined ? 404 : 200;
      response.setHeader('content-type', types[path.extname(name)] ?? 'application/octet-stream').end(file);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The panel in a real browser, with the test as its host. */
export interface PanelDriver {
  readonly page: Page;
  /** What the page sent so far, every message valid. */
  readonly posted: readonly PageMessage[];
  /** Complaints of the page: errors and refused loads. */
  readonly complaints: readonly string[];
  send(message: HostMessage): Promise<void>;
  /** The next message of a type that was not handed out before. */
  next<T extends PageMessage['type']>(type: T): Promise<Extract<PageMessage, { readonly type: T }>>;
  keptState(): Promise<unknown>;
  useTheme(name: keyof typeof themes): Promise<void>;
}

/** Opens the page in a fresh tab; `state` is what `getState` gives. */
export async function openPanel(
  browser: Browser,
  url: string,
  options: { readonly width?: number; readonly height?: number; readonly state?: unknown } = {},
): Promise<PanelDriver> {
  const page = await browser.newPage({ viewport: { width: options.width ?? 1280, height: options.height ?? 900 } });
  const posted: PageMessage[] = [];
  const complaints: string[] = [];
  const handedOut = new Set<PageMessage>();
  let wake = (): void => undefined;
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (entry) => {
    if (entry.type() === 'error' || /content security policy/i.test(entry.text())) complaints.push(entry.text());
  });
  await page.exposeFunction('postToTest', (value: unknown) => {
    const message = parsePageMessage(value);
    if (message === undefined) complaints.push(`not a message: ${JSON.stringify(value)}`);
    else posted.push(message);
    wake();
  });
  await page.addInitScript(fakeApi(options.state));
  await page.goto(url);
  const driver: PanelDriver = {
    page,
    posted,
    complaints,
    send: (message) => page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`),
    next: async (type) => {
      for (;;) {
        const found = posted.find((message) => message.type === type && !handedOut.has(message));
        if (found !== undefined && isOfType(found, type)) {
          handedOut.add(found);
          return found;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    keptState: () => page.evaluate('window.keptState'),
    useTheme: (name) => page.evaluate(dressing(themes[name])),
  };
  await driver.useTheme('dark');
  return driver;
}

function isOfType<T extends PageMessage['type']>(
  message: PageMessage,
  type: T,
): message is Extract<PageMessage, { readonly type: T }> {
  return message.type === type;
}

/** The script that stands in for VS Code's side of the webview; runs before the page's own. */
function fakeApi(state: unknown): string {
  return `
    globalThis.keptState = ${state === undefined ? 'undefined' : JSON.stringify(state)};
    globalThis.acquireVsCodeApi = () => ({
      postMessage: (message) => { void globalThis.postToTest(message); },
      getState: () => globalThis.keptState,
      setState: (next) => { globalThis.keptState = next; },
    });`;
}

/** The script that dresses the page as VS Code does. */
function dressing({ bodyClass, variables }: Theme): string {
  return `{
    const root = document.documentElement;
    root.removeAttribute('style');
    for (const [name, value] of Object.entries(${JSON.stringify(variables)})) root.style.setProperty('--vscode-' + name, value);
    const kept = [...document.body.classList].filter((name) => !name.startsWith('vscode-'));
    document.body.className = [...kept, ${JSON.stringify(bodyClass)}].join(' ');
  }`;
}
