import * as vscode from 'vscode';
import { describeKey } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import { wordsOfPath } from '../../core/model/words.ts';
import type { PlacedDifference } from '../../core/overview/state.ts';
import { isSecretValue } from '../views/differenceWords.ts';
import type { OpenRepository, TextEdit } from '../workspace/repositorySession.ts';
import type { CommandDeps } from './commandDeps.ts';
import { differenceOf, openRepository } from './pickApp.ts';
import { writeIntoEditor } from './writeIntoEditor.ts';

/**
 * Writes the live value of a drifted field at the proven line, after a preview. The edit goes into the editor only: it can
 * be undone, its effect shows at once, and nothing is committed.
 */
export async function acceptLive(deps: CommandDeps, argument: unknown): Promise<void> {
  const repository = await openRepository(deps);
  const found = await differenceOf(deps, argument);
  if (found === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Select a drifted field in the Apps view first.'));
    return;
  }
  const { difference } = found;
  const edit = editOf(difference, repository);
  const what = `${describeKey(difference.object)}, ${wordsOfPath(difference.field?.path ?? '')}`;
  await writeIntoEditor(repository, edit, vscode.l10n.t('Accept the live value of {0} into Git?', what));
}

/** `UserError` says why the live value cannot be written. */
function editOf({ field, object, provenance, origin }: PlacedDifference, { editFor }: OpenRepository): TextEdit {
  const what = `${describeKey(object)}, ${wordsOfPath(field?.path ?? '')}`;
  if (origin !== 'drift' || field?.live === undefined || field.change !== 'modify') {
    throw new UserError(
      'usage',
      vscode.l10n.t('Only a field with another value in the cluster can be accepted ({0}).', what),
    );
  }
  if (isSecretValue(object, field)) {
    throw new UserError(
      'usage',
      vscode.l10n.t('Values of Secrets are never read, so they cannot be written ({0}).', what),
    );
  }
  if (provenance?.kind !== 'proven') {
    const why = provenance?.kind === 'unknown' ? provenance.why : vscode.l10n.t('it is still being looked for');
    throw new UserError('usage', vscode.l10n.t('The line that decides {0} is unknown: {1}.', what, why));
  }
  const edit = editFor(provenance, field.live);
  if (edit !== undefined) return edit;
  throw new UserError('usage', vscode.l10n.t('The line that decides {0} cannot bring this value about alone.', what));
}
