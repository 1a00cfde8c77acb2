import { parsePanelMessage } from '../../protocol/panel.ts';
import type { HostMessage, PageMessage } from '../../protocol/panel.ts';

/** What VS Code gives a webview's page; may be acquired once. */
interface VsCodeApi {
  postMessage(message: PageMessage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The page's line to the host. */
export interface Host {
  post(message: PageMessage): void;
  readState(): unknown;
  writeState(state: unknown): void;
}

/** Opens the line; what arrives and is no message of the protocol is left out. */
export function connectHost(onMessage: (message: HostMessage) => void): Host {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = parsePanelMessage(event.data);
    if (message !== undefined) onMessage(message);
  });
  return {
    post: (message) => {
      api.postMessage(message);
    },
    readState: () => api.getState(),
    writeState: (state) => {
      api.setState(state);
    },
  };
}
