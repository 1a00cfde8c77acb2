import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import { whyOf } from '../../../src/core/policy/policyFindings.ts';

function why(result: Partial<PolicyResult>): string {
  return whyOf({ request: 'r', policy: 'p', result: 'fail', actions: ['Deny'], ...result });
}

describe('what a result says to people', () => {
  it("is the policy's own message, without rule and path that Kyverno puts around it", () => {
    const tail = 'rule team failed at path /metadata/labels/team/';
    assert.equal(why({ rule: 'team', message: `validation error: Name a team. ${tail}` }), 'Name a team.');
    const any = 'rule team[0] failed at path /a/ rule team[1] failed at path /b/';
    assert.equal(why({ rule: 'team', message: `validation error: Name\n a team. ${any}` }), 'Name a team.');
  });

  it("is the engine's text where the policy has no message, or the text is of another form", () => {
    const bare = 'validation error: rule team failed at path /metadata/labels/team/';
    assert.equal(why({ rule: 'team', message: bare }), bare);
    const broken = 'validation error: rule team execution error: no such key';
    assert.equal(why({ rule: 'team', message: broken }), broken);
    assert.equal(why({ message: 'rule team failed at path /x' }), 'rule team failed at path /x');
  });

  it('is the reason of what is undecided, and where there is no message', () => {
    assert.equal(why({ result: 'undecided', reason: 'it needs a registry', message: 'm' }), 'it needs a registry');
    assert.equal(why({ reason: 'no parameter' }), 'no parameter');
    assert.equal(why({}), '');
  });
});
