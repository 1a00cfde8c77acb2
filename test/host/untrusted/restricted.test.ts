import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import { extension, until } from '../extension.ts';

describe('the extension in a workspace that is not trusted', () => {
  let overview: OverviewApi;
  let folder: string;

  before(async () => {
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  });

  it('renders the apps', () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const rendered = overview.state.apps.filter(({ resources }) => resources.length > 0);
    assert.deepEqual(rendered.map(({ app }) => app.name).sort(), [
      'catalog',
      'payments',
      'tools/load-test',
      'web',
      'web-staging',
    ]);
  });

  it('goes to no cluster that the folder’s own settings name, and runs no program of its kubeconfig', async () => {
    assert.ok(existsSync(path.join(folder, '.vscode/settings.json')), 'the trap is set');
    // Asks for trust and waits for an answer, which nobody gives.
    void vscode.commands.executeCommand('plumbline.connectCluster');
    await vscode.commands.executeCommand('plumbline.refresh');
    assert.deepEqual(overview.state.clusters, []);
    assert.equal(existsSync(path.join(folder, 'sprung')), false);
  });
});
