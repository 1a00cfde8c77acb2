import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { argoHealth } from '../../src/core/health/argoHealth.ts';
import type { HealthEngine, ScriptVerdict } from '../../src/core/health/healthScripts.ts';
import { kstatus } from '../../src/core/health/kstatus.ts';
import { objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { asKubeObject } from '../../src/core/model/resource.ts';
import type { KubeObject } from '../../src/core/model/resource.ts';
import { readYaml } from '../../src/core/yaml/readYaml.ts';

/** The outcome of one health case; exactly one of the three booleans is true. */
export interface HealthCaseResult {
  readonly kind: 'health';
  readonly case: string;
  readonly agree: boolean;
  readonly wrong: boolean;
  readonly undecided: boolean;
  readonly message?: string | undefined;
}

interface Health {
  readonly status: string;
  readonly message: string;
}

/** One case file. */
interface HealthCase {
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly expected: JsonObject;
}

/** Runs every case file below a folder: `expect.argo` and `expect.kstatus`, or the answer of an Argo CD script. */
export async function* runHealthCases(dir: string, engine: HealthEngine): AsyncIterable<HealthCaseResult> {
  const cases = await readCases(dir);
  const objects = cases.map(({ object }) => object ?? {});
  const verdicts = await engine.judgeHealth({ objects, overrides: [] }, new AbortController().signal);
  for (const [i, each] of cases.entries()) yield judge(each, verdicts[i] ?? { kind: 'unjudged', why: 'No answer.' });
}

async function readCases(dir: string): Promise<readonly HealthCase[]> {
  const files = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
  const cases: HealthCase[] = [];
  for (const name of files) {
    const value = readYaml(await readFile(join(dir, name), 'utf8'), 'kustomize').documents[0]?.value;
    const expected = objectAt(value, 'expect');
    if (expected !== undefined) cases.push({ name, object: asKubeObject(objectAt(value, 'object')), expected });
  }
  return cases;
}

function judge({ name, object, expected }: HealthCase, script: ScriptVerdict): HealthCaseResult {
  if (object === undefined) return result(name, 'undecided', 'The case holds no Kubernetes object.');
  const argo = objectAt(expected, 'argo');
  // One answer alone is a script's own, before deletion and the built-in checks are thought of; two are those of the
  // reconcilers where no script is asked.
  const misses =
    argo === undefined
      ? missOf("Argo CD's script", readHealth(expected), script.kind === 'judged' ? script : undefined)
      : [
          ...missOf('Argo CD', readHealth(argo), argoHealth(object, { kind: 'unscripted' })),
          ...missOf('kstatus', readHealth(objectAt(expected, 'kstatus') ?? {}), kstatus(object, new Date())),
        ];
  return misses.length === 0 ? result(name, 'agree') : result(name, 'wrong', misses.join('; '));
}

/** kstatus reports an error as `Unknown` with the error's text. */
function readHealth(health: JsonObject): Health {
  const error = stringAt(health, 'error');
  if (error !== undefined) return { status: 'Unknown', message: error };
  return { status: stringAt(health, 'status') ?? '', message: stringAt(health, 'message') ?? '' };
}

function missOf(who: string, wanted: Health, found: Health = { status: 'none', message: '' }): readonly string[] {
  if (wanted.status === found.status && wanted.message === found.message) return [];
  return [`${who} says ${JSON.stringify(wanted)}, we say ${JSON.stringify(found)}`];
}

function result(name: string, outcome: 'agree' | 'wrong' | 'undecided', message?: string): HealthCaseResult {
  return {
    kind: 'health',
    case: name,
    agree: outcome === 'agree',
    wrong: outcome === 'wrong',
    undecided: outcome === 'undecided',
    message,
  };
}
