import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { listAt, objectAt, stringAt } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import { judgePolicies, undecidedByFailure } from '../../../src/core/policy/judgePolicies.ts';
import type {
  PolicyEngine,
  PolicyEngineName,
  PolicyQuestion,
  PolicyResult,
} from '../../../src/core/policy/judgement.ts';

interface Asked {
  readonly engine: PolicyEngineName;
  readonly policies: readonly string[];
  readonly requests: number;
}

/** An engine in which some policies never end; each of the others passes every request. */
function engineOf(endless: readonly string[], missing: readonly PolicyEngineName[] = []) {
  const asked: Asked[] = [];
  const engine: PolicyEngine = {
    judge: (name, { policies, requests }) => {
      asked.push({ engine: name, policies: policies.map(({ id }) => id), requests: requests.length });
      if (missing.includes(name)) return Promise.reject(new UserError('engine-missing', `${name} is missing.`));
      if (policies.some(({ id }) => endless.includes(id))) {
        return Promise.reject(new UserError('engine-timeout', 'It takes too long.'));
      }
      const judges = policies.filter(({ object }) => object.kind !== 'ConstraintTemplate');
      const results = requests.flatMap(({ id: request }) =>
        judges.map(({ id }) => ({ request, document: id, policy: id, result: 'pass' as const, actions: [] })),
      );
      return Promise.resolve({ results, problems: [] });
    },
  };
  return { engine, asked };
}

function question(policies: Readonly<Record<string, JsonObject>>, more: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    policies: Object.entries(policies).map(([id, object]) => ({ id, object: { metadata: { name: id }, ...object } })),
    context: [],
    complete: [],
    requests: [{ id: 'r' }],
    kinds: [],
    ...more,
  };
}

const clusterPolicy = { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy' };
const vap = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
const constraint = { apiVersion: 'constraints.gatekeeper.sh/v1beta1', kind: 'NeedOwner' };
const template = {
  apiVersion: 'templates.gatekeeper.sh/v1',
  kind: 'ConstraintTemplate',
  spec: { crd: { spec: { names: { kind: 'NeedOwner' } } } },
};
const signal = new AbortController().signal;

describe('asking the policy engines', () => {
  it('asks each engine about its own documents only, and none without', async () => {
    const { engine, asked } = engineOf([]);
    await judgePolicies(engine, question({ a: clusterPolicy, b: vap }), signal);
    assert.deepEqual(
      asked.map((each) => [each.engine, each.policies]),
      [
        ['admission', ['b']],
        ['kyverno', ['a']],
      ],
    );
  });

  it('asks about Pod Security where a known Namespace is labelled for it', async () => {
    const { engine, asked } = engineOf([]);
    const namespace = (labels: JsonObject) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a', labels },
    });
    await judgePolicies(engine, question({}, { context: [namespace({ team: 'a' })] }), signal);
    assert.deepEqual(asked, []);
    const labelled = namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' });
    await judgePolicies(engine, question({}, { context: [labelled] }), signal);
    assert.deepEqual(asked, [{ engine: 'admission', policies: [], requests: 1 }]);
  });

  it('takes away only the policy on which an engine gives up', async () => {
    const { engine } = engineOf(['bad']);
    const asked = question({ bad: constraint, good: constraint, template });
    const { results, problems, failures } = await judgePolicies(engine, asked, signal);
    assert.deepEqual(
      results.map(({ policy }) => policy),
      ['good'],
    );
    assert.deepEqual(problems, [{ severity: 'error', message: 'It takes too long.', document: 'bad' }]);
    assert.deepEqual(
      undecidedByFailure(failures).map(({ policy, result, reason }) => [policy, result, reason]),
      [['bad', 'undecided', 'It takes too long.']],
    );
  });

  it('gives a constraint its template when it is asked about alone', async () => {
    const { engine, asked } = engineOf(['bad']);
    await judgePolicies(engine, question({ bad: constraint, good: constraint, template }), signal);
    assert.deepEqual(
      asked.map(({ policies }) => policies),
      [
        ['bad', 'good', 'template'],
        ['bad', 'template'],
        ['good', 'template'],
      ],
    );
  });

  it('asks about many objects in several questions, and never again about a policy without end', async () => {
    const { engine, asked } = engineOf(['bad']);
    const requests = Array.from({ length: 450 }, (_, index) => ({ id: `r${index}` }));
    const { results, failures } = await judgePolicies(
      engine,
      question({ bad: clusterPolicy, good: clusterPolicy }, { requests }),
      signal,
    );
    assert.equal(results.length, 450);
    assert.equal(asked.filter(({ policies }) => policies.includes('bad')).length, 2);
    assert.deepEqual(
      failures.map((each) => each.requests.length),
      [450],
    );
  });

  it('leaves a missing engine undecided without asking it again', async () => {
    const { engine, asked } = engineOf([], ['kyverno']);
    const two = question({ a: clusterPolicy, b: clusterPolicy, c: vap });
    const { results, failures, problems } = await judgePolicies(engine, two, signal);
    assert.equal(asked.filter((each) => each.engine === 'kyverno').length, 1);
    assert.deepEqual(
      results.map(({ policy }) => policy),
      ['c'],
    );
    assert.deepEqual(
      undecidedByFailure(failures).map(({ policy }) => policy),
      ['a', 'b'],
    );
    assert.deepEqual(problems, [{ severity: 'error', message: 'kyverno is missing.', document: undefined }]);
  });

  it('does not take a bug for an engine that gives up', async () => {
    const engine: PolicyEngine = { judge: () => Promise.reject(new TypeError('bug')) };
    await assert.rejects(judgePolicies(engine, question({ a: vap }), signal), TypeError);
  });

  describe('with policies that change objects', () => {
    /** Policies append their name to `seen` when they mutate, and pass with what they saw as message when they judge. */
    const engine: PolicyEngine = {
      judge: (_name, { policies, requests }) => {
        const results = requests.flatMap(({ id: request, object }) => {
          let seen = object;
          const spoken: PolicyResult[] = [];
          for (const { id, object: policy } of policies.filter((each) => isMutating(each.object))) {
            seen = { ...seen, seen: `${stringAt(seen, 'seen') ?? ''}${id}` };
            const rule = policy.kind === 'ClusterPolicy' ? 'add' : undefined;
            spoken.push({ request, document: id, policy: id, rule, result: 'pass', actions: [], patched: seen });
          }
          for (const { id } of policies.filter((each) => isValidating(each.object))) {
            const message = stringAt(seen, 'seen') ?? '';
            spoken.push({ request, document: id, policy: id, result: 'pass', actions: [], message });
          }
          return spoken;
        });
        return Promise.resolve({ results, problems: [] });
      },
    };
    const hasRule = (object: JsonObject, what: string): boolean =>
      listAt(object, 'spec', 'rules').some((each) => objectAt(each, what) !== undefined);
    const isMutating = (object: JsonObject): boolean =>
      object.kind === 'MutatingAdmissionPolicy' || hasRule(object, 'mutate');
    const isValidating = (object: JsonObject): boolean =>
      object.kind === 'ValidatingAdmissionPolicy' || object.kind === 'NeedOwner' || hasRule(object, 'validate');
    const map = { ...vap, kind: 'MutatingAdmissionPolicy' };
    const both = {
      ...clusterPolicy,
      spec: {
        rules: [
          { name: 'add', mutate: {} },
          { name: 'check', validate: {} },
        ],
      },
    };
    const asked = { requests: [{ id: 'r', object: { kind: 'Pod' } }] };

    it('judges by every engine what all of them make of the object', async () => {
      const policies = { M: map, v: vap, constraint, K: both };
      const { results } = await judgePolicies(engine, question(policies, asked), signal);
      assert.deepEqual(
        results.map(({ policy, message, patched, mutatedBy }) => [
          ...[policy, message ?? stringAt(patched, 'seen'), mutatedBy?.join()],
        ]),
        [
          ['M', 'M', undefined],
          ['v', 'MK', 'M,K'],
          ['constraint', 'MK', 'M,K'],
          ['K', 'MK', undefined],
          ['K', 'MK', 'M,K'],
        ],
      );
    });

    it('asks nobody again whose objects no later engine changed', async () => {
      const judge = recordedOf(engine);
      await judgePolicies(judge.engine, question({ M: map, v: vap, constraint }, asked), signal);
      assert.deepEqual(judge.asked, ['admission', 'gatekeeper']);
    });
  });
});

/** The engine, and who of it was asked. */
function recordedOf(engine: PolicyEngine) {
  const asked: PolicyEngineName[] = [];
  const judge: PolicyEngine['judge'] = (name, ...rest) => {
    asked.push(name);
    return engine.judge(name, ...rest);
  };
  return { engine: { judge }, asked };
}
