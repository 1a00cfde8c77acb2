import * as vscode from 'vscode';
import type { OverviewState } from '../../core/overview/state.ts';
import type { Place, RepoPath } from '../../core/model/place.ts';
import { exemptionFor } from '../../core/policy/policyException.ts';
import { codeOf } from '../../core/policy/policyFindings.ts';
import { refOf } from '../../core/policy/policyVerdict.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import { editorRange, repoPath } from '../repoUris.ts';
import type { Translate } from '../text.ts';
import type { RepositorySession } from '../workspace/repositorySession.ts';

/** An entry of the light bulb, as data. */
export interface PlannedAction {
  readonly title: string;
  readonly command: string;
  readonly verdict: PolicyVerdict;
  readonly isFix: boolean;
}

/** What can be done about the policy results that stand on a place. */
function planActions(verdicts: readonly PolicyVerdict[], t: Translate): readonly PlannedAction[] {
  return verdicts.flatMap((verdict) => {
    const { policy } = verdict.result;
    const fix = verdict.result.wanted === undefined ? undefined : t('Set the value that {0} asks for…', policy);
    const exempt = exemptionFor(verdict) === undefined ? undefined : t('Request an exception from {0}…', policy);
    const actions = [
      [fix, 'plumbline.fixPolicy', true],
      [t('Explain what {0} says', policy), 'plumbline.explainPolicy', false],
      [t('Open policy {0}', policy), 'plumbline.openPolicy', false],
      [exempt, 'plumbline.requestException', false],
    ] as const;
    return actions.flatMap(([title, command, isFix]) =>
      title === undefined ? [] : [{ title, command, verdict, isFix }],
    );
  });
}

/** The policy results that a file shows at some places. */
function verdictsIn(
  { apps }: OverviewState,
  file: RepoPath,
  isMeant: (place: Place) => boolean,
): readonly PolicyVerdict[] {
  const shown = apps.flatMap(({ policies = [] }) => policies).filter(({ result }) => codeOf(result) !== undefined);
  return shown.filter(
    ({ provenance }) => provenance?.kind === 'proven' && provenance.place.file === file && isMeant(provenance.place),
  );
}

/** The light bulb on policy results in the editor. */
export class PolicyActions implements vscode.CodeActionProvider {
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
    if (file === undefined || state === undefined) return [];
    const verdicts = verdictsIn(state, file, (place) => editorRange(place.range).intersection(range) !== undefined);
    return planActions(verdicts, vscode.l10n.t).map(({ title, command, verdict, isFix }) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { command, title, arguments: [refOf(verdict)] };
      action.isPreferred = isFix;
      action.diagnostics = diagnostics.filter(({ source }) => source === 'Plumbline');
      return action;
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
