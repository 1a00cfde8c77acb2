import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type ControlPlane, startControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { numberAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import type { PolicyAnswer, PolicyQuestion, PolicyResult } from '../../src/core/policy/judgement.ts';
import { modules, openPool } from '../adapters/engine/engineFixture.ts';
import { makeObject, makePod } from '../admission/objects.ts';
import type { Sample } from '../admission/objects.ts';
import { document, makePolicy } from '../admission/policies.ts';
import { countOf, expectPodSecurity, expectPolicies, isSameWord, readWarnings } from '../admission/words.ts';
import type { Word } from '../admission/words.ts';
import { statedWarnings, typeWarningIn } from '../admission/typeWarnings.ts';
import { seededRandom } from '../surface/random.ts';
import { type Answer, SurfaceApi } from '../surface/surfaceApi.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const seed = Number(process.env.PLUMBLINE_SEED ?? 1);
/** The version of the control plane, see go.mod beside this file. */
const kubeVersion = '1.34';
const counts = { policies: 60, objectsOfEach: 4, pods: 160 } as const;
const group = '/apis/admissionregistration.k8s.io/v1';
const namespaces = [
  namespace('prod', { env: 'prod' }),
  namespace('dev', { env: 'dev' }),
  namespace('parameters', {}),
  ...['baseline', 'restricted'].flatMap((level) =>
    ['latest', 'v1.24', 'v1.30'].map((version) =>
      namespace(`${level}-${version.replace('.', '-')}`, {
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/enforce-version': version,
      }),
    ),
  ),
  namespace('warned', { 'pod-security.kubernetes.io/warn': 'restricted' }),
];

function namespace(name: string, labels: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

function nameOf(object: JsonObject): string {
  return stringAt(object, 'metadata', 'name') ?? '';
}

describe('admission policies judged by the engine and by a real API server', () => {
  const random = seededRandom(seed);
  const rules = Array.from({ length: counts.policies }, (_, i) => {
    const name = `p${String(i)}`;
    return makePolicy(random.fork(name), name);
  });
  const parameters = ['prod', 'parameters'].map((each) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap' },
    ...{ metadata: { name: 'limits', namespace: each, labels: { limits: 'true' } }, data: { max: '0' } },
  }));
  let dir: string;
  let plane: ControlPlane;
  let api: SurfaceApi;
  let pool: EnginePool;

  before(async function () {
    this.timeout(withBuild);
    assert.ok(existsSync(`${modules}/admission.wasm`), 'dist/engine/admission.wasm is missing: run "npm run build"');
    dir = await mkdtemp(join(tmpdir(), 'plumbline-admission-'));
    plane = await startControlPlane({ dir, progress: console.log });
    api = new SurfaceApi(plane);
    pool = openPool({ threads: 1, deadlineMs: 120_000 });
    console.log(`      seed ${String(seed)}`);
    for (const each of namespaces) await create('/api/v1/namespaces', each);
    for (const each of parameters) await create(`/api/v1/namespaces/${each.metadata.namespace}/configmaps`, each);
    for (const each of ['prod', 'dev']) {
      const robot = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: each } };
      await create(`/api/v1/namespaces/${each}/serviceaccounts`, robot);
    }
    for (const { policy, bindings } of rules) {
      await create(`${group}/validatingadmissionpolicies`, policy);
      for (const each of bindings) await create(`${group}/validatingadmissionpolicybindings`, each);
    }
    await waitForPolicies();
    for (const each of namespaces) await waitForAccount(nameOf(each));
  });

  after(async function () {
    this.timeout(30_000);
    pool.dispose();
    api.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('agrees with it on generated policies and objects, word for word', async function () {
    this.timeout(300_000);
    const samples = rules.flatMap(({ name }) =>
      Array.from({ length: counts.objectsOfEach }, (_, i) => {
        const own = random.fork(`${name} ${String(i)}`);
        return makeObject(own, `${name}-${String(i)}`, own.pick(['prod', 'dev']), { case: name });
      }),
    );
    await compare(samples, countOf(expectPolicies));
  });

  it('agrees with it on Pods and Deployments under Pod Security, word for word', async function () {
    this.timeout(300_000);
    const secured = namespaces.map(nameOf).filter((name) => /^(?:baseline|restricted|warned)/.test(name));
    const samples = Array.from({ length: counts.pods }, (_, i) => {
      const own = random.fork(`pod ${String(i)}`);
      return makePod(own, `pod-${String(i)}`, own.pick(secured));
    });
    await compare(samples, countOf(expectPodSecurity));
  });

  it('doubts the types of generated policies only where its controller does', async function () {
    this.timeout(60_000);
    const { problems } = await judge([]);
    const ours = problems.flatMap((each) => {
      const warning = typeWarningIn(each);
      return warning === undefined ? [] : [{ ...warning, policy: each.document ?? '' }];
    });
    assert.ok(ours.length > 5, 'hardly any policy is doubted');
    for (const { policy, at, text } of ours) {
      const stated = await eventually(`the types of ${policy} to be checked`, async () => {
        const { body } = await api.get(`${group}/validatingadmissionpolicies/${policy}`);
        return numberAt(body, 'status', 'observedGeneration') === 1 ? statedWarnings(body) : undefined;
      });
      const theirs = stated.find((each) => each.at === at)?.text.split('\n') ?? [];
      const lines = text.split('\n').map((line) => line.slice(Math.max(0, line.indexOf('ERROR'))));
      for (const line of lines) {
        assert.ok(theirs.some((each) => each.endsWith(line)), `${policy} ${at}: ${line}`);
      }
    }
  });

  async function compare(samples: readonly Sample[], expect: (results: readonly PolicyResult[]) => Word[]): Promise<void> {
    const start = performance.now();
    const [answer, words] = await Promise.all([judge(samples), Promise.all(samples.map(askServer))]);
    const kinds = new Map<string, number>();
    const wrong = samples.flatMap((sample, i) => {
      const own = answer.results.filter(({ request }) => request === String(i));
      const word = words[i];
      assert.ok(word !== undefined);
      const kind = word.denial === undefined ? (word.warnings.length > 0 ? 'warned' : 'admitted') : 'denied';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const isMet = expect(own).some((expected) => isSameWord(expected, word));
      return isMet ? [] : [describeMiss(sample, own, word)];
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`      ${String(samples.length)} requests in ${seconds} s: ${JSON.stringify(Object.fromEntries(kinds))}`);
    assert.deepEqual(answer.problems.filter((each) => typeWarningIn(each) === undefined), []);
    assert.deepEqual(wrong, []);
    for (const kind of ['denied', 'warned', 'admitted']) assert.ok((kinds.get(kind) ?? 0) > 10, `hardly any ${kind}`);
  }

  /** The same question for the engine. */
  function judge(samples: readonly Sample[]): Promise<PolicyAnswer> {
    const question: PolicyQuestion = {
      policies: rules.flatMap(({ policy, bindings }) => [policy, ...bindings]).map((object) => ({ id: nameOf(object), object })),
      context: [...namespaces, ...parameters],
      complete: 'all',
      kinds: [],
      kubeVersion,
      requests: samples.map(({ object }, i) => ({
        id: String(i),
        object,
        user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      })),
    };
    return pool.judge('admission', question, new AbortController().signal);
  }

  async function askServer({ collection, object }: Sample): Promise<Word> {
    const answer = await api.post(`${collection}?dryRun=All`, object);
    const denial = answer.status === 201 ? undefined : (stringAt(answer.body, 'message') ?? '');
    return { denial, warnings: readWarnings(answer.warnings) };
  }

  async function create(collection: string, object: JsonObject): Promise<void> {
    const answer = await api.post(collection, object);
    assert.equal(answer.status, 201, `${nameOf(object)}: ${JSON.stringify(answer.body)}`);
  }

  /** A policy, made after all others with its parameter last, is in force; so are the others. */
  async function waitForPolicies(): Promise<void> {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: {
        objectSelector: { matchLabels: { case: 'sentinel' } },
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression: "params.data.max == '1'", message: 'in force' }],
    };
    await create(`${group}/validatingadmissionpolicies`, document('ValidatingAdmissionPolicy', 'sentinel', spec));
    const parameter = { name: 'sentinel', namespace: 'parameters' };
    const binding = {
      ...{ policyName: 'sentinel', validationActions: ['Deny'] },
      paramRef: { ...parameter, parameterNotFoundAction: 'Allow' },
    };
    await create(
      `${group}/validatingadmissionpolicybindings`,
      document('ValidatingAdmissionPolicyBinding', 'sentinel', binding),
    );
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: parameter, data: { max: '0' } };
    await create('/api/v1/namespaces/parameters/configmaps', configMap);
    const probe = { ...configMap, metadata: { name: 'probe', namespace: 'dev', labels: { case: 'sentinel' } } };
    await eventually('the policies to be in force', async () => {
      const answer = await api.post('/api/v1/namespaces/dev/configmaps?dryRun=All', probe);
      return isDenied(answer, 'in force') ? true : undefined;
    });
  }

  /** Pods need the account that a controller makes for each Namespace. */
  async function waitForAccount(name: string): Promise<void> {
    const path = `/api/v1/namespaces/${name}/serviceaccounts/default`;
    await eventually(path, async () => ((await api.get(path)).status === 200 ? true : undefined));
  }
});

function isDenied({ status, body }: Answer, text: string): boolean {
  return status !== 201 && (stringAt(body, 'message') ?? '').includes(text);
}

function describeMiss({ object }: Sample, results: readonly PolicyResult[], word: Word): string {
  const own = results.filter(({ policy, result }) => result !== 'pass' || policy === 'PodSecurity');
  const shown = own.map(({ policy, result, message, reason, actions, details }) => ({ policy, result, message, reason, actions, details }));
  return `${nameOf(object)}: the server ${JSON.stringify(word)}, the engine ${JSON.stringify(shown)}, of ${JSON.stringify(objectAt(object, 'spec') ?? object)}`;
}
