import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureEngine } from '../../scripts/build/engine.ts';
import { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { messageOf, UserError } from '../../src/core/model/userError.ts';
import { runDiffCases } from './diffCases.ts';
import { runHealthCases } from './healthCases.ts';
import { runPolicyCases, suiteLines } from './policyCases.ts';
import type { PolicyCaseResult } from './policyCases.ts';
import { runProvenanceCases } from './provenanceCases.ts';

/** One case's line, for people and for machines; the counts are cases, for provenance fields, for policy verdicts. */
interface CaseLine {
  readonly case: string;
  readonly text: string;
  readonly total: number;
  readonly agree: number;
  readonly wrong: number;
  readonly undecided: number;
  readonly json: unknown;
  /** What figures of suites are made of. */
  readonly policy?: PolicyCaseResult | undefined;
}

interface Kind {
  readonly needsEngine: boolean;
  run(dir: string, engine: EnginePool): AsyncIterable<CaseLine>;
}

const kinds: Readonly<Record<string, Kind>> = {
  diff: { needsEngine: false, run: (dir) => wholeLines(runDiffCases(dir)) },
  health: { needsEngine: true, run: (dir, engine) => wholeLines(runHealthCases(dir, engine)) },
  provenance: { needsEngine: true, run: provenanceLines },
  policy: { needsEngine: true, run: policyLines },
};

const usage = `npm run conformance -- --kind ${Object.keys(kinds).join('|')} --cases DIR [--json]`;

/** The result of a case that is right, wrong or undecided as a whole. */
interface WholeCase {
  readonly case: string;
  readonly agree: boolean;
  readonly wrong: boolean;
  readonly undecided: boolean;
  readonly message?: string | undefined;
}

async function* wholeLines(results: AsyncIterable<WholeCase>): AsyncIterable<CaseLine> {
  for await (const result of results) {
    const word = result.agree ? 'agree' : result.undecided ? 'undecided' : 'WRONG';
    yield {
      case: result.case,
      text: `${word.padEnd(9)} ${result.case}${result.agree ? '' : `: ${result.message ?? ''}`}`,
      total: 1,
      agree: Number(result.agree),
      wrong: Number(result.wrong),
      undecided: Number(result.undecided),
      json: result,
    };
  }
}

async function* provenanceLines(dir: string, engine: EnginePool): AsyncIterable<CaseLine> {
  for await (const result of runProvenanceCases(dir, engine)) {
    const told = result.details.flatMap(({ outcome, object, path, message, lacking = [] }) => [
      ...(outcome === 'agree' ? [] : [`\n            ${outcome} ${object} ${path}: ${message ?? ''}`]),
      ...lacking.map((each) => `\n            lacks ${each} (${object} ${path})`),
    ]);
    const score = `${result.agree}/${result.fields}`;
    const word = result.wrong > 0 ? 'WRONG' : result.undecided > 0 ? 'undecided' : 'agree';
    yield {
      ...result,
      total: result.fields,
      text: `${word.padEnd(9)} ${score} ${result.case}${told.join('')}`,
      json: result,
    };
  }
}

async function* policyLines(dir: string, engine: EnginePool): AsyncIterable<CaseLine> {
  for await (const result of runPolicyCases(dir, engine)) {
    const told = result.misses.map(
      ({ meeting, policy, rule, resource, message }) =>
        `\n            ${meeting === 'agree' ? 'text' : meeting} ${policy}${rule === undefined ? '' : `/${rule}`} ${resource}: ${message ?? ''}`,
    );
    const word = result.wrong > 0 ? 'WRONG' : result.undecided > 0 ? 'undecided' : 'agree';
    const text = `${word.padEnd(9)} ${result.agree}/${result.total} ${result.case}${told.join('')}`;
    yield { ...result, text, json: result, policy: result };
  }
}

function readOptions(args: readonly string[]): { kind: Kind; name: string; cases: string; isJson: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: { kind: { type: 'string' }, cases: { type: 'string' }, json: { type: 'boolean' } },
  });
  const name = values.kind ?? '';
  const kind = kinds[name];
  if (kind === undefined) throw new UserError('usage', `There is no kind "${name}". ${usage}`);
  if (values.cases === undefined) throw new UserError('usage', `--cases names the folder of the cases. ${usage}`);
  if (!existsSync(values.cases)) throw new UserError('usage', `${values.cases} does not exist.`);
  return { kind, name, cases: values.cases, isJson: values.json ?? false };
}

/** Prints one line a case and a summary; the score does not decide the exit status. */
async function main(args: readonly string[]): Promise<void> {
  const { kind, name, cases, isJson } = readOptions(args);
  const modules = kind.needsEngine
    ? await ensureEngine((line) => {
        console.error(line);
      })
    : '';
  const worker = fileURLToPath(new URL('../../src/adapters/engine/engineWorker.ts', import.meta.url));
  const engine = new EnginePool({ worker, modules });
  const policies: PolicyCaseResult[] = [];
  const sum = { kind: name, total: 0, agree: 0, wrong: 0, undecided: 0 };
  try {
    for await (const line of kind.run(cases, engine)) {
      console.log(isJson ? JSON.stringify(line.json) : line.text);
      for (const count of ['total', 'agree', 'wrong', 'undecided'] as const) sum[count] += line[count];
      if (line.policy !== undefined) policies.push(line.policy);
    }
  } finally {
    engine.dispose();
  }
  const share = sum.total === 0 ? 0 : (100 * sum.agree) / sum.total;
  const words = `${sum.agree} of ${sum.total} agree (${share.toFixed(1)} %), ${sum.wrong} wrong, ${sum.undecided} undecided`;
  if (!isJson) for (const line of suiteLines(policies)) console.log(line);
  console.log(isJson ? JSON.stringify(sum) : words);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`plumbline: ${messageOf(error)}`);
  process.exitCode = 2;
});
