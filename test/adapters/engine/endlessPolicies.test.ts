import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import type { EnginePool } from '../../../src/adapters/engine/enginePool.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { judgePolicies } from '../../../src/core/policy/judgePolicies.ts';
import type { PolicyQuestion } from '../../../src/core/policy/judgement.ts';
import { openPool } from './engineFixture.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', annotations: { long: 'a'.repeat(5_000) } },
  spec: { containers: [{ name: 'web', image: 'web:1' }] },
};

function clusterPolicy(name: string, pattern: JsonObject): JsonObject {
  const match = { any: [{ resources: { kinds: ['Pod'] } }] };
  return {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name },
    spec: { rules: [{ name: 'r', match, validate: { message: 'no', pattern } }] },
  };
}

function question(...policies: readonly JsonObject[]): PolicyQuestion {
  return {
    policies: policies.map((object, index) => ({ id: `p${index}`, object })),
    context: [],
    complete: 'all',
    kinds: [],
    requests: [{ id: 'r', object: pod, user: {} }],
  };
}

const good = clusterPolicy('good', { metadata: { name: 'other' } });
/** Kyverno's wildcards try every place for every star. */
const endless = clusterPolicy('endless', { metadata: { annotations: { long: `${'*a'.repeat(40)}b` } } });

describe('a policy that never ends', function () {
  this.timeout(180_000);
  let pool: EnginePool;
  const signal = new AbortController().signal;

  before(() => {
    pool = openPool({ deadlineMs: 10_000 });
  });
  after(() => {
    pool.dispose();
  });

  it('is ended at the deadline, said on the policy, and takes no other with it', async () => {
    const { results, problems, failures } = await judgePolicies(pool, question(good, endless), signal);
    assert.deepEqual(
      results.map(({ policy, result }) => [policy, result]),
      [['good', 'fail']],
    );
    assert.deepEqual(
      problems.map(({ document }) => document),
      ['p1'],
    );
    assert.match(problems[0]?.message ?? '', /^Judging took longer than 10 s and was ended\. Look for .*wildcards\.$/);
    assert.deepEqual(
      failures.map(({ policies }) => policies.map(({ name }) => name)),
      [['endless']],
    );
  });

  it('leaves a worker that answers', async () => {
    const { results, failures } = await judgePolicies(pool, question(good), signal);
    assert.deepEqual([results.map(({ result }) => result), failures], [['fail'], []]);
  });
});
