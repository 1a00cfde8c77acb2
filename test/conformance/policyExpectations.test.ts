import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../src/core/model/json.ts';
import type { ReportedResult } from '../../src/core/policy/reportedResult.ts';
import { meetExpectation } from './policyExpectations.ts';

const about = { policy: 'p', resource: 'Pod//web' };

function meet(expected: JsonObject, results: readonly Partial<ReportedResult>[], patched: readonly JsonObject[] = []) {
  const full = results.map((each): ReportedResult => ({ ...about, result: 'pass', message: '', actions: [], ...each }));
  return meetExpectation({ ...about, ...expected }, full, patched);
}

describe('meeting the expectations of policy cases', () => {
  const cases: readonly (readonly [string, JsonObject, readonly Partial<ReportedResult>[], string])[] = [
    ['the same verdict', { result: 'fail' }, [{ result: 'fail' }], 'agree'],
    ['pass for fail', { result: 'fail' }, [{ result: 'pass' }], 'opposite'],
    ['no result for pass', { result: 'pass' }, [], 'other'],
    ['no result for skip', { result: 'skip' }, [], 'agree'],
    ['no result where the suite cannot tell', { result: 'pass', orSkip: true }, [], 'agree'],
    ['undecided', { result: 'pass' }, [{ result: 'undecided' }], 'undecided'],
    [
      'a failure beside something undecided',
      { result: 'fail' },
      [{ result: 'fail' }, { result: 'undecided' }],
      'agree',
    ],
    ['the word of the API server', { result: 'fail', apiserver: 'skip' }, [], 'agree'],
    [
      'the rule that was generated',
      { result: 'fail', rule: 'x' },
      [{ rule: 'autogen-cronjob-x', result: 'fail' }],
      'agree',
    ],
    ['the rule that generates', { result: 'fail', rule: 'autogen-x' }, [{ rule: 'x', result: 'fail' }], 'agree'],
    ['another rule', { result: 'fail', rule: 'x' }, [{ rule: 'y', result: 'fail' }], 'other'],
    ['another object', { result: 'fail' }, [{ resource: 'Pod//db', result: 'fail' }], 'other'],
  ];
  for (const [what, expected, results, meeting] of cases) {
    it(`${what}: ${meeting}`, () => {
      assert.equal(meet(expected, results).meeting, meeting);
    });
  }

  it('counts texts apart from verdicts', () => {
    const found = [{ result: 'fail', message: 'a  wrong\nimage. ' }] as const;
    assert.equal(meet({ result: 'fail', message: 'wrong image.' }, found).hasTexts, true);
    assert.equal(meet({ result: 'fail', message: 'replicas' }, found).hasTexts, false);
    assert.equal(meet({ result: 'fail' }, found).hasTexts, undefined);
    assert.equal(meet({ result: 'fail', messages: ['wrong'], count: 2 }, found).hasTexts, false);
    assert.equal(meet({ result: 'fail', messages: ['replicas'], messagesRego: ['image'] }, found).hasTexts, true);
    assert.equal(meet({ result: 'fail', action: 'dryrun' }, [{ ...found[0], actions: ['Audit'] }]).hasTexts, true);
    assert.equal(meet({ result: 'fail', action: 'deny' }, [{ ...found[0], actions: ['Audit'] }]).hasTexts, false);
  });

  it('compares the mutated object by its identity and content', () => {
    const patched = { kind: 'Pod', metadata: { name: 'web', labels: { a: 'b' } } };
    const expected = { result: 'pass', patched: true };
    assert.equal(meet(expected, [{ patched }], [patched]).meeting, 'agree');
    assert.equal(meet(expected, [{}], [patched]).meeting, 'other');
    assert.equal(meet(expected, [{ patched: { kind: 'Pod', metadata: { name: 'web' } } }], [patched]).meeting, 'other');
    assert.equal(meet({ ...expected, unchanged: true }, [{ patched }], [patched]).meeting, 'other');
  });
});
