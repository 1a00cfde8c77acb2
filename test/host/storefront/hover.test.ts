import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import { extension, until } from '../extension.ts';

/** What the extension says over a text of a file; other extensions' hovers are left out. */
async function hoverOver(path: string, text: string): Promise<string> {
  const [file] = await vscode.workspace.findFiles(path);
  assert.ok(file, path);
  const document = await vscode.workspace.openTextDocument(file);
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${path} has ${text}`);
  const position = document.positionAt(at + text.length - 1);
  const hovers = await vscode.commands.executeCommand<readonly vscode.Hover[]>(
    'vscode.executeHoverProvider',
    file,
    position,
  );
  const contents = hovers.flatMap((hover) => hover.contents);
  const words = contents.map((each) => (each instanceof vscode.MarkdownString ? each.value : ''));
  return words.filter((each) => /\| App \| Object \| Field \||It decides no field/.test(each)).join('\n');
}

describe('the hover over a scalar in Git', () => {
  let overview: OverviewApi;

  before(async () => {
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
  });

  it('names the field that an overlay decides, in its app alone', async () => {
    const words = await hoverOver('apps/web/overlays/prod/web-size.yaml', 'replicas: 3');
    assert.match(words, /\| web \| Deployment [\w-]+ \| `spec\.replicas` \| `3` \|/);
    assert.doesNotMatch(words, /staging/);
  });

  it('names every environment that takes a base', async () => {
    const words = await hoverOver('apps/web/base/service.yaml', 'targetPort: http');
    assert.match(words, /\| web \| Service/);
    assert.match(words, /\| web-staging \| Service/);
  });

  it('never says a value of a Secret, and says nothing over a file that no app reads', async () => {
    const words = await hoverOver('apps/payments/secret.yaml', 'not-a-real-key-0000');
    assert.match(words, /Secret payment-provider \| `[^`]*api-key`/);
    assert.match(words, /\(hidden\)/);
    assert.doesNotMatch(words, /not-a-real-key/);
    assert.equal(await hoverOver('README.md', 'storefront'), '');
  });
});
