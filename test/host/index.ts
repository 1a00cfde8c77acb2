/**
 * What VS Code runs inside its extension host (`extensionTestsPath`): the test files named by the environment.
 * The outcome goes to a file, because an extension host has no terminal.
 */
import { rename, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { runMocha } from '../../scripts/testing/mochaSuite.ts';
import { singleOutcome } from '../../scripts/testing/outcome.ts';

/** Leaves nothing unsaved and nothing open for the next test. */
async function discardEdits(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Runs the tests; called by VS Code. Never rejects: what goes wrong is in the outcome file. */
export async function run(): Promise<void> {
  const { PLUMBLINE_TEST_FILES = '', PLUMBLINE_TEST_GREP, PLUMBLINE_TEST_OUTCOME = '' } = process.env;
  const files = PLUMBLINE_TEST_FILES.split('\n').filter((file) => file !== '');
  const options = {
    files,
    timeout: 30_000,
    grep: PLUMBLINE_TEST_GREP,
    reporter: 'none',
    afterEach: discardEdits,
  } as const;
  const outcome = await runMocha(options).catch((error: unknown) =>
    singleOutcome([error instanceof Error ? (error.stack ?? error.message) : String(error)]),
  );
  // Written aside and renamed: the starter reads it as soon as it is there.
  await writeFile(`${PLUMBLINE_TEST_OUTCOME}.part`, JSON.stringify(outcome));
  await rename(`${PLUMBLINE_TEST_OUTCOME}.part`, PLUMBLINE_TEST_OUTCOME);
}
