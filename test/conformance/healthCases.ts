import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { argoHealth } from '../../src/core/health/argoHealth.ts';
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

/** Runs every case file below a folder: `expect.argo` and `expect.kstatus`, or the answer of an Argo CD script. */
export async function* runHealthCases(dir: string): AsyncIterable<HealthCaseResult> {
  const files = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.yaml')).sort();
  for (const name of files) {
    const value = readYaml(await readFile(join(dir, name), 'utf8'), 'kustomize').documents[0]?.value;
    const expected = objectAt(value, 'expect');
    if (expected !== undefined) yield judge(name, asKubeObject(objectAt(value, 'object')), expected);
  }
}

function judge(name: string, object: KubeObject | undefined, expected: JsonObject): HealthCaseResult {
  if (object === undefined) return result(name, 'undecided', 'The case holds no Kubernetes object.');
  const argo = objectAt(expected, 'argo');
  // One answer alone is that of one of Argo CD's scripts, which the product does not run yet.
  if (argo === undefined) return result(name, 'undecided', "Argo CD's scripts are not run yet.");
  const misses = [
    ...missOf('Argo CD', readHealth(argo), argoHealth(object) ?? { status: 'none', message: '' }),
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

function missOf(who: string, wanted: Health, found: Health): readonly string[] {
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
