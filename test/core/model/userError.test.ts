import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { UserError } from '../../../src/core/model/userError.ts';

describe('errors for people', () => {
  it('are known across bundles, each of which has a copy of the class', () => {
    const copy = Object.assign(new Error('no'), { name: 'UserError', code: 'git-failed', data: {} });
    assert.ok(copy instanceof UserError);
    assert.ok(new UserError('git-failed', 'no') instanceof UserError);
  });

  it('are told from all other errors', () => {
    assert.ok(!(new Error('no') instanceof UserError));
    assert.ok(!(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }) instanceof UserError));
  });
});
