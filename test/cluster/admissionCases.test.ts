import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { ControlPlane } from '../../scripts/lab/controlPlane.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { isObject, stringAt } from '../../src/core/model/json.ts';
import type { AdmissionRequest, PolicyResult } from '../../src/core/policy/judgement.ts';
import { policyKindOf } from '../../src/core/policy/policyKinds.ts';
import { findSuite, objectsIn } from '../adapters/engine/admissionCases.ts';
import { modules, openPool } from '../adapters/engine/engineFixture.ts';
import { withoutChance } from '../admission/caseSentinels.ts';
import { CaseServer } from '../admission/caseServer.ts';
import type { ServerAnswer } from '../admission/caseServer.ts';
import { readServerCase, wavesOf } from '../admission/serverCase.ts';
import type { ServerCase } from '../admission/serverCase.ts';
import { countOf, expectPodSecurity, expectPolicies, isSameWord } from '../admission/words.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
/** The version of the control plane, see go.mod beside this file. */
const kubeVersion = '1.34';
/** Suites, and how many of their requests a server can be asked at least. */
const suites = [
  { name: 'own-vap', atLeast: 73 },
  { name: 'kubescape', atLeast: 135 },
  { name: 'kat', atLeast: 16 },
  { name: 'kyverno-cli', atLeast: 20 },
  { name: 'psa', atLeast: 920 },
] as const;

/** What came of one request. */
interface Comparison {
  readonly outcome: 'agree' | 'undecided' | 'differ' | 'not-asked';
  readonly about: string;
}

describe('the cases of admission, judged by the engine and by a real API server', () => {
  let dir: string;
  let plane: ControlPlane;
  let server: CaseServer;
  let pool: EnginePool;
  let waves = 0;
  const cases = new Map(suites.map(({ name }) => [name, casesOf(name)] as const));

  before(async function () {
    this.timeout(withBuild);
    assert.ok(existsSync(`${modules}/admission.wasm`), 'dist/engine/admission.wasm is missing: run "npm run build"');
    dir = await mkdtemp(path.join(tmpdir(), 'plumbline-cases-'));
    const served = ['v1alpha1', 'v1beta1'].map((version) => `admissionregistration.k8s.io/${version}=true`);
    const apiFlags = ['--feature-gates=MutatingAdmissionPolicy=true', `--runtime-config=${served.join(',')}`];
    plane = await startControlPlane({ dir, apiFlags, progress: console.log });
    server = new CaseServer(plane);
    pool = openPool({ threads: 1, deadlineMs: 120_000 });
    await server.prepare([...cases.values()].flatMap((each) => each ?? []));
  });

  after(async function () {
    this.timeout(30_000);
    pool.dispose();
    server.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  for (const { name, atLeast } of suites) {
    it(`agree word for word over ${name}`, async function () {
      this.timeout(300_000);
      const own = cases.get(name);
      if (own === undefined) {
        console.log(`      ${name} is not at hand: it belongs beside the repository, in shared/cases/policy`);
        this.skip();
      }
      const comparisons: Comparison[] = [];
      for (const wave of wavesOf(own)) comparisons.push(...(await compareWave(wave)));
      const differing = tell(name, comparisons);
      assert.deepEqual(differing, []);
      const asked = comparisons.filter(({ outcome }) => outcome !== 'not-asked');
      assert.ok(asked.length >= atLeast, `only ${String(asked.length)} requests could be asked`);
    });
  }

  async function compareWave(wave: readonly ServerCase[]): Promise<readonly Comparison[]> {
    waves += 1;
    const refused = await server.enter(wave, waves);
    const compared = await Promise.all(wave.map((each) => compareCase(each, refused.get(each.id))));
    await server.leave(wave);
    return compared.flat();
  }

  async function compareCase(of: ServerCase, refusal: string | undefined): Promise<readonly Comparison[]> {
    const { question, name } = of;
    if (refusal !== undefined) return question.requests.map(() => ({ outcome: 'not-asked', about: `${name}: ${refusal}` }));
    const { results } = await pool.judge('admission', question, new AbortController().signal);
    return Promise.all(
      question.requests.map(async (request): Promise<Comparison> => {
        const about = `${name} ${stringAt(request.object ?? request.oldObject, 'metadata', 'name') ?? request.name ?? ''}`;
        const answer = await server.ask(request);
        if (answer.kind === 'not-asked') return { outcome: 'not-asked', about: `${about}: ${answer.why}` };
        const own = results.filter((each) => each.request === request.id).map((each) => named(each, of));
        if (own.some(({ result }) => result === 'undecided')) {
          return { outcome: 'undecided', about: `${about}: ${own.map(({ reason = '' }) => reason).join(' ')}` };
        }
        const isMet = isWord(own, answer) && (await isObjectOf(own, request, answer, of));
        const found = own.map(({ result, message, reason, actions }) => ({ result, message, reason, actions }));
        return isMet
          ? { outcome: 'agree', about }
          : { outcome: 'differ', about: `${about}: the server ${JSON.stringify(answer)}, the engine ${JSON.stringify(found)}` };
      }),
    );
  }

  /** Where policies mutate: the object that the server would create is the one it creates of the engine's. */
  async function isObjectOf(results: readonly PolicyResult[], request: AdmissionRequest, answer: ServerAnswer, of: ServerCase): Promise<boolean> {
    const isMutating = of.rules.some(({ kind }) => kind === 'MutatingAdmissionPolicy');
    const mutated = results.map(({ patched }) => patched).findLast(isObject) ?? request.object;
    if (!isMutating || answer.kind !== 'said' || answer.object === undefined || mutated === undefined) return true;
    const [mine, its] = [await server.asCreated(mutated), answer.object].map(withoutChance);
    assert.deepEqual(mine, its, of.name);
    return true;
  }
});

function casesOf(suite: string): readonly ServerCase[] | undefined {
  const folder = findSuite(suite);
  if (folder === undefined) return undefined;
  return readdirSync(folder).sort().flatMap((name, i) => {
    const own = path.join(folder, name);
    const isOfAdmission = suite === 'psa' || objectsIn(own, 'policies.yaml').some((each) => policyKindOf(each)?.engine === 'admission');
    return isOfAdmission ? [readServerCase(`${suite}-${String(i)}`, name, own, kubeVersion)] : [];
  });
}

/** Results as the server names things: bindings by their names. */
function named(result: PolicyResult, { question }: ServerCase): PolicyResult {
  const binding = question.policies.find(({ id }) => id === result.binding);
  return { ...result, binding: stringAt(binding?.object, 'metadata', 'name') };
}

function isWord(results: readonly PolicyResult[], answer: ServerAnswer): boolean {
  const expected = countOf((each) => (each.policy === 'PodSecurity' ? expectPodSecurity(each) : expectPolicies(each)));
  return answer.kind === 'said' && expected(results).some((each) => isSameWord(each, answer.word));
}

/** Prints what came of a suite's requests, and returns what differs. */
function tell(suite: string, comparisons: readonly Comparison[]): readonly string[] {
  const of = (outcome: Comparison['outcome']): readonly string[] =>
    comparisons.flatMap((each) => (each.outcome === outcome ? [each.about] : []));
  const [agree, undecided, differ, notAsked] = [of('agree'), of('undecided'), of('differ'), of('not-asked')];
  console.log(
    `      ${suite}: ${String(agree.length)} agree, ${String(differ.length)} differ, ${String(undecided.length)} undecided, ${String(notAsked.length)} cannot be asked`,
  );
  for (const each of [...undecided, ...notAsked]) console.log(`        ${each.slice(0, 300)}`);
  return differ;
}
