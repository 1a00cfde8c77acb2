import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { PolicyEngine } from '../../core/policy/judgement.ts';
import type { CliResult } from '../runRequest.ts';
import { openEngine } from '../parts.ts';
import { caseFiles, judgeFiles } from './judgeFiles.ts';
import type { FileProblem } from './judgeFiles.ts';
import { openReports } from './openReports.ts';
import type { PolicyOutput, PolicyRequest } from './policyArguments.ts';
import { policyJson, policyText } from './policyText.ts';
import type { PrintedProblem, PrintedResult } from './policyText.ts';

/** Judges what a call of `plumbline policy` names. Throws `UserError` for what a person can mend. */
export async function runPolicy({ target, policies, output }: PolicyRequest, signal: AbortSignal): Promise<CliResult> {
  if (target.kind === 'repository') throw new UserError('usage', 'Name the objects with --resources.');
  const engine = openEngine();
  try {
    if (target.kind === 'batch') return await judgeBatch(engine.pool, target.list, signal);
    const { results, problems } = await judgeFiles(engine.pool, { ...target, policies }, signal);
    return printed(output, results, problems.map(printedProblem));
  } finally {
    engine.dispose();
  }
}

/** What is printed, and what it means for the exit status: a policy that does not work is trouble, a violation a finding. */
export function printed(
  output: PolicyOutput,
  results: readonly PrintedResult[],
  problems: readonly PrintedProblem[],
): CliResult {
  return {
    text: print(output, results, problems),
    isFailed: results.some(({ result }) => result === 'fail' || result === 'error' || result === 'warn'),
    hasTrouble: problems.some(({ severity }) => severity === 'error'),
  };
}

function print(output: PolicyOutput, results: readonly PrintedResult[], problems: readonly PrintedProblem[]): string {
  switch (output) {
    case 'text':
      return policyText(results, problems);
    case 'json':
      return `${JSON.stringify(policyJson(results, problems), undefined, 2)}\n`;
    case 'openreports':
      return `${JSON.stringify(openReports(results), undefined, 2)}\n`;
    case 'sarif':
      throw new UserError('usage', 'sarif is not there yet.');
  }
}

function printedProblem({ severity, message, file }: FileProblem): PrintedProblem {
  return { severity, message, file };
}

/** One JSON line for each case; a case that cannot be read gets a line that says so, and the others go on. */
async function judgeBatch(engine: PolicyEngine, list: string, signal: AbortSignal): Promise<CliResult> {
  const lines: string[] = [];
  let hasTrouble = false;
  for (const folder of await readList(list)) {
    try {
      const { results, problems } = await judgeFiles(engine, caseFiles(folder), signal);
      lines.push(JSON.stringify({ case: folder, ...policyJson(results, problems.map(printedProblem)) }));
    } catch (error) {
      if (isAbort(error) || !(error instanceof UserError)) throw error;
      hasTrouble = true;
      lines.push(
        JSON.stringify({ case: folder, results: [], problems: [{ severity: 'error', message: error.message }] }),
      );
    }
  }
  return { text: lines.map((line) => `${line}\n`).join(''), isFailed: false, hasTrouble };
}

/** The folders of a list, those not absolute taken from where the command runs. */
async function readList(file: string): Promise<readonly string[]> {
  const value = await parseList(file);
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
    throw new UserError('file-unreadable', `${file} must hold a JSON array of case folders.`, { file });
  }
  return value.map((each) => path.normalize(String(each)));
}

async function parseList(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UserError('file-unreadable', `${file} cannot be read: ${messageOf(error)}`, { file }, { cause: error });
  }
}
