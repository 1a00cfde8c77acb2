import { glob } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../lab/projectPaths.ts';
import type { FileSuite } from './suite.ts';
import type { Outcome } from './outcome.ts';
import { runHostTests } from './hostSuite.ts';
import { singleOutcome, sumOutcomes } from './outcome.ts';
import { runFiles, runProgram, runTool } from './suite.ts';

/** What the person asked for, and where to say what is awaited. */
export interface SuiteContext {
  /** Only tests whose full title matches this pattern. */
  readonly grep: string | undefined;
  readonly progress: (line: string) => void;
}

/** One part of `npm test`. */
export interface Suite {
  readonly name: string;
  readonly what: string;
  run(context: SuiteContext): Promise<Outcome>;
}

const second = 1000;

function filesSuite(name: string, what: string, suite: FileSuite): Suite {
  return { name, what, run: ({ grep }) => runFiles(suite, grep) };
}

async function typecheck(): Promise<Outcome> {
  const tsc = 'typescript/bin/tsc';
  return sumOutcomes([
    await runTool(tsc, ['--noEmit', '-p', '.']),
    await runTool(tsc, ['--noEmit', '-p', 'src/webview']),
  ]);
}

/** Heavy packages of the build are loaded by those suites only that need them. */
async function build({ progress }: SuiteContext): Promise<Outcome> {
  const { buildAll } = await import('../build/main.ts');
  return singleOutcome(await buildAll(progress));
}

/** `go vet` and `go test` in each room of the engine. */
async function engine(): Promise<Outcome> {
  const outcomes = [];
  for await (const goMod of glob('engine/*/go.mod', { cwd: projectRoot })) {
    const room = path.dirname(goMod);
    for (const verb of ['vet', 'test']) outcomes.push(await runProgram('go', ['-C', room, verb, './...']));
  }
  return sumOutcomes(outcomes);
}

/** All parts, in the order `npm test` runs them: what fails fast comes first. */
export const suites: readonly Suite[] = [
  { name: 'typecheck', what: 'the type checker', run: typecheck },
  { name: 'lint', what: 'ESLint with types and import boundaries', run: () => runTool('eslint/bin/eslint.js', ['.']) },
  { name: 'build', what: 'bundles, engine, budgets, package.json against the code', run: build },
  filesSuite('core', 'the pure parts', {
    patterns: ['test/core/**/*.test.ts', 'test/host/unit/**/*.test.ts'],
    timeout: 5 * second,
  }),
  { name: 'engine', what: 'the Go side of the engine', run: engine },
  filesSuite('adapters', 'real Git repositories, the real engine, the scripts', {
    patterns: ['test/adapters/**/*.test.ts', 'test/cli/**/*.test.ts', 'test/scripts/**/*.test.ts'],
    exclude: ['test/adapters/cluster/**'],
    timeout: 60 * second,
  }),
  filesSuite('conformance', 'the cases of test/cases', {
    patterns: ['test/conformance/**/*.test.ts'],
    timeout: 600 * second,
  }),
  filesSuite('cluster', 'a real API server and real reconcilers', {
    patterns: ['test/cluster/**/*.test.ts', 'test/adapters/cluster/**/*.test.ts', 'test/lab/**/*.test.ts'],
    timeout: 300 * second,
  }),
  filesSuite('webview', 'the panel in a real browser', {
    patterns: ['test/webview/**/*.test.ts'],
    timeout: 120 * second,
  }),
  { name: 'host', what: 'the extension in real VS Code', run: runHostTests },
  filesSuite('e2e', 'VS Code, Argo CD and Flux together', {
    patterns: ['test/e2e/**/*.test.ts'],
    timeout: 600 * second,
  }),
];
