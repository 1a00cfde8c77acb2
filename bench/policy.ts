import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { isObject } from '../src/core/model/json.ts';
import type { JsonObject } from '../src/core/model/json.ts';
import { CachedJudge } from '../src/core/policy/cachedJudge.ts';
import { questionOfDocuments } from '../src/core/policy/documentQuestion.ts';
import type { Judgement } from '../src/core/policy/judgePolicies.ts';
import type { PolicyEngineName, PolicyOutcome, PolicyQuestion } from '../src/core/policy/judgement.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { run } from '../scripts/lab/run.ts';
import { ensureTool } from './goTool.ts';
import { admissionPolicies } from './policy/admissionPolicies.ts';
import { gatekeeperPolicies } from './policy/gatekeeperPolicies.ts';
import { kyvernoPolicies } from './policy/kyvernoPolicies.ts';
import { benchNamespaces, benchObjects } from './policy/policyObjects.ts';
import { gatekeeperTool, kyvernoTool } from './policy/policyTools.ts';
import type { PolicyTool } from './policy/policyTools.ts';
import { notMeasured, observed } from './row.ts';
import type { Row } from './row.ts';

const objects = 1_000;
const policies = 50;
const pairs = objects * policies;
const rounds = { warm: 3, keystroke: 9, tool: 2 } as const;

interface Subject {
  readonly engine: PolicyEngineName;
  readonly policies: readonly JsonObject[];
  /** The engine's own programme; the API server has none that judges files. */
  readonly tool?: PolicyTool;
}

/** Milliseconds. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

interface Costs {
  readonly cold: Cost;
  readonly warm: Cost;
  readonly keystroke: Cost;
  readonly judgement: Judgement;
}

async function costOf<T>(work: () => Promise<T>): Promise<{ readonly cost: Cost; readonly value: T }> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  // The worker is a thread of this process, so its time is in here.
  const { user, system } = process.cpuUsage(before);
  return { cost: { wall: performance.now() - start, cpu: (user + system) / 1000 }, value };
}

/** The least says what the work costs on a busy machine. */
async function leastOf(count: number, work: (round: number) => Promise<Cost>): Promise<Cost> {
  let least: Cost = { wall: Infinity, cpu: Infinity };
  for (let round = 0; round < count; round += 1) {
    const { wall, cpu } = await work(round);
    least = { wall: Math.min(least.wall, wall), cpu: Math.min(least.cpu, cpu) };
  }
  return least;
}

/** One object with another label, all others the very same. */
function edited(question: PolicyQuestion, round: number): PolicyQuestion {
  const requests = question.requests.map((request, index) => {
    if (index !== round * 101 || request.object === undefined) return request;
    const metadata = isObject(request.object.metadata) ? request.object.metadata : {};
    const labels = isObject(metadata.labels) ? metadata.labels : {};
    const changed = { ...metadata, labels: { ...labels, edited: String(round) } };
    return { ...request, object: { ...request.object, metadata: changed } };
  });
  return { ...question, requests };
}

/** Through the product's own way, in one worker. */
async function judge(question: PolicyQuestion): Promise<Costs> {
  const pool = new EnginePool({
    worker: new URL('../src/adapters/engine/engineWorker.ts', import.meta.url),
    modules: path.join(projectRoot, 'dist/engine'),
    threads: 1,
  });
  const signal = AbortSignal.timeout(600_000);
  try {
    const judge = new CachedJudge(pool);
    const { cost: cold, value: judgement } = await costOf(() => judge.judge(question, signal));
    const warm = await leastOf(rounds.warm, async () => {
      const forgetful = new CachedJudge(pool);
      return (await costOf(() => forgetful.judge(question, signal))).cost;
    });
    const keystroke = await leastOf(rounds.keystroke, async (round) => {
      const now = edited(question, round);
      return (await costOf(() => judge.judge(now, signal))).cost;
    });
    return { cold, warm, keystroke, judgement };
  } finally {
    pool.dispose();
  }
}

function show({ wall, cpu }: Cost): string {
  return `${wall.toFixed(0)} ms, CPU ${cpu.toFixed(0)} ms`;
}

/** What was judged, so that a number that comes from judging nothing shows. */
function wordsOf({ results, problems, failures }: Judgement): string {
  const outcomes = [...new Set(results.map(({ result }) => result))];
  const countOf = (outcome: PolicyOutcome): number => results.filter(({ result }) => result === outcome).length;
  const words = outcomes.map((outcome) => `${String(countOf(outcome))} ${outcome}`);
  if (problems.length > 0) words.push(`${String(problems.length)} problems: ${problems[0]?.message ?? ''}`);
  if (failures.length > 0) words.push(`${String(failures.length)} failures: ${failures[0]?.message ?? ''}`);
  return words.join(', ');
}

/** A native process each time; `undefined` when it does not come to an end. */
async function runTool(
  file: string,
  args: readonly string[],
  tool: PolicyTool,
): Promise<{ readonly cost: Cost; readonly violations: number } | undefined> {
  const start = performance.now();
  // The shell tells what its children used; tools exit with 1 when objects violate.
  const { stdout } = await run('sh', ['-c', '"$@"; times', 'sh', file, ...args]);
  const wall = performance.now() - start;
  const [, ...used] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(stdout) ?? [];
  const [userMinutes = 0, user = 0, systemMinutes = 0, system = 0] = used.map(Number);
  const violations = tool.violations(stdout);
  if (used.length === 0 || violations === undefined) return undefined;
  return { cost: { wall, cpu: ((userMinutes + systemMinutes) * 60 + user + system) * 1000 }, violations };
}

async function measureTool(
  { engine, policies: documents, tool }: Subject,
  { cold, warm, judgement }: Costs,
  progress: (line: string) => void,
): Promise<readonly Row[]> {
  if (tool === undefined) return [];
  const what = `policy: ${engine}, ${tool.name}`;
  const built = await ensureTool(tool, progress);
  if ('reason' in built) return [notMeasured(what, '-', built.reason)];
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bench-'));
  try {
    const write = async (name: string, all: readonly JsonObject[]): Promise<string> => {
      const file = path.join(scratch, name);
      // JSON is YAML too.
      await writeFile(file, all.map((each) => JSON.stringify(each)).join('\n---\n'));
      return file;
    };
    const args = tool.arguments(
      await write('policies.yaml', documents),
      await write('objects.yaml', benchObjects(objects)),
    );
    let violations = 0;
    const cost = await leastOf(rounds.tool, async () => {
      const ran = await runTool(built.file, args, tool);
      if (ran === undefined) throw new Error(`${tool.name} gave no results`);
      violations = ran.violations;
      return ran.cost;
    });
    const own = judgement.results.filter(({ result }) => result === 'fail').length;
    const ratio = (one: Cost): string =>
      `${(one.wall / cost.wall).toFixed(2)} x, CPU ${(one.cpu / cost.cpu).toFixed(2)} x`;
    return [
      observed(what, show(cost), `a native process; ${String(violations)} violations, here ${String(own)}`),
      observed(`${what}, ratio warm`, ratio(warm), 'one worker to the native process'),
      observed(`${what}, ratio cold`, ratio(cold), 'the same, first judgement'),
    ];
  } catch (error) {
    return [notMeasured(what, '-', error instanceof Error ? error.message : String(error))];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Judgement of many objects by many policies of each engine: cold, warm, after one edit, and the engines' own tools. Each
 * policy counts with each object as a pair, whether it matches or not.
 */
export async function measurePolicy(progress: (line: string) => void): Promise<readonly Row[]> {
  const subjects: readonly Subject[] = [
    { engine: 'admission', policies: admissionPolicies(policies) },
    { engine: 'kyverno', policies: kyvernoPolicies(policies), tool: kyvernoTool },
    { engine: 'gatekeeper', policies: gatekeeperPolicies(policies), tool: gatekeeperTool },
  ];
  const rows: Row[] = [];
  for (const subject of subjects) {
    progress(`policy: ${subject.engine} judges ${String(objects)} objects by ${String(policies)} policies …`);
    const { question } = questionOfDocuments({
      policies: subject.policies,
      context: benchNamespaces(),
      resources: benchObjects(objects),
    });
    const costs = await judge(question);
    const what = `policy: ${subject.engine}`;
    const perPair = (one: Cost): string => `${((one.cpu * 1000) / pairs).toFixed(1)} µs CPU a pair`;
    rows.push(
      observed(`${what}, cold`, show(costs.cold), `${perPair(costs.cold)}; ${wordsOf(costs.judgement)}`),
      observed(`${what}, warm`, show(costs.warm), `${perPair(costs.warm)}; least of ${String(rounds.warm)}`),
      observed(`${what}, keystroke`, show(costs.keystroke), `one object changed; least of ${String(rounds.keystroke)}`),
      ...(await measureTool(subject, costs, progress)),
    );
  }
  return rows;
}
