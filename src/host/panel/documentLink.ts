import * as vscode from 'vscode';
import type { RepoPath } from '../../core/model/place.ts';
import { messageOf } from '../../core/model/userError.ts';
import type { HostMessage, PageMessage } from '../../protocol/panel.ts';
import { sameChanges } from '../../protocol/textChange.ts';
import type { TextChange } from '../../protocol/textChange.ts';
import { Lifetime } from '../lifetime.ts';
import { fileUri, repoPath } from '../repoUris.ts';

type Edit = Extract<PageMessage, { readonly type: 'edit' }>;

/**
 * Binds the page's editor to one real text document: the page's edits become workspace edits, so that undo, save and
 * other editors stay in step, and everybody else's changes go to the page.
 */
export class DocumentLink {
  readonly #root: string;
  readonly #post: (message: HostMessage) => void;
  readonly #lifetime = new Lifetime();
  #bound: vscode.TextDocument | undefined;
  #file: RepoPath | undefined;
  /** The page's edit that is being put into the document; its own change event is an echo. */
  #applying: readonly TextChange[] | undefined;
  /** Edits are applied one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(root: string, post: (message: HostMessage) => void) {
    this.#root = root;
    this.#post = post;
    this.#lifetime.own(
      vscode.workspace.onDidChangeTextDocument((event) => {
        this.#tellChange(event);
      }),
    );
  }

  /** Shows a file in the page's editor from now on. */
  async bind(file: RepoPath): Promise<void> {
    this.#file = file;
    this.#bound = undefined;
    try {
      const document = await vscode.workspace.openTextDocument(fileUri(this.#root, file));
      // Another file may have been asked for meanwhile.
      if (this.#file !== file) return;
      this.#bound = document;
      this.#tellText(document);
    } catch (error) {
      this.#post({ type: 'unbound', file, reason: messageOf(error) });
    }
  }

  /** Puts an edit of the page into the document, if the page knew its present text; else the page gets that text. */
  edit(edit: Edit): Promise<void> {
    this.#queue = this.#queue.then(() => this.#apply(edit));
    return this.#queue;
  }

  async save(file: RepoPath): Promise<void> {
    await this.#queue;
    const document = this.#openDocument(file);
    if (document?.isDirty === true) await document.save();
  }

  /** Saves those of the files that have unsaved changes; names the first one that could not be. */
  async saveAll(
    files: readonly RepoPath[],
  ): Promise<{ readonly saved: number; readonly failed?: RepoPath | undefined }> {
    await this.#queue;
    let saved = 0;
    for (const file of files) {
      const document = this.#openDocument(file);
      if (document?.isDirty !== true) continue;
      if (!(await document.save())) return { saved, failed: file };
      saved++;
    }
    return { saved };
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #openDocument(file: RepoPath): vscode.TextDocument | undefined {
    const uri = fileUri(this.#root, file).toString();
    return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  }

  async #apply(edit: Edit): Promise<void> {
    const document = this.#bound;
    if (document === undefined || edit.file !== this.#file) return;
    // A closed document is read again before it is written to; VS Code may drop documents that no editor shows.
    if (document.isClosed || document.version !== edit.version) {
      await this.bind(edit.file);
      return;
    }
    const work = new vscode.WorkspaceEdit();
    for (const change of edit.changes) work.replace(document.uri, rangeOf(change), change.text);
    this.#applying = edit.changes;
    try {
      await vscode.workspace.applyEdit(work);
    } finally {
      // Without an echo (refused, or nothing to change) the page would wait for its acknowledgement for ever.
      if (this.#takeApplying() !== undefined) this.#tellText(document);
    }
  }

  #tellChange({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (this.#bound === undefined || this.#file === undefined || contentChanges.length === 0) return;
    if (repoPath(this.#root, document.uri) !== this.#file) return;
    const changes = contentChanges.map(changeOf);
    const { version } = document;
    const own = this.#takeApplying();
    if (own === undefined) {
      this.#post({ type: 'changed', file: this.#file, from: version - 1, version, changes });
    } else if (sameChanges(own, changes)) {
      this.#post({ type: 'edited', file: this.#file, version });
    } else {
      this.#tellText(document);
    }
  }

  #takeApplying(): readonly TextChange[] | undefined {
    const own = this.#applying;
    this.#applying = undefined;
    return own;
  }

  #tellText(document: vscode.TextDocument): void {
    if (this.#file === undefined) return;
    this.#post({ type: 'text', file: this.#file, version: document.version, text: document.getText() });
  }
}

function rangeOf({ startLine, startCharacter, endLine, endCharacter }: TextChange): vscode.Range {
  return new vscode.Range(startLine, startCharacter, endLine, endCharacter);
}

function changeOf({ range, text }: vscode.TextDocumentContentChangeEvent): TextChange {
  return {
    startLine: range.start.line,
    startCharacter: range.start.character,
    endLine: range.end.line,
    endCharacter: range.end.character,
    text,
  };
}
