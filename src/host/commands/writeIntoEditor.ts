import * as vscode from 'vscode';
import { UserError } from '../../core/model/userError.ts';
import { editorRange, fileUri } from '../repoUris.ts';
import type { OpenRepository, TextEdit } from '../workspace/repositorySession.ts';

/**
 * Writes a text at a proven place after a preview. The edit goes into the editor only: it can be undone, its effect shows
 * at once, and nothing is committed. `remark` is one more paragraph of the preview.
 */
export async function writeIntoEditor(
  { reader }: OpenRepository,
  edit: TextEdit,
  title: string,
  remark?: string,
): Promise<void> {
  const { place, newText } = edit;
  const uri = fileUri(reader.root, place.file);
  const document = await vscode.workspace.openTextDocument(uri);
  const range = editorRange(place.range);
  if (document.getText(range) !== place.text) {
    throw new UserError('write-conflict', vscode.l10n.t('{0} was changed meanwhile. Try again.', place.file));
  }
  if (!(await isConfirmed(title, edit, remark))) return;
  const change = new vscode.WorkspaceEdit();
  change.replace(uri, range, newText);
  await vscode.workspace.applyEdit(change);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
}

async function isConfirmed(title: string, { place, newText }: TextEdit, remark: string | undefined): Promise<boolean> {
  const write = vscode.l10n.t('Write into Editor');
  const detail = [
    vscode.l10n.t('{0}, line {1}: {2} → {3}', place.file, place.range.line, place.text, newText),
    ...(remark === undefined ? [] : [remark]),
    vscode.l10n.t('The file is changed in the editor, where you can undo it. Nothing is committed or synced.'),
  ].join('\n\n');
  return (await vscode.window.showInformationMessage(title, { modal: true, detail }, write)) === write;
}
