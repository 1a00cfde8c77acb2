import * as vscode from 'vscode';
import { asJson } from '../../core/model/json.ts';
import { asKubeObject, describeKey } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import { wordsOfPath, wordsOfValue } from '../../core/model/words.ts';
import { exemptionFor } from '../../core/policy/policyException.ts';
import { documentOf, findVerdict, refOf } from '../../core/policy/policyVerdict.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import { documentTarget } from '../documents/documentTarget.ts';
import { documentUri } from '../documents/objectDocuments.ts';
import { isVerdict } from '../documents/objectUri.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { openRepository, targetOf } from './pickApp.ts';
import { showFile } from './sourceCommands.ts';
import { writeIntoEditor } from './writeIntoEditor.ts';

/** Opens the policy behind a verdict: its file at the deciding part, else the document as its cluster or app has it. */
export async function openPolicy(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const verdict = await verdictOf(deps, repository, argument);
  if (verdict === undefined) return;
  const document = documentOf(verdict);
  if (document !== undefined) {
    const { uri, range } = documentTarget(repository.reader.root, document);
    return showFile(uri, range);
  }
  if (verdict.rule === undefined) {
    const page = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';
    await vscode.env.openExternal(vscode.Uri.parse(page, true));
  }
}

/** Shows why a policy says what it says: what it matches by, what decided, which values it read. */
export async function explainPolicy(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const verdict = await verdictOf(deps, repository, argument);
  if (verdict === undefined) return;
  const uri = documentUri({ kind: 'verdict', app: verdict.app, verdict: refOf(verdict) });
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}

/** Writes the one value that the rule asks for at the line that is proven to decide the field, after a preview. */
export async function fixPolicy(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const verdict = await verdictOf(deps, repository, argument);
  if (verdict === undefined) return;
  const { app, object, result } = verdict;
  const { wanted } = result;
  const value = wanted && asJson(wanted.value);
  if (wanted === undefined || value === undefined) {
    throw new UserError('usage', vscode.l10n.t('{0} does not state one value that it would accept.', result.policy));
  }
  const what = `${describeKey(object)}, ${wordsOfPath(wanted.path)}`;
  const signal = new AbortController().signal;
  const provenance = await repository.overview.explain(app, object, wanted.path, signal);
  const edit = repository.editFor(provenance, value);
  if (edit.kind === 'refused') {
    throw new UserError('usage', vscode.l10n.t('{0} cannot be set: {1}', what, edit.why));
  }
  const title = vscode.l10n.t('Set {0} to {1}, as {2} asks?', what, wordsOfValue(value), result.policy);
  await writeIntoEditor(repository, edit, title);
}

/** Opens a document that would exempt the object, unsaved: it is for a reviewer to decide. */
export async function requestException(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const verdict = await verdictOf(deps, repository, argument);
  const exemption = verdict && exemptionFor(verdict);
  if (verdict === undefined) return;
  if (exemption === undefined) {
    const why = vscode.l10n.t('The engine of {0} knows no exception for a single object.', verdict.result.policy);
    void vscode.window.showInformationMessage(why);
    return;
  }
  const { textOf } = await deps.loadTexts();
  const remarks = [...exemption.remarks, vscode.l10n.t('Save it where your policies are, and have it reviewed.')];
  const shown = asKubeObject(exemption.document);
  const content = `${remarks.map((line) => `# ${line}\n`).join('')}${textOf(shown === undefined ? [] : [shown])}`;
  const document = await vscode.workspace.openTextDocument({ language: 'yaml', content });
  await vscode.window.showTextDocument(document);
}

/** The verdict that a command is about: of a code action, of a row, or chosen from all that ask for a person. */
async function verdictOf(
  deps: CommandDeps,
  { overview }: OpenRepository,
  argument: unknown,
): Promise<PolicyVerdict | undefined> {
  const target = targetOf(deps, argument);
  const ref = isVerdict(argument) ? argument : target?.kind === 'verdict' ? target.verdict : undefined;
  const all = overview.state.apps.flatMap(({ policies = [] }) => policies);
  if (ref !== undefined)
    return findVerdict(
      all.filter(({ app }) => app === ref.app),
      ref,
    );
  const items = all
    .filter(({ result }) => result.result !== 'pass' && result.result !== 'skip')
    .map((verdict) => ({
      label: describeKey(verdict.object),
      description: verdict.result.policy,
      detail: verdict.result.message ?? verdict.result.reason ?? '',
      verdict,
    }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No policy asks for anything.'));
    return undefined;
  }
  const choice = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which violation?') });
  return choice?.verdict;
}
