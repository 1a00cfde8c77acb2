import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { appId } from '../../../src/core/model/app.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { withServerWords } from '../../../src/core/overview/serverVerdicts.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import type { PolicyVerdict } from '../../../src/core/policy/policyVerdict.ts';

const app = appId('manifests', { path: 'web' });
const object = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'web', name: 'web' });
const denied = `ValidatingAdmissionPolicy 'few' with binding 'b' denied request: too many`;

function state(
  ...remarks: readonly { readonly kind: string; readonly message: string; readonly said?: string }[]
): AppState {
  return {
    app: {
      id: app,
      kind: 'manifests',
      name: 'web',
      source: { kind: 'here', path: 'web', render: 'directory' },
      destination: {},
    },
    context: 'prod',
    sync: { status: 'Unknown', isSuspended: false, isRunning: false },
    health: { status: 'Unknown' },
    resources: [{ key: object, diff: { verdict: 'unknown', fields: [], remarks }, isDeclared: true, isLive: true }],
    differences: [],
    findings: [],
    problems: [],
  };
}

const own: PolicyVerdict = {
  app,
  object,
  result: { request: 'r', policy: 'few', result: 'fail', actions: ['Deny'], message: 'too many' },
};

describe('what the server said of policies', () => {
  it('confirms what was judged here', () => {
    assert.deepEqual(
      withServerWords([own], state({ kind: 'unconfirmed', message: `A policy denies it. (${denied})`, said: denied })),
      [{ ...own, saidBy: 'prod' }],
    );
  });

  it('is added where nobody could judge it here', () => {
    const [found, ...others] = withServerWords(
      [],
      state({ kind: 'unconfirmed', message: `A policy denies it. (${denied})`, said: denied }),
    );
    assert.deepEqual(others, []);
    assert.deepEqual(
      [found?.result.policy, found?.result.result, found?.result.message, found?.saidBy, found?.source],
      ['few', 'fail', 'too many', 'prod', undefined],
    );
  });

  it('leaves verdicts alone when it is about something else', () => {
    const verdicts = [own];
    const other = state({ kind: 'unconfirmed', message: denied, said: 'spec.replicas: must be positive' });
    assert.equal(withServerWords(verdicts, other), verdicts);
    assert.equal(withServerWords(verdicts, state({ kind: 'hpa', message: denied })), verdicts);
  });
});
