import * as vscode from 'vscode';
import type { RepoPath } from '../../core/model/place.ts';
import { Coalescer } from '../coalescer.ts';
import { Lifetime } from '../lifetime.ts';
import { repoPath } from '../repoUris.ts';
import { onGitChange } from './gitExtension.ts';
import type { OpenRepository, RepositorySession } from './repositorySession.ts';

/** Quiet times in milliseconds: after the last keystroke, and between two readings of Git. */
const typingPause = 300;
const readEvery = 500;

/** Files of Git's own folder whose change means another commit, branch, index or operation. */
const gitFiles =
  '{HEAD,index,packed-refs,MERGE_HEAD,CHERRY_PICK_HEAD,REVERT_HEAD,ORIG_HEAD,FETCH_HEAD,refs/**,rebase-*/**}';

const skippedFolders = /(?:^|\/)(?:\.git|node_modules)(?:\/|$)/;

/**
 * Keeps an open repository's picture in step with the editor: unsaved texts after a pause in typing, files and Git's own
 * state when they change. File watchers can be missing (remote folders, containers), so saving, coming back to the
 * window and the Git extension's word count too.
 */
export class RepoWatcher {
  readonly #life = new Lifetime();
  readonly #repository: OpenRepository;
  #sent: ReadonlyMap<RepoPath, string> = new Map();

  constructor(repository: OpenRepository, session: RepositorySession) {
    this.#repository = repository;
    this.#watchEditors();
    this.#watchFiles(session);
  }

  dispose(): void {
    this.#life.dispose();
  }

  #watchEditors(): void {
    const typed = this.#life.own(
      Coalescer.trailing(typingPause, () => {
        this.#sendBuffers();
      }),
    );
    const ask = ({ uri }: vscode.TextDocument): void => {
      if (this.#pathOf(uri) !== undefined) typed.request();
    };
    this.#life.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        ask(document);
      }),
    );
    this.#life.own(vscode.workspace.onDidCloseTextDocument(ask));
    typed.request();
  }

  #watchFiles(session: RepositorySession): void {
    const changed = this.#life.own(
      Coalescer.leading(readEvery, () => {
        this.#sendBuffers();
        void session.refresh();
      }),
    );
    const request = (): void => {
      changed.request();
    };
    const root = vscode.Uri.file(this.#repository.reader.root);
    this.#watch(new vscode.RelativePattern(root, '**/*'), (uri) => {
      if (!skippedFolders.test(repoPath(root.fsPath, uri) ?? '.git')) request();
    });
    for (const folder of this.#repository.gitFolders) {
      this.#watch(new vscode.RelativePattern(vscode.Uri.file(folder), gitFiles), request);
    }
    this.#life.own(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        if (this.#pathOf(uri) !== undefined) request();
      }),
    );
    this.#life.own(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) request();
      }),
    );
    this.#life.own(onGitChange(root, request));
  }

  #watch(pattern: vscode.RelativePattern, listener: (uri: vscode.Uri) => void): void {
    const watcher = this.#life.own(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      this.#life.own(event(listener));
  }

  #sendBuffers(): void {
    const buffers = new Map<RepoPath, string>();
    for (const document of vscode.workspace.textDocuments) {
      const path = document.isDirty ? this.#pathOf(document.uri) : undefined;
      if (path !== undefined) buffers.set(path, document.getText());
    }
    if (isSame(buffers, this.#sent)) return;
    this.#sent = buffers;
    this.#repository.overview.setBuffers(buffers);
  }

  #pathOf(uri: vscode.Uri): RepoPath | undefined {
    const path = repoPath(this.#repository.reader.root, uri);
    return path === undefined || skippedFolders.test(path) ? undefined : path;
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, text]) => b.get(path) === text);
}
