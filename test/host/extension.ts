import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../src/core/overview/api.ts';

/** What the extension hands to its tests. `overview` is absent until a repository is open. */
export interface Exports {
  readonly overview: OverviewApi | undefined;
}

/** The extension under test. */
export function extension(): vscode.Extension<Exports> {
  const found = vscode.extensions.getExtension<Exports>('plumbline.plumbline');
  assert.ok(found, 'VS Code does not know the extension');
  return found;
}

/** The commands that package.json contributes. */
export function contributedCommands(): readonly string[] {
  const manifest: unknown = extension().packageJSON;
  // The shape of a manifest is VS Code's to check; a wrong one shows as a failing assertion.
  const { contributes } = manifest as { readonly contributes?: { readonly commands?: readonly { command: string }[] } };
  return contributes?.commands?.map(({ command }) => command) ?? [];
}

/** Asks until there is an answer; the test's own timeout ends it. */
export async function until<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask();
    if (answer !== undefined) return answer;
    await delay(50);
  }
}
