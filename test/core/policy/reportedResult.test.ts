import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import { reportResult } from '../../../src/core/policy/reportedResult.ts';

const named = { kind: 'Secret', namespace: 'shop', name: 'db' };
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', namespace: 'shop' },
  data: { password: btoa('s3cret-of-shop') },
  stringData: { user: 'shop-user' },
};
const result: PolicyResult = { request: 'r', policy: 'p', result: 'fail', actions: ['Deny'] };

describe('results in reports', () => {
  it('say no value of a Secret, encoded or not, anywhere', () => {
    const found = reportResult(
      {
        ...result,
        message: `password s3cret-of-shop (${secret.data.password}) of shop-user is weak`,
        reason: 'because of s3cret-of-shop',
        patched: secret,
        auditAnnotations: { was: 's3cret-of-shop' },
      },
      { named, object: secret },
    );
    assert.equal(found.message, 'password ••• (•••) of ••• is weak');
    assert.doesNotMatch(JSON.stringify(found), /s3cret|shop-user|czNj/);
    assert.equal(found.patched, undefined);
  });

  it('leave other objects as they are', () => {
    const object = { ...secret, kind: 'ConfigMap' };
    assert.equal(reportResult({ ...result, message: 'shop-user' }, { named, object }).message, 'shop-user');
  });

  it('show a mutated object without the namespace that only the question gave it', () => {
    const object = { kind: 'Pod', metadata: { name: 'web' } };
    const patched = { kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels: { a: 'b' } } };
    const found = reportResult({ ...result, patched }, { named, object });
    assert.deepEqual(found.patched, { kind: 'Pod', metadata: { name: 'web', labels: { a: 'b' } } });
    const written = { kind: 'Pod', metadata: { name: 'web', namespace: 'default' } };
    assert.deepEqual(reportResult({ ...result, patched }, { named, object: written }).patched, patched);
  });
});
