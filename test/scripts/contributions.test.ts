import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { disagreements } from '../../scripts/build/contributions.ts';
import type { Manifest } from '../../scripts/build/manifest.ts';
import { factsOf } from '../../scripts/build/sources.ts';

const nothing: Manifest = {
  commands: new Set(),
  settings: new Set(),
  usedCommands: new Set(),
  usedTexts: new Set(),
  texts: new Set(),
};

const noCode = { handlers: new Set<string>(), settings: new Set<string>() };

describe('what package.json contributes', () => {
  it('agrees with code that has the same commands and settings', () => {
    const manifest = {
      ...nothing,
      commands: new Set(['plumbline.sync']),
      usedCommands: new Set(['plumbline.sync', 'workbench.view.scm']),
      settings: new Set(['plumbline.severity.drift']),
    };
    const code = { handlers: new Set(['plumbline.sync']), settings: new Set(['plumbline.severity']) };
    assert.deepEqual(disagreements(manifest, code), []);
  });

  it('is told apart from the code in both directions', () => {
    const manifest = { ...nothing, commands: new Set(['plumbline.a']) };
    const code = { handlers: new Set(['plumbline.b']), settings: new Set(['plumbline.c']) };
    assert.deepEqual(disagreements(manifest, code), [
      'command plumbline.a of package.json has no handler',
      'handler plumbline.b has no command in package.json',
      'setting plumbline.c is read but not declared in package.json',
    ]);
  });

  it('names texts that are missing and texts that nobody uses', () => {
    const manifest = { ...nothing, usedTexts: new Set(['a']), texts: new Set(['b']) };
    assert.deepEqual(disagreements(manifest, noCode), [
      'text %a% is not in package.nls.json',
      'text b of package.nls.json is used nowhere',
    ]);
  });

  it('names menus that use unknown commands', () => {
    const manifest = { ...nothing, usedCommands: new Set(['plumbline.gone']) };
    assert.deepEqual(disagreements(manifest, noCode), [
      'menu or link uses command plumbline.gone, which package.json lacks',
    ]);
  });
});

function check(
  file: string,
  text: string,
  expected: { handlers?: readonly string[]; settings?: readonly string[] },
): void {
  const { handlers, settings } = factsOf(file, text);
  assert.deepEqual({ handlers, settings }, { handlers: expected.handlers ?? [], settings: expected.settings ?? [] });
}

describe('what the sources say', () => {
  it('takes handlers from the keys of the command table', () => {
    check('src/host/commands/commandTable.ts', `const t = { 'plumbline.a': run, 'other': run };`, {
      handlers: ['plumbline.a'],
    });
  });

  it('takes handlers from registerCommand anywhere', () => {
    check('src/host/x.ts', `vscode.commands.registerCommand('plumbline.a', () => 1); x('plumbline.b');`, {
      handlers: ['plumbline.a'],
    });
  });

  it('follows the settings section through constants, variables and functions', () => {
    const text = `
      const section = 'plumbline';
      function configuration() { return vscode.workspace.getConfiguration(section); }
      configuration().get('one');
      const settings = vscode.workspace.getConfiguration('plumbline');
      settings.update('two', 1);
      vscode.workspace.getConfiguration().inspect('plumbline.three');
      event.affectsConfiguration('plumbline.four');
      new Map().get('five');
      vscode.workspace.getConfiguration('git').get('six');`;
    const settings = ['one', 'two', 'three', 'four'].map((name) => `plumbline.${name}`);
    check('src/host/x.ts', text, { settings });
  });
});
