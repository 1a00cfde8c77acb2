import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAbort, messageOf, UserError } from '../../core/model/userError.ts';
import type { PolicyEngine } from '../../core/policy/judgement.ts';
import { openEngine, openParts } from '../parts.ts';
import type { CliResult } from '../runRequest.ts';
import { caseFiles, judgeFiles } from './judgeFiles.ts';
import { judgeRepository } from './judgeRepository.ts';
import type { PolicyRequest } from './policyArguments.ts';
import { policyJson } from './policyText.ts';
import { printPolicy } from './printPolicy.ts';

/** Judges what a call of `plumbline policy` names. Throws `UserError` for what a person can mend. */
export async function runPolicy(request: PolicyRequest, signal: AbortSignal): Promise<CliResult> {
  const { target, policies, output, failOn } = request;
  if (target.kind === 'repository') {
    const parts = await openParts(target.folder, signal);
    try {
      return printPolicy(output, await judgeRepository(parts, target, policies, signal), failOn);
    } finally {
      parts.dispose();
    }
  }
  const engine = openEngine();
  try {
    if (target.kind === 'batch') return await judgeBatch(engine.pool, target.list, signal);
    return printPolicy(output, await judgeFiles(engine.pool, { ...target, policies }, signal), failOn);
  } finally {
    engine.dispose();
  }
}

/**
 * One JSON line for each case; a case that cannot be read gets a line that says so, and the others go on. Verdicts are
 * what was asked for, so violations are no reason to fail.
 */
async function judgeBatch(engine: PolicyEngine, list: string, signal: AbortSignal): Promise<CliResult> {
  const lines: string[] = [];
  let hasTrouble = false;
  for (const folder of await readList(list)) {
    try {
      const { results, problems } = await judgeFiles(engine, caseFiles(folder), signal);
      lines.push(JSON.stringify({ case: folder, ...policyJson(results, problems) }));
    } catch (error) {
      if (isAbort(error) || !(error instanceof UserError)) throw error;
      hasTrouble = true;
      const { message } = error;
      lines.push(JSON.stringify({ case: folder, results: [], problems: [{ severity: 'error', message }] }));
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
