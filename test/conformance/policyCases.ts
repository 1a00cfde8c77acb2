import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { caseFiles, judgeFiles } from '../../src/cli/policy/judgeFiles.ts';
import { readDocuments } from '../../src/adapters/files/readDocuments.ts';
import { messageOf } from '../../src/core/model/userError.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import type { PolicyEngine } from '../../src/core/policy/judgement.ts';
import type { ReportedResult } from '../../src/core/policy/reportedResult.ts';
import { readYaml } from '../../src/core/yaml/readYaml.ts';
import { meetExpectation, readExpectations } from './policyExpectations.ts';
import type { ExpectationResult } from './policyExpectations.ts';

/** The outcome of one case folder; the counts are verdicts. */
export interface PolicyCaseResult {
  readonly kind: 'policy';
  readonly case: string;
  /** The folder above the case. */
  readonly suite: string;
  readonly total: number;
  readonly agree: number;
  /** Every disagreement that is not `undecided`. */
  readonly wrong: number;
  /** Those of `wrong` that say pass for fail or fail for pass. */
  readonly opposite: number;
  readonly undecided: number;
  /** Of the verdicts that agree and state texts: how many, and how many of them have these texts. */
  readonly texts: { readonly total: number; readonly agree: number };
  /** Expectations that are not met in full. */
  readonly misses: readonly ExpectationResult[];
}

/** Runs every case folder below a folder (or that folder) through the product's judgement. */
export async function* runPolicyCases(dir: string, engine: PolicyEngine): AsyncIterable<PolicyCaseResult> {
  const names = (await readdir(dir, { recursive: true })).filter((name) => path.basename(name) === 'expected.yaml');
  for (const name of names.sort()) {
    const folder = path.join(dir, path.dirname(name));
    const id = path.relative(path.dirname(dir), folder);
    yield scoreOf(id, await runPolicyCase(folder, engine));
  }
}

/** The expectations of one case folder, each with how it was met; trouble with the case leaves all undecided. */
async function runPolicyCase(folder: string, engine: PolicyEngine): Promise<readonly ExpectationResult[]> {
  const text = await readFile(path.join(folder, 'expected.yaml'), 'utf8');
  const expected = readExpectations(readYaml(text, 'plain').documents[0]?.value);
  const patched = await readPatched(path.join(folder, 'patched.yaml'));
  const outcome = await judge(folder, engine);
  if (typeof outcome !== 'string') return expected.map((each) => meetExpectation(each, outcome, patched));
  return expected.map((each) => ({ ...meetExpectation(each, [], patched), meeting: 'undecided', message: outcome }));
}

async function judge(folder: string, engine: PolicyEngine): Promise<readonly ReportedResult[] | string> {
  try {
    return (await judgeFiles(engine, caseFiles(folder), new AbortController().signal)).results;
  } catch (error) {
    return messageOf(error);
  }
}

async function readPatched(file: string): Promise<readonly JsonObject[]> {
  return existsSync(file) ? (await readDocuments([file])).map(({ object }) => object) : [];
}

function scoreOf(id: string, results: readonly ExpectationResult[]): PolicyCaseResult {
  const count = (is: (each: ExpectationResult) => boolean): number => results.filter(is).length;
  const opposite = count(({ meeting }) => meeting === 'opposite');
  return {
    kind: 'policy',
    case: id,
    suite: path.dirname(id),
    total: results.length,
    agree: count(({ meeting }) => meeting === 'agree'),
    wrong: opposite + count(({ meeting }) => meeting === 'other'),
    opposite,
    undecided: count(({ meeting }) => meeting === 'undecided'),
    texts: {
      total: count(({ hasTexts }) => hasTexts !== undefined),
      agree: count(({ hasTexts }) => hasTexts === true),
    },
    misses: results.filter(({ meeting, hasTexts }) => meeting !== 'agree' || hasTexts === false),
  };
}

/** Figures of each suite, one line each. */
export function suiteLines(results: readonly PolicyCaseResult[]): readonly string[] {
  const suites = [...new Set(results.map(({ suite }) => suite))].sort();
  return suites.map((suite) => {
    const own = results.filter((each) => each.suite === suite);
    const sum = (of: (each: PolicyCaseResult) => number): number => own.reduce((total, each) => total + of(each), 0);
    const [total, agree] = [sum((each) => each.total), sum((each) => each.agree)];
    const share = total === 0 ? 0 : (100 * agree) / total;
    const misses = `${sum((each) => each.opposite)} pass for fail or fail for pass, ${sum((each) => each.wrong - each.opposite)} other, ${sum((each) => each.undecided)} undecided`;
    const texts = `texts ${sum((each) => each.texts.agree)} of ${sum((each) => each.texts.total)}`;
    return `${suite}: ${agree} of ${total} agree (${share.toFixed(1)} %), ${misses}; ${texts}`;
  });
}
