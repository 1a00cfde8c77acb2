import * as vscode from 'vscode';
import type { AppId } from '../../core/model/app.ts';
import { isRecord, isText } from '../../protocol/guard.ts';
import { Lifetime } from '../lifetime.ts';
import type { AppPanel } from './appPanel.ts';
import type { PanelDeps } from './panelDeps.ts';

export type { PanelDeps, PanelRepository } from './panelDeps.ts';

/** The view type of Change & Sync panels; `onWebviewPanel:` activation names it. */
const panelViewType = 'plumbline.changeAndSync';

/** Opens Change & Sync panels, one for each app, and brings them back after a restart of the window. */
export class PanelController {
  readonly #deps: PanelDeps;
  readonly #lifetime = new Lifetime();
  readonly #panels = new Map<AppId, AppPanel>();

  constructor(deps: PanelDeps) {
    this.#deps = deps;
    this.#lifetime.own(
      vscode.window.registerWebviewPanelSerializer(panelViewType, {
        deserializeWebviewPanel: (panel: vscode.WebviewPanel, state: unknown) => this.#restore(panel, state),
      }),
    );
  }

  /** Shows the panel of an app; the one that is open already, if there is one. */
  async open(app: AppId): Promise<void> {
    const repository = await this.#deps.repository();
    const { AppPanel } = await loadPanel();
    const open = this.#panels.get(app);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const name = repository?.overview.state.apps.find((state) => state.app.id === app)?.app.name;
    if (repository === undefined || name === undefined) {
      void vscode.window.showWarningMessage(this.#deps.t('This app is not declared in the open repository any more.'));
      return;
    }
    const title = this.#deps.t('{0}: Change & Sync', name);
    const panel = vscode.window.createWebviewPanel(panelViewType, title, vscode.ViewColumn.Active);
    this.#adopt(new AppPanel(panel, app, this.#deps, repository));
  }

  dispose(): void {
    for (const panel of [...this.#panels.values()]) panel.dispose();
    this.#panels.clear();
    this.#lifetime.dispose();
  }

  /** The page kept the app's id; without it, or without the app, there is nothing to show. */
  async #restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const repository = await this.#deps.repository();
    const { AppPanel } = await loadPanel();
    const id = isRecord(state) && isText(state.app) ? state.app : undefined;
    const found = repository?.overview.state.apps.find(({ app }) => app.id === id)?.app.id;
    if (repository === undefined || found === undefined || this.#panels.has(found)) panel.dispose();
    else this.#adopt(new AppPanel(panel, found, this.#deps, repository));
  }

  #adopt(opened: AppPanel): void {
    const { app } = opened;
    this.#panels.set(app, opened);
    opened.onDidClose(() => {
      if (this.#panels.get(app) === opened) this.#panels.delete(app);
      opened.dispose();
    });
  }
}

/** The panel and what it does are loaded when the first one is opened. */
function loadPanel(): Promise<{ readonly AppPanel: typeof AppPanel }> {
  return import('../actBundle.ts');
}
