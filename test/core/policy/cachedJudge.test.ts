import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { UserError } from '../../../src/core/model/userError.ts';
import { CachedJudge } from '../../../src/core/policy/cachedJudge.ts';
import { undecidedByFailure } from '../../../src/core/policy/judgePolicies.ts';
import type { PolicyEngine, PolicyQuestion } from '../../../src/core/policy/judgement.ts';

function question(object: string, ...policies: readonly string[]): PolicyQuestion {
  return {
    policies: policies.map((name) => ({
      id: name,
      object: { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name } },
    })),
    context: [],
    complete: [],
    kinds: [],
    requests: [{ id: 'r', object: { metadata: { name: object } } }],
  };
}

/** Gives up on `endless`; passes all else. */
function engineOf() {
  const asked: (readonly string[])[] = [];
  const engine: PolicyEngine = {
    judge: (_, { policies, requests }) => {
      asked.push(policies.map(({ id }) => id));
      if (policies.some(({ id }) => id === 'endless'))
        return Promise.reject(new UserError('engine-timeout', 'Too long.'));
      const results = requests.flatMap(({ id }) =>
        policies.map(({ id: policy }) => ({
          request: id,
          document: policy,
          policy,
          result: 'pass' as const,
          actions: [],
        })),
      );
      return Promise.resolve({ results, problems: [] });
    },
  };
  return { judge: new CachedJudge(engine), asked };
}

const signal = new AbortController().signal;

describe('judgement that is kept', () => {
  it('asks nobody about an object that was judged by the same rules', async () => {
    const { judge, asked } = engineOf();
    const first = await judge.judge(question('a', 'good'), signal);
    assert.deepEqual(await judge.judge(question('a', 'good'), signal), first);
    assert.equal(asked.length, 1);
  });

  it('waits for a policy without end once, and leaves it undecided on what is edited afterwards', async () => {
    const { judge, asked } = engineOf();
    await judge.judge(question('a', 'good', 'endless'), signal);
    const before = asked.length;
    const { results, failures, problems } = await judge.judge(question('b', 'good', 'endless'), signal);
    assert.deepEqual(asked.slice(before), [['good']]);
    assert.deepEqual(
      [...results, ...undecidedByFailure(failures)].map(({ policy, result }) => [policy, result]),
      [
        ['good', 'pass'],
        ['endless', 'undecided'],
      ],
    );
    assert.deepEqual(
      problems.map(({ document, message }) => [document, message]),
      [['endless', 'Too long.']],
    );
  });

  it('asks about a policy without end again once the rules are others', async () => {
    const { judge, asked } = engineOf();
    await judge.judge(question('a', 'good', 'endless'), signal);
    const before = asked.length;
    await judge.judge(question('a', 'better', 'endless'), signal);
    assert.ok(asked.slice(before).some((policies) => policies.includes('endless')));
  });
});
