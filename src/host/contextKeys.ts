import * as vscode from 'vscode';
import { isReadOnly } from './settings.ts';
import type { RepositorySession } from './workspace/repositorySession.ts';

/** Keeps the keys that `when` clauses of package.json ask for; only changed ones are sent. */
export class ContextKeys {
  readonly #sent = new Map<string, string | boolean>();
  readonly #session: RepositorySession;
  readonly #listening: vscode.Disposable;

  constructor(session: RepositorySession) {
    this.#session = session;
    this.#listening = session.onDidChange(() => {
      this.#update();
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #update(): void {
    const { stage, overview } = this.#session.window;
    const clusters = overview?.clusters ?? [];
    const isReconciled = overview?.apps.some(
      ({ app, context }) => context !== undefined && app.namespace !== undefined,
    );
    this.#send('plumbline.state', stage);
    this.#send('plumbline.hasApps', (overview?.apps.length ?? 0) > 0);
    this.#send('plumbline.hasCluster', clusters.length > 0);
    this.#send('plumbline.canSync', isReconciled === true);
    this.#send('plumbline.isReadOnly', isReadOnly());
  }

  #send(key: string, value: string | boolean): void {
    if (this.#sent.get(key) === value) return;
    this.#sent.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
