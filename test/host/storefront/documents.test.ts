import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { AppId } from '../../../src/core/model/app.ts';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import { extension, until } from '../extension.ts';

/** The text of the active editor once it is a document of the extension. */
async function shown(): Promise<string> {
  const document = await until(() => {
    const active = vscode.window.activeTextEditor?.document;
    return active?.uri.scheme === 'plumbline' ? active : undefined;
  });
  return document.getText();
}

/** Replaces a text in a file's buffer; the result puts it back. */
async function replaceText(path: string, before: string, after: string): Promise<() => Promise<void>> {
  const [file] = await vscode.workspace.findFiles(path);
  assert.ok(file, path);
  const document = await vscode.workspace.openTextDocument(file);
  const original = document.getText();
  const at = original.indexOf(before);
  assert.ok(at >= 0, `${path} has ${before}`);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(file, new vscode.Range(document.positionAt(at), document.positionAt(at + before.length)), after);
  await vscode.workspace.applyEdit(edit);
  return () => restore(document, original);
}

/** Puts the text back and saves it: VS Code in a browser saves by itself, so that reverting would come too late. */
async function restore(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

describe('what the extension shows in editors', () => {
  let overview: OverviewApi;

  function appNamed(name: string): AppId {
    const found = overview.state.apps.find(({ app }) => app.name === name);
    assert.ok(found, name);
    return found.app.id;
  }

  before(async () => {
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
  });

  it('is the whole rendered app as YAML, without the value of any Secret', async () => {
    await vscode.commands.executeCommand('plumbline.showRendered', appNamed('payments'));
    const text = await shown();
    assert.match(text, /kind: Deployment/);
    assert.match(text, /kind: Secret[\s\S]*••• \(hidden, [0-9a-f]{6}\)/);
    assert.equal(vscode.window.activeTextEditor?.document.languageId, 'yaml');
  });

  it('follows an unsaved edit while it is open', async () => {
    await vscode.commands.executeCommand('plumbline.showRendered', appNamed('payments'));
    await shown();
    const rendered = vscode.window.activeTextEditor?.document;
    const putBack = await replaceText('apps/payments/deployment.yaml', 'part-of: storefront', 'part-of: renamed');
    await until(() => (rendered?.getText().includes('part-of: renamed') ? true : undefined));
    await putBack();
    await until(() => (rendered?.getText().includes('part-of: renamed') ? undefined : true));
  });

  it('opens the manifest of an app at its name', async () => {
    await vscode.commands.executeCommand('plumbline.openManifest', appNamed('web'));
    const editor = await until(() => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.path.endsWith('/clusters/prod/flux/web.yaml') ? active : undefined;
    });
    assert.equal(editor.document.getText(editor.selection), 'web');
  });

  it('opens the kustomization that an app is built from', async () => {
    await vscode.commands.executeCommand('plumbline.openSource', appNamed('web'));
    await until(() => {
      const path = vscode.window.activeTextEditor?.document.uri.path;
      return path?.endsWith('/apps/web/overlays/prod/kustomization.yaml') ? true : undefined;
    });
  });

  it('marks an overlay that does not render, and takes the mark away again', async () => {
    const file = 'apps/web/overlays/prod/kustomization.yaml';
    const putBack = await replaceText(file, 'resources:', 'resources:\n  - nowhere.yaml');
    const marks = (): readonly vscode.Diagnostic[] =>
      vscode.languages
        .getDiagnostics()
        .flatMap(([, all]) => all)
        .filter(({ source }) => source === 'Plumbline');
    const [mark] = await until(() => (marks().length > 0 ? marks() : undefined));
    assert.match(mark?.message ?? '', /nowhere\.yaml/);
    assert.equal(mark?.severity, vscode.DiagnosticSeverity.Error);
    await putBack();
    await until(() => (marks().length === 0 ? true : undefined));
  });
});
