import * as vscode from 'vscode';
import { Lifetime } from '../lifetime.ts';
import { RepoWatcher } from './repoWatcher.ts';
import type { RepositorySession } from './repositorySession.ts';

/** Files whose presence makes a folder worth reading although nobody looks at the view yet. */
const signs = '**/{kustomization.yaml,kustomization.yml,Kustomization}';

/**
 * Decides when the repository is read: after activation, if the folder holds a kustomization; else when the view is
 * shown or a command asks. Watches what was opened, and begins again when the workspace's folders change.
 */
export class RepositoryStarter {
  readonly #session: RepositorySession;
  readonly #life = new Lifetime();
  #watcher: RepoWatcher | undefined;

  constructor(session: RepositorySession) {
    this.#session = session;
    this.#life.own(
      session.onDidOpen((repository) => {
        this.#watcher?.dispose();
        this.#watcher = new RepoWatcher(repository, session);
      }),
    );
    this.#life.own(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#watcher?.dispose();
        this.#watcher = undefined;
        void session.restart();
      }),
    );
    void this.#startIfWorthwhile();
  }

  dispose(): void {
    this.#watcher?.dispose();
    this.#life.dispose();
  }

  async #startIfWorthwhile(): Promise<void> {
    const [found] = await vscode.workspace.findFiles(signs, '**/node_modules/**', 1);
    if (found !== undefined) await this.#session.start();
  }
}
