import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArguments } from '../../src/cli/arguments.ts';
import { readPolicyArguments } from '../../src/cli/policy/policyArguments.ts';
import { UserError } from '../../src/core/model/userError.ts';

describe('the command line', () => {
  it('reads command, apps and live side', () => {
    const args = ['diff', 'web', '--app', 'api', '--context', 'prod', '-o', 'json', '--origin', 'drift,unsynced'];
    assert.deepEqual(readArguments([...args, '--fail-on', 'error', '--fail-on', 'pending']), {
      command: 'diff',
      apps: ['web', 'api'],
      folder: '.',
      output: 'json',
      live: { kind: 'context', contexts: ['prod'], kubeconfig: undefined },
      origins: ['drift', 'unsynced'],
      asksServer: false,
      failOn: { severity: 'error', codes: ['pending'] },
      revision: undefined,
      fetch: false,
      kubeVersion: undefined,
    });
  });

  it('takes an app by option as by name', () => {
    const request = readArguments(['health', 'web', '--app', 'api', '--context', 'prod']);
    assert.ok(typeof request === 'object');
    assert.deepEqual([request.command, request.apps], ['health', ['web', 'api']]);
  });

  it('shows help when nothing is asked', () => {
    assert.equal(readArguments([]), 'help');
    assert.equal(readArguments(['status', '--help']), 'help');
  });

  for (const command of ['status', 'diff', 'health'] as const) {
    it(`takes the same options for ${command} as for its siblings`, () => {
      const args = ['--app', 'web', '--context', 'prod', '--origin', 'drift', '--dry-run=server', '--fail-on', 'error'];
      for (const output of ['text', 'json', 'sarif', 'markdown']) {
        const request = readArguments([command, ...args, '-o', output]);
        assert.ok(typeof request === 'object');
        assert.deepEqual(
          [request.output, request.apps, request.origins, request.asksServer, request.failOn],
          [output, ['web'], ['drift'], true, { severity: 'error', codes: [] }],
        );
      }
    });
  }

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
    [
      'origins for objects',
      ['render', '--origin', 'drift'],
      /--origin goes with status, diff and health, not with render/,
    ],
    ['a dry-run of objects', ['render', '--dry-run=server'], /--dry-run goes with status, diff and health/],
    ['findings of objects', ['render', '--fail-on', 'error'], /--fail-on goes with status, diff and health/],
    ['a cluster for objects', ['render', '--context', 'prod'], /--context goes with status, diff and health/],
    ['health without a cluster', ['health'], /--context/],
    ['a version that is none', ['status', '--kube-version', 'new'], /takes a version such as 1\.33/],
    ['a revision for diff', ['diff', '--revision', 'main'], /--revision goes with render only, not with diff/],
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

describe('the command line of policy', () => {
  it('takes several files behind one option, and the option again', () => {
    const args = [
      '--policies',
      'a.yaml',
      'b',
      '--context',
      'c.yaml',
      '--resources',
      'd.yaml',
      '--policies',
      'e',
      '-o',
      'json',
    ];
    assert.deepEqual(readPolicyArguments(args), {
      command: 'policy',
      output: 'json',
      policies: ['a.yaml', 'b', 'e'],
      target: { kind: 'files', resources: ['d.yaml'], context: ['c.yaml'] },
    });
  });

  it('takes --context for a cluster where a repository is judged', () => {
    assert.deepEqual(readPolicyArguments(['web', '--context', 'prod']), {
      command: 'policy',
      output: 'text',
      policies: [],
      target: {
        kind: 'repository',
        folder: '.',
        apps: ['web'],
        live: { kind: 'context', contexts: ['prod'], kubeconfig: undefined },
      },
    });
  });

  it('reads a list of cases', () => {
    assert.deepEqual(readPolicyArguments(['--batch', 'list.json']).target, { kind: 'batch', list: 'list.json' });
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['objects without policies', ['--resources', 'a.yaml'], /needs --policies/],
    ['a batch with files beside it', ['--batch', 'l.json', '--policies', 'a'], /names everything itself/],
    ['files of a repository', ['--policies', 'a', '--resources', 'b', '--folder', '.'], /judges files/],
    ['two contexts of a kubeconfig', ['--context', 'a', 'b'], /names one context/],
    ['an unknown output form', ['-o', 'xml'], /openreports/],
    ['an option without its value', ['--policies'], /--policies/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what} with one clear line`, () => {
      assert.throws(
        () => readPolicyArguments(args),
        (error) => error instanceof UserError && error.code === 'usage' && message.test(error.message),
      );
    });
  }
});
