import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import { extension, until } from '../extension.ts';

const seconds = 1000;

/** An entry of the Problems view, as a person reads it. */
interface Entry {
  readonly at: string;
  readonly text: string;
  readonly severity: vscode.DiagnosticSeverity;
  readonly code: string;
  readonly link: string;
  readonly related: readonly string[];
}

const relative = (uri: vscode.Uri): string => vscode.workspace.asRelativePath(uri);

function entryOf(uri: vscode.Uri, { range, severity, code, relatedInformation = [] }: vscode.Diagnostic): Entry {
  const link = typeof code === 'object' ? code : undefined;
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  const target = link?.target;
  return {
    at: `${relative(uri)}:${range.start.line + 1}`,
    text: document?.getText(range) ?? '',
    severity,
    code: String(link?.value),
    link: target?.scheme === 'file' ? `${relative(target)}#${target.fragment}` : String(target),
    related: relatedInformation.map(
      ({ message, location }) => `${message} ${relative(location.uri)}:${location.range.start.line + 1}`,
    ),
  };
}

/** What the extension says of a policy in a file, once it says it. */
async function entryOn(file: string, policy: string): Promise<Entry> {
  return until(() =>
    vscode.languages
      .getDiagnostics()
      .filter(([uri]) => relative(uri) === file)
      .flatMap(([uri, all]) => all.map((diagnostic) => ({ uri, diagnostic })))
      .filter(({ diagnostic: { source, message } }) => source === 'Plumbline' && message.includes(`Policy ${policy}`))
      .map(({ uri, diagnostic }) => entryOf(uri, diagnostic))
      .at(0),
  );
}

async function open(path: string): Promise<vscode.TextDocument> {
  const [file] = await vscode.workspace.findFiles(path);
  assert.ok(file, path);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  return document;
}

/** The entries of the light bulb at the end of a text. */
async function actionsAt(path: string, text: string): Promise<readonly vscode.CodeAction[]> {
  const document = await open(path);
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${path} has ${text}`);
  const position = document.positionAt(at + text.length);
  const found = await vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    new vscode.Range(position, position),
  );
  return found.filter(({ command }) => command?.command.startsWith('plumbline.') === true);
}

/** Runs the light bulb's entry with this title; the command may wait for a person, hence is not awaited. */
async function choose(path: string, text: string, title: string): Promise<void> {
  const actions = await actionsAt(path, text);
  const command = actions.find((action) => action.title === title)?.command;
  assert.ok(command, `${title} in ${actions.map((action) => action.title).join(', ')}`);
  void vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as readonly unknown[]));
}

/** The editor that comes to the front and is as wanted. */
function activeEditor(isWanted: (editor: vscode.TextEditor) => boolean): Promise<vscode.TextEditor> {
  return until(() => {
    const editor = vscode.window.activeTextEditor;
    return editor !== undefined && isWanted(editor) ? editor : undefined;
  });
}

/** The text of the unsaved document of a kind that comes to the front; drafts of other tests may still be open. */
async function draft(kind: string): Promise<string> {
  const { document } = await activeEditor(
    (editor) => editor.document.isUntitled && editor.document.getText().includes(`kind: ${kind}\n`),
  );
  return document.getText();
}

const deployment = 'apps/payments/deployment.yaml';
const settlement = 'apps/payments/settlement.yaml';
const network = 'apps/payments/networkpolicy.yaml';

describe('policies of the repository, in the editor', function () {
  // Three engines start.
  this.timeout(120 * seconds);
  let overview: OverviewApi;

  before(async () => {
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
    for (const file of [deployment, settlement, network, 'apps/payments/service.yaml']) await open(file);
  });

  it('put a denial on the scalar at fault as an error, and link to the page that the policy names', async () => {
    assert.deepEqual(await entryOn(deployment, 'three-replicas/replicas'), {
      at: `${deployment}:9`,
      text: '2',
      severity: vscode.DiagnosticSeverity.Error,
      code: 'policy.denied',
      link: 'https://handbook.storefront.example/three-replicas',
      related: ['the rule of three-replicas rules/kyverno.yaml:20'],
    });
  });

  it('put a warning on the field that the expression read, with rule and binding, and link to the rule', async () => {
    assert.deepEqual(await entryOn(settlement, 'few-retries'), {
      at: `${settlement}:11`,
      text: '2',
      severity: vscode.DiagnosticSeverity.Warning,
      code: 'policy.warned',
      link: 'rules/admission.yaml#L13,19',
      related: ['the rule of few-retries rules/admission.yaml:13', 'the binding rules/admission.yaml:19'],
    });
  });

  it('tell what is only recorded as information, and what cannot be decided as a hint on the name', async () => {
    const audited = await entryOn(settlement, 'at-midnight');
    assert.deepEqual(
      [audited.at, audited.text, audited.severity, audited.code],
      [`${settlement}:7`, '"15 3 * * *"', vscode.DiagnosticSeverity.Information, 'policy.audited'],
    );
    const undecided = await entryOn('apps/payments/service.yaml', 'by-owners');
    assert.deepEqual(
      [undecided.text, undecided.severity, undecided.code],
      ['payments', vscode.DiagnosticSeverity.Hint, 'policy.undecided'],
    );
  });

  it('name the constraint beside the line of its template that decided', async () => {
    const { severity, related } = await entryOn(network, 'no-open-8080');
    assert.equal(severity, vscode.DiagnosticSeverity.Error);
    assert.deepEqual(related, [
      'the rule of no-open-8080 rules/gatekeeper.yaml:20',
      'the constraint rules/gatekeeper.yaml:29',
    ]);
  });

  it('offer a light bulb, the value that the rule asks for first', async () => {
    await entryOn(deployment, 'three-replicas/replicas');
    const actions = await actionsAt(deployment, 'replicas: 2');
    assert.deepEqual(
      actions.map(({ title, isPreferred }) => [title, isPreferred]),
      [
        ['Set the value that three-replicas asks for…', true],
        ['Explain what three-replicas says', false],
        ['Open policy three-replicas', false],
        ['Request an exception from three-replicas…', false],
      ],
    );
  });

  it('offer no value where the rule leaves a choice, and no exception where the engine knows none', async () => {
    await entryOn(settlement, 'few-retries');
    const titles = (await actionsAt(settlement, 'backoffLimit: 2')).map(({ title }) => title);
    assert.deepEqual(titles, ['Explain what few-retries says', 'Open policy few-retries']);
  });

  it('open the policy at the rule that decided', async () => {
    await entryOn(settlement, 'few-retries');
    await choose(settlement, 'backoffLimit: 2', 'Open policy few-retries');
    const editor = await activeEditor(({ document }) => relative(document.uri) === 'rules/admission.yaml');
    assert.equal(editor.document.getText(editor.selection), 'object.spec.jobTemplate.spec.backoffLimit < 2');
  });

  it('explain by which rule and which values they judge', async () => {
    await entryOn(deployment, 'three-replicas/replicas');
    await choose(deployment, 'replicas: 2', 'Explain what three-replicas says');
    const text = await until(() =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'plumbline')?.getText(),
    );
    assert.match(text, /three-replicas/);
    assert.match(text, /Payments runs three times\./);
    assert.match(text, /spec\.replicas/);
  });

  it('are excepted by an unsaved PolicyException of just this object', async () => {
    await entryOn(deployment, 'three-replicas/replicas');
    await choose(deployment, 'replicas: 2', 'Request an exception from three-replicas…');
    const text = await draft('PolicyException');
    assert.match(text, /^# .*have it reviewed\.$/m);
    assert.match(text, /kind: PolicyException/);
    assert.match(text, /policyName: three-replicas\s+ruleNames:\s+- replicas/);
    assert.match(text, /names:\s+- payments\s+namespaces:\s+- payments/);
  });

  it('are excepted by an unsaved constraint with the namespace excluded, and it says what that opens', async () => {
    const { text } = await entryOn(network, 'no-open-8080');
    await choose(network, text, 'Request an exception from no-open-8080…');
    const drafted = await draft('OpenPorts');
    assert.match(drafted, /^# .*no longer judges anything in payments\.$/m);
    assert.match(drafted, /kind: OpenPorts[\s\S]*excludedNamespaces:\s+- payments/);
  });
});
