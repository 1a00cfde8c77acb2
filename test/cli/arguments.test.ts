import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArguments } from '../../src/cli/arguments.ts';
import { UserError } from '../../src/core/model/userError.ts';

describe('the command line', () => {
  it('reads command, apps and live side', () => {
    const args = ['diff', 'web', '--app', 'api', '--context', 'prod', '-o', 'json', '--origin', 'drift,unsynced'];
    assert.deepEqual(readArguments([...args, '--fail-on', 'error', '--fail-on', 'pending']), {
      command: 'diff',
      apps: ['web', 'api'],
      folder: '.',
      output: 'json',
      live: { kind: 'context', context: 'prod', kubeconfig: undefined },
      origins: ['drift', 'unsynced'],
      asksServer: false,
      failOn: { severity: 'error', codes: ['pending'] },
      revision: undefined,
    });
  });

  it('shows help when nothing is asked', () => {
    assert.equal(readArguments([]), 'help');
    assert.equal(readArguments(['status', '--help']), 'help');
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['frobnicate'], /no command "frobnicate"/],
    ['an unknown option', ['status', '--colour'], /--colour/],
    ['an unknown output form', ['status', '-o', 'xml'], /text, json, sarif or markdown/],
    ['a report of objects', ['render', '-o', 'sarif'], /text or json, not sarif/],
    ['an unknown origin', ['diff', '--origin', 'git'], /uncommitted, unpushed, unsynced, drift, not "git"/],
    ['a dry-run without a cluster', ['diff', '--dry-run=server'], /needs --context/],
    ['a dry-run elsewhere', ['diff', '--dry-run=client', '--context', 'a'], /takes server, not "client"/],
    ['an unknown thing to fail on', ['diff', '--fail-on', 'fatal'], /error, warning.*not "fatal"/],
    ['two live sides', ['diff', '--live', 'dump.yaml', '--context', 'prod'], /exclude each other/],
    ['a kubeconfig without a context', ['diff', '--kubeconfig', 'k'], /needs --context/],
    ['a revision for diff', ['diff', '--revision', 'main'], /render only/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what} with one clear line`, () => {
      assert.throws(
        () => readArguments(args),
        (error) => error instanceof UserError && error.code === 'usage' && message.test(error.message),
      );
    });
  }
});
