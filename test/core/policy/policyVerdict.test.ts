import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import { failuresOf, spotsOf } from '../../../src/core/policy/policyVerdict.ts';

const deployment = asKubeObject({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: 'main', image: 'a:1', env: [] },
          { name: 'side', image: 'b:2' },
        ],
      },
    },
  },
});
const main = '/spec/template/spec/containers/0';

function spots(result: Partial<PolicyResult>): readonly string[] {
  if (deployment === undefined) return [];
  const found = spotsOf(deployment, { request: 'r', policy: 'p', result: 'fail', actions: [], ...result });
  return found.map(({ kind, path }) => (kind === 'object' ? 'object' : path));
}

describe('where a violation is shown', () => {
  it('on the field at fault first, then on what was read, then on the object', () => {
    assert.deepEqual(spots({ path: '/spec/replicas', reads: ['/metadata/labels', '/spec/replicas'] }), [
      '/spec/replicas',
      '/metadata/labels',
      'object',
    ]);
  });

  it('on the container that lacks what was read last, not on what another one has', () => {
    const second = main.replace('0', '1');
    const reads = [`${second}/resources/limits`, `${main}/image`, '/spec/replicas'];
    assert.deepEqual(spots({ reads }), [`${second}/name`, 'object']);
    assert.deepEqual(spots({ reads: ['/spec/strategy', '/spec/replicas'] }), ['object']);
  });

  it('never on a field that is not there or holds nothing', () => {
    assert.deepEqual(spots({ path: '/spec/paused', reads: [`${main}/env`, '/metadata/annotations'] }), ['object']);
  });

  it('on the container that the message names, or that the path leads into', () => {
    assert.deepEqual(spots({ message: 'container "side" has no limits' }), [
      `${main.replace('0', '1')}/name`,
      'object',
    ]);
    assert.deepEqual(spots({ path: `${main}/securityContext/privileged` }), [`${main}/name`, 'object']);
  });

  it('does not take a word of the message for a container', () => {
    assert.deepEqual(spots({ message: 'the main container has no limits' }), ['object']);
  });

  it("on the field that the engine's details name", () => {
    assert.deepEqual(spots({ details: { field: 'spec.template.spec.containers[1].image' } }), [
      `${main.replace('0', '1')}/image`,
      'object',
    ]);
  });
});

describe('a result of several failed validations', () => {
  const result: PolicyResult = {
    request: 'r',
    policy: 'p',
    binding: 'b',
    result: 'warn',
    actions: ['Warn'],
    message: 'first',
    at: '/spec/validations/0/expression',
    reads: ['/spec/replicas'],
  };

  it('is one result for each, with its own text, expression and fields', () => {
    const failures = [
      { at: '/spec/validations/0/expression', message: 'first', reads: ['/spec/replicas'] },
      { at: '/spec/validations/2/expression', message: 'second' },
    ];
    assert.deepEqual(failuresOf({ ...result, details: { failures } }), [
      { ...result, details: undefined },
      { ...result, details: undefined, at: '/spec/validations/2/expression', message: 'second', reads: [] },
    ]);
  });

  it('stays as it is where it names none', () => {
    assert.deepEqual(failuresOf(result), [result]);
    const named = { ...result, details: { failures: [{ at: '/x', message: 'first' }] } };
    assert.deepEqual(failuresOf(named), [named]);
  });
});
