import * as vscode from 'vscode';
import { summarize } from './views/appsSummary.ts';
import { appsViewId } from './views/appsTree.ts';
import type { RepositorySession } from './workspace/repositorySession.ts';

/** The one status bar item: what drifted where; a click shows the Apps view or connects a cluster. */
export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  readonly #listening: vscode.Disposable;

  constructor(session: RepositorySession) {
    this.#item = vscode.window.createStatusBarItem('plumbline.status', vscode.StatusBarAlignment.Left, 40);
    this.#item.name = vscode.l10n.t('Plumbline: GitOps state');
    this.#listening = session.onDidChange(() => {
      this.#draw(session);
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  #draw(session: RepositorySession): void {
    const { status } = summarize(session.window, vscode.l10n.t);
    if (!status.isVisible) {
      this.#item.hide();
      return;
    }
    this.#item.text = status.text;
    this.#item.tooltip = status.tooltip;
    this.#item.command = status.action === 'connect' ? 'plumbline.connectCluster' : `${appsViewId}.focus`;
    this.#item.accessibilityInformation = {
      label: `${status.text.replaceAll(/\$\([^)]*\)\s*/g, '')}. ${status.tooltip}`,
    };
    this.#item.show();
  }
}
