import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Progress } from '../editor/browser.ts';
import { openWorkbench } from '../editor/workbench.ts';
import { eventually } from '../lab/eventually.ts';
import { projectRoot } from '../lab/projectPaths.ts';
import type { Outcome } from './outcome.ts';
import { parseOutcome } from './outcome.ts';

/** Test files to run inside VS Code, and the folder that it has open meanwhile. */
export interface HostRun {
  /** Relative to the project. */
  readonly files: readonly string[];
  /** Absolute path. */
  readonly folder: string;
  readonly isTrusted: boolean;
  readonly grep?: string | undefined;
  /** More environment for the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

const patience = 300_000;

/** Test files become CommonJS, which every extension host loads; inside the project, so that they find their packages. */
async function bundleTests(files: readonly string[]): Promise<(file: string) => string> {
  const outdir = path.join(projectRoot, '.vscode-test', 'bundled');
  await esbuild.build({
    absWorkingDir: projectRoot,
    entryPoints: ['test/host/index.ts', ...files],
    outbase: '.',
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return (file) => path.join(outdir, file.replace(/\.ts$/, '.cjs'));
}

/** Runs test files inside the extension host of a real VS Code with the built extension; everything ends afterwards. */
export async function runInVsCode(run: HostRun, progress: Progress): Promise<Outcome> {
  const bundled = await bundleTests(run.files);
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-host-'));
  const outcomeFile = path.join(scratch, 'outcome.json');
  const env = {
    ...run.env,
    PLUMBLINE_TEST_FILES: run.files.map(bundled).join('\n'),
    PLUMBLINE_TEST_OUTCOME: outcomeFile,
    ...(run.grep === undefined ? {} : { PLUMBLINE_TEST_GREP: run.grep }),
  };
  const start = process.env.PLUMBLINE_DESKTOP === undefined ? runInBrowser : runOnDesktop;
  try {
    return await start(run, { testsPath: bundled('test/host/index.ts'), env, outcomeFile }, progress);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Prepared {
  readonly testsPath: string;
  readonly env: Readonly<Record<string, string>>;
  readonly outcomeFile: string;
}

async function readOutcome(file: string): Promise<Outcome | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseOutcome(text);
}

async function runInBrowser(run: HostRun, prepared: Prepared, progress: Progress): Promise<Outcome> {
  const workbench = await openWorkbench(
    {
      folder: run.folder,
      extensionPath: projectRoot,
      extensionTestsPath: prepared.testsPath,
      env: prepared.env,
      isTrusted: run.isTrusted,
    },
    progress,
  );
  const what = 'the tests inside VS Code to end';
  try {
    return await eventually(what, () => readOutcome(prepared.outcomeFile), { timeout: patience });
  } catch (error) {
    for (const line of workbench.consoleErrors) progress(`  ${line}`);
    throw error;
  } finally {
    await workbench.close();
  }
}

/** The same tests in a desktop VS Code, which `@vscode/test-electron` downloads. */
async function runOnDesktop(run: HostRun, prepared: Prepared, progress: Progress): Promise<Outcome> {
  const { runTests } = await import('@vscode/test-electron');
  progress('host: downloading VS Code for the desktop if needed …');
  await runTests({
    extensionDevelopmentPath: projectRoot,
    extensionTestsPath: prepared.testsPath,
    extensionTestsEnv: prepared.env,
    launchArgs: [run.folder, '--disable-extensions', ...(run.isTrusted ? ['--disable-workspace-trust'] : [])],
  });
  const outcome = await readOutcome(prepared.outcomeFile);
  if (outcome === undefined) throw new Error('VS Code ended before the tests did');
  return outcome;
}
