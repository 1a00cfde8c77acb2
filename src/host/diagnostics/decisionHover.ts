import * as vscode from 'vscode';
import { messageOf } from '../../core/model/userError.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { editorRange, repoPath } from '../repoUris.ts';
import { untilCancelled } from '../untilCancelled.ts';
import { decisionMarkdown } from '../views/decisionWords.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';

/** The hover over a scalar of a file that apps read: which rendered fields it decides, where, and what the clusters run. */
export class DecisionHover implements vscode.HoverProvider {
  readonly #session: RepositorySession;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #registration: vscode.Disposable;

  constructor(session: RepositorySession, clock: Clock, log: Log) {
    this.#session = session;
    this.#clock = clock;
    this.#log = log;
    this.#registration = vscode.languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    try {
      return await untilCancelled((signal) => this.#hover(document, position, signal), token);
    } catch (error) {
      this.#log.warn(`No hover for ${document.uri.path}: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #hover(
    document: vscode.TextDocument,
    position: vscode.Position,
    signal: AbortSignal,
  ): Promise<vscode.Hover | undefined> {
    const { current } = this.#session;
    const file = current && repoPath(current.reader.root, document.uri);
    // Before the first reading there is nothing to say, and a hover is no reason to read.
    if (current === undefined || file === undefined || current.overview.state.phase !== 'ready') return undefined;
    const decisions = await current.overview.decidedBy(file, document.offsetAt(position), signal);
    if (decisions === undefined || signal.aborted) return undefined;
    const range = editorRange(decisions.place.range);
    // The picture may be older than the editor by a moment.
    if (document.getText(range) !== decisions.place.text) return undefined;
    const context = { now: this.#clock.now(), t: vscode.l10n.t };
    const words = decisionMarkdown(decisions, current.overview.state, context);
    return words === undefined ? undefined : new vscode.Hover(new vscode.MarkdownString(words), range);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
