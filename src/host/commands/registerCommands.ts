import * as vscode from 'vscode';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { CommandDeps, CommandHandler } from './commandDeps.ts';
import { commandTable } from './commandTable.ts';

/** Registers every command of the table; trouble of a command becomes one message with a way to the log. */
export function registerCommands(deps: CommandDeps): vscode.Disposable {
  const handlers: readonly (readonly [string, CommandHandler])[] = Object.entries(commandTable);
  return vscode.Disposable.from(
    ...handlers.map(([id, handler]) =>
      vscode.commands.registerCommand(id, (argument: unknown) => carryOut(id, handler, deps, argument)),
    ),
  );
}

async function carryOut(id: string, handler: CommandHandler, deps: CommandDeps, argument: unknown): Promise<void> {
  try {
    await handler(deps, argument);
  } catch (error) {
    if (isAbort(error)) return;
    const detail =
      error instanceof UserError ? error.message : (error instanceof Error && error.stack) || String(error);
    deps.output.error(`${id}: ${detail}`);
    const show = vscode.l10n.t('Show Output');
    // Not awaited: the command has ended, whether or not anybody reads the message.
    void vscode.window.showErrorMessage(messageOf(error), show).then((choice) => {
      if (choice === show) deps.output.show();
    });
  }
}
