import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension, until } from '../../test/host/extension.ts';

/** What the host waits after the last keystroke before it looks. */
const pause = 300;
const rounds = 9;

interface Cost {
  readonly wall: number;
  readonly processor: number;
}

/** Milliseconds from an edit to the overview's next state that shows it. */
async function keystroke(file: vscode.Uri, offset: number, wanted: number): Promise<Cost> {
  const { overview } = extension().exports;
  assert.ok(overview);
  const document = await vscode.workspace.openTextDocument(file);
  const range = document.getWordRangeAtPosition(document.positionAt(offset), /\d+/);
  assert.ok(range);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(file, range, String(wanted));
  const isShown = (): boolean =>
    overview.state.apps.some(({ differences }) => differences.some(({ field }) => field?.desired === wanted));
  const start = performance.now();
  const before = process.cpuUsage();
  const shown = new Promise<number>((resolve) => {
    const listening = overview.onDidChange(() => {
      if (!isShown()) return;
      listening.dispose();
      resolve(performance.now());
    });
  });
  await vscode.workspace.applyEdit(edit);
  const wall = (await shown) - start - pause;
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
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
    const costs: Cost[] = [];
    // Never the same number twice: renderings of texts that were seen before are kept.
    for (let round = 0; round < rounds; round += 1) costs.push(await keystroke(file, offset, 10 + round));
    const measures = {
      keystroke: median(costs.map(({ wall }) => wall)),
      keystrokeProcessor: median(costs.map(({ processor }) => processor)),
    };
    await writeFile(process.env.PLUMBLINE_MEASURES ?? '', JSON.stringify(measures));
  });
});
