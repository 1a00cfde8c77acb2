import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension, until } from '../../test/host/extension.ts';

/** What the host waits after the last keystroke before it looks. */
const pause = 300;
const rounds = 9;

/** Milliseconds from an edit to the overview's next state that shows it. */
async function keystroke(file: vscode.Uri, offset: number, digit: string): Promise<number> {
  const { overview } = extension().exports;
  assert.ok(overview);
  const document = await vscode.workspace.openTextDocument(file);
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + 1));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(file, range, digit);
  const wanted = Number(digit);
  const isShown = (): boolean =>
    overview.state.apps.some(({ differences }) => differences.some(({ field }) => field?.desired === wanted));
  const start = performance.now();
  const shown = new Promise<number>((resolve) => {
    const listening = overview.onDidChange(() => {
      if (!isShown()) return;
      listening.dispose();
      resolve(performance.now());
    });
  });
  await vscode.workspace.applyEdit(edit);
  return (await shown) - start - pause;
}

describe('a keystroke in an overlay', () => {
  it('is measured until its effect is known', async function () {
    this.timeout(120_000);
    await until(() => (extension().isActive ? extension().exports.overview : undefined));
    const { overview } = extension().exports;
    await until(() => (overview?.state.phase === 'ready' ? true : undefined));
    const [file] = await vscode.workspace.findFiles('apps/web/overlays/prod/web-size.yaml');
    assert.ok(file);
    const text = (await vscode.workspace.openTextDocument(file)).getText();
    const offset = text.search(/(?<=replicas: )\d/);
    assert.ok(offset > 0, `replicas are declared in ${file.path}`);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await keystroke(file, offset, String(4 + (round % 5))));
    const median = times.sort((left, right) => left - right)[Math.floor(rounds / 2)];
    await writeFile(process.env.PLUMBLINE_MEASURES ?? '', JSON.stringify({ keystroke: median }));
  });
});
