import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArguments } from '../../src/cli/arguments.ts';
import { UserError } from '../../src/core/model/userError.ts';

describe('the command line', () => {
  it('reads command, apps and live side', () => {
    assert.deepEqual(readArguments(['diff', 'web', '--context', 'prod', '-o', 'json']), {
      command: 'diff',
      apps: ['web'],
      folder: '.',
      output: 'json',
      live: { kind: 'context', context: 'prod', kubeconfig: undefined },
      revision: undefined,
      fetch: false,
      kubeVersion: undefined,
    });
  });

  it('shows help when nothing is asked', () => {
    assert.equal(readArguments([]), 'help');
    assert.equal(readArguments(['status', '--help']), 'help');
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown command', ['frobnicate'], /no command "frobnicate"/],
    ['an unknown option', ['status', '--colour'], /--colour/],
    ['an unknown output form', ['status', '-o', 'xml'], /text or json/],
    ['two live sides', ['diff', '--live', 'dump.yaml', '--context', 'prod'], /exclude each other/],
    ['a kubeconfig without a context', ['diff', '--kubeconfig', 'k'], /needs --context/],
    ['a version that is none', ['status', '--kube-version', 'new'], /takes a version such as 1\.33/],
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
