import * as vscode from 'vscode';
import { describeKey } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import { wordsOfPath } from '../../core/model/words.ts';
import type { PlacedDifference } from '../../core/overview/state.ts';
import type { AppId } from '../../core/model/app.ts';
import { decisionRows } from '../../core/overview/decisionRows.ts';
import type { ScalarEdit } from '../../core/provenance/editFor.ts';
import { untilCancelled } from '../untilCancelled.ts';
import { alsoChanges } from '../views/decisionWords.ts';
import type { OpenRepository } from '../workspace/repositorySession.ts';
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
  const { app, difference } = found;
  const answer = repository.acceptanceOf(difference);
  if (answer.kind === 'refused') throw new UserError('usage', answer.why);
  const what = `${describeKey(difference.object)}, ${wordsOfPath(difference.field?.path ?? '')}`;
  const others = await othersDecidedBy(repository, answer, { ...difference, app: app.app.id });
  if (others === 'cancelled') return;
  const title = vscode.l10n.t('Accept the live value of {0} into Git?', what);
  await writeIntoEditor(repository, answer, title, others.remark);
}

/** What else the scalar decides, in this and other environments, in words: it changes too. */
async function othersDecidedBy(
  { overview }: OpenRepository,
  { place }: ScalarEdit,
  { app, object, field }: Pick<PlacedDifference, 'object' | 'field'> & { readonly app: AppId },
): Promise<{ readonly remark: string | undefined } | 'cancelled'> {
  const title = vscode.l10n.t('Looking for what else the line decides…');
  const looked = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_, token) =>
      untilCancelled(async (signal) => ({ found: await overview.decidedBy(place.file, place.start, signal) }), token),
  );
  if (looked === undefined) return 'cancelled';
  const decisions = looked.found;
  const rows = decisionRows(decisions?.apps ?? [], overview.state).filter(
    (row) => row.app !== app || row.object !== object || row.path !== field?.path,
  );
  return { remark: alsoChanges(rows, decisions?.beyond ?? 0, vscode.l10n.t) };
}
