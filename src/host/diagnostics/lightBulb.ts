import * as vscode from 'vscode';
import type { Place } from '../../core/model/place.ts';
import { editorRange, repoPath } from '../repoUris.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';
import { planDriftActions } from './plannedDriftAction.ts';
import { planPolicyActions } from './plannedPolicyAction.ts';

/** The light bulb on policy results and drift in the editor. */
export class LightBulb implements vscode.CodeActionProvider {
  readonly #session: RepositorySession;
  readonly #registration: vscode.Disposable;

  constructor(session: RepositorySession) {
    this.#session = session;
    const options = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.#registration = vscode.languages.registerCodeActionsProvider({ scheme: 'file' }, this, options);
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const { current, state } = this.#session;
    const file = current && repoPath(current.reader.root, document.uri);
    if (current === undefined || file === undefined || state === undefined) return [];
    const isMeant = (place: Place): boolean => editorRange(place.range).intersection(range) !== undefined;
    const planned = [
      ...planPolicyActions(state, { file, isMeant }, vscode.l10n.t),
      ...planDriftActions(state, { file, isMeant }, current.acceptanceOf, vscode.l10n.t),
    ];
    return planned.map(({ title, command, about, isFix = false }) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { command, title, arguments: [about] };
      action.isPreferred = isFix;
      action.diagnostics = diagnostics.filter(({ source }) => source === 'Plumbline');
      return action;
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
