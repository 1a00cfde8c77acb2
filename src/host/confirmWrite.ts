import * as vscode from 'vscode';
import { isReadOnly, unlockWrites } from './settings.ts';

/** A write that is about to happen: what, where, and the word on the button. */
export interface WriteQuestion {
  /** One sentence naming app, cluster and namespace. */
  readonly title: string;
  readonly detail: string;
  readonly action: string;
}

/**
 * Asks before a write to a cluster. The first time in a workspace the same question also unlocks writing, and says so;
 * answering anything else leaves everything as it is.
 */
export async function confirmWrite({ title, detail, action }: WriteQuestion): Promise<boolean> {
  const isLocked = isReadOnly();
  const button = isLocked ? vscode.l10n.t('Unlock Writing and {0}', action) : action;
  const unlocking = vscode.l10n.t(
    'Plumbline has only read so far. This unlocks writing to clusters for this workspace; each write still asks. Lock it again with the setting plumbline.readOnly.',
  );
  const lines = isLocked ? [detail, unlocking] : [detail];
  const choice = await vscode.window.showWarningMessage(title, { modal: true, detail: lines.join('\n\n') }, button);
  if (choice !== button) return false;
  if (isLocked) await unlockWrites();
  return true;
}
