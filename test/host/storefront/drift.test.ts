import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { createSecretHasher } from '../../../src/adapters/cluster/secretHasher.ts';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { isObject } from '../../../src/core/model/json.ts';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import { extension, until } from '../extension.ts';

const context = 'dump';
const signal = new AbortController().signal;

/** What a cluster would hold: the app as Flux applied it, and a Deployment that somebody edited. */
async function dumpOf(overview: OverviewApi, web: AppState): Promise<string> {
  const head = overview.state.repo?.head;
  const revision = `main@sha1:${typeof head === 'string' ? head : JSON.stringify(head)}`;
  const objects = (await overview.renderApp(web.app.id, 'head', signal))?.objects.map(({ object }) => object) ?? [];
  const kustomization = {
    ...web.app.declared?.object,
    status: { lastAppliedRevision: revision, conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded' }] },
  };
  const edited = { manager: 'kubectl-edit', operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1' };
  const managedFields = [{ ...edited, time: '2026-05-01T10:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }];
  const live = objects.map((object) =>
    object.kind === 'Deployment' && isObject(object.spec)
      ? { ...object, metadata: { ...object.metadata, managedFields }, spec: { ...object.spec, replicas: 5 } }
      : object,
  );
  const dump = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [kustomization, ...live] });
  return dump.replaceAll('shop/web:1.14.2', 'elsewhere/web:9.9.9');
}

async function fileAt(path: string, text: string): Promise<readonly [vscode.Uri, vscode.Range]> {
  const [file] = await vscode.workspace.findFiles(path);
  assert.ok(file, path);
  const document = await vscode.workspace.openTextDocument(file);
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${path} has ${text}`);
  const position = document.positionAt(at + text.length);
  return [file, new vscode.Range(position, position)];
}

async function actionsAt(path: string, text: string): Promise<readonly string[]> {
  const [file, range] = await fileAt(path, text);
  const found = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    file,
    range,
  );
  return found.map(({ title }) => title);
}

describe('the light bulb and the hover where a cluster drifted', () => {
  let overview: OverviewApi;

  before(async () => {
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
    const web = overview.state.apps.find(({ app }) => app.name === 'web');
    assert.ok(web);
    const file = { name: context, text: await dumpOf(overview, web) };
    overview.attach(context, new SnapshotConnection({ name: context, files: [file] }, createSecretHasher()));
    await until(() => {
      const differences = overview.state.apps.find(({ app }) => app.name === 'web')?.differences ?? [];
      const drift = differences.filter(({ origin, field }) => origin === 'drift' && field !== undefined);
      return drift.length >= 2 && drift.every(({ provenance }) => provenance !== undefined) ? true : undefined;
    });
  });

  after(async () => {
    overview.attach(context, undefined);
    await until(() => (overview.state.clusters.length === 0 ? true : undefined));
  });

  it('offers the live value on the line that decides', async () => {
    const titles = await actionsAt('apps/web/overlays/prod/web-size.yaml', 'replicas: 3');
    assert.ok(
      titles.includes('Accept live value 5 into Git (web: Deployment web, spec.replicas)…'),
      JSON.stringify(titles),
    );
  });

  it('says why another one cannot be accepted: two pieces of the image differ', async () => {
    const titles = await actionsAt('apps/web/overlays/prod/kustomization.yaml', 'newTag: 1.14.2');
    const refusal = titles.find((title) =>
      title.startsWith('The live value cannot be accepted into Git (web: Deployment web'),
    );
    assert.match(refusal ?? JSON.stringify(titles), /joined from apps\/web\/overlays\/prod\/kustomization\.yaml:\d+/);
  });

  it('shows the live value and who wrote it in the hover', async () => {
    const [file, { start }] = await fileAt('apps/web/overlays/prod/web-size.yaml', 'replicas: 3');
    const hovers = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
      'vscode.executeHoverProvider',
      file,
      start,
    );
    const words = hovers
      .flatMap(({ contents }) => contents)
      .map((each) => (each instanceof vscode.MarkdownString ? each.value : ''))
      .join('\n');
    assert.match(
      words,
      /\| web \(dump\) \| Deployment web \| `spec\.replicas` \| `3` \| \*\*`5`\*\* \| kubectl-edit \d+ d ago \|/,
    );
  });
});
