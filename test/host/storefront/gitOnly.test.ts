import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import { extension, until } from '../extension.ts';

async function readyOverview(): Promise<OverviewApi> {
  const overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
  await until(() => (overview.state.phase === 'ready' ? true : undefined));
  return overview;
}

describe('the extension in a GitOps repository without a cluster', () => {
  let overview: OverviewApi;

  before(async () => {
    // Not activated by the test: the manifests in the folder have to do it.
    overview = await readyOverview();
  });

  it('shows the apps that Argo CD and Flux are told to apply', () => {
    const apps = overview.state.apps.map(({ app }) => app.name).sort();
    for (const name of ['catalog', 'payments', 'web', 'web-staging'])
      assert.ok(apps.includes(name), `${name} in ${String(apps)}`);
  });

  it('renders every app without a problem', () => {
    const problems = overview.state.apps.flatMap(({ app, problems: own }) => own.map((problem) => [app.name, problem]));
    assert.deepEqual(problems, []);
    assert.deepEqual(overview.state.problems, []);
  });

  it('knows no cluster and claims nothing about one', () => {
    assert.deepEqual(overview.state.clusters, []);
    const claims = overview.state.apps.filter(
      ({ sync, context }) => sync.status !== 'Unknown' || context !== undefined,
    );
    assert.deepEqual(claims, []);
  });

  it('follows an unsaved edit', async () => {
    const [file] = await vscode.workspace.findFiles('apps/payments/deployment.yaml');
    assert.ok(file);
    const document = await vscode.workspace.openTextDocument(file);
    const at = document.getText().indexOf('replicas:');
    assert.ok(at > 0, 'the example declares replicas there');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file, document.positionAt(at + 'replicas: '.length), '1');
    await vscode.workspace.applyEdit(edit);
    const differences = await until(() => {
      const found = overview.state.apps.find(({ app }) => app.name === 'payments')?.differences ?? [];
      return found.length === 0 ? undefined : found;
    });
    assert.deepEqual(
      differences.map(({ origin, field }) => [origin, field?.path]),
      [['uncommitted', '/spec/replicas']],
    );
  });
});
