import { spawn } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../lab/projectPaths.ts';
import type { Outcome } from './outcome.ts';
import { parseOutcome, singleOutcome, skippedOutcome } from './outcome.ts';

/** A set of test files that run in one process of Node. */
export interface FileSuite {
  /** Patterns relative to the project. */
  readonly patterns: readonly string[];
  readonly exclude?: readonly string[];
  /** Bound of one test in milliseconds. */
  readonly timeout: number;
}

/** Runs a command with the terminal as its output; resolves to its exit code, -1 when it could not start. */
function runShown(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...env } });
    child.once('error', () => {
      resolve(-1);
    });
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
}

/** Runs one of the project's tools (`tsc`, `eslint`) as a step. */
export async function runTool(script: string, args: readonly string[]): Promise<Outcome> {
  return runProgram(process.execPath, [path.join(projectRoot, 'node_modules', script), ...args]);
}

/** Runs a program of the machine as a step. */
export async function runProgram(program: string, args: readonly string[]): Promise<Outcome> {
  const code = await runShown(program, args);
  return singleOutcome(code === 0 ? [] : [`${program} ${args.join(' ')} ended with exit code ${code}`]);
}

async function findFiles({ patterns, exclude = [] }: FileSuite): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: projectRoot, exclude: [...exclude] })) {
    files.push(path.join(projectRoot, file));
  }
  return files.sort();
}

/** Runs a suite of test files in a process of its own and counts. */
export async function runFiles(suite: FileSuite, grep: string | undefined): Promise<Outcome> {
  const files = await findFiles(suite);
  if (files.length === 0) return skippedOutcome(`no test files match ${suite.patterns.join(' ')}`);
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-test-'));
  const outcomeFile = path.join(scratch, 'outcome.json');
  const script = path.join(import.meta.dirname, 'runFiles.ts');
  try {
    const code = await runShown(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', script, outcomeFile, String(suite.timeout), grep ?? '', ...files],
      // Types are stripped once and kept.
      { NODE_COMPILE_CACHE: path.join(projectRoot, 'node_modules/.cache/compile') },
    );
    const text = await readFile(outcomeFile, 'utf8').catch(() => '{}');
    return parseOutcome(text) ?? singleOutcome([`the tests ended early with exit code ${code}`]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
