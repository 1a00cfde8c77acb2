import Mocha from 'mocha';
import type { Outcome } from './outcome.ts';

/** How to run test files in this process. */
export interface MochaOptions {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Bound of one test in milliseconds, unless the test sets its own. */
  readonly timeout: number;
  /** Runs only tests whose full title matches. */
  readonly grep?: string | undefined;
  /** `dot` prints as it goes, failures at the end; `none` is for places without a terminal: failures become remarks. */
  readonly reporter: 'dot' | 'none';
  /** Runs after every test of every file. */
  readonly afterEach?: (() => Promise<void>) | undefined;
}

/** Runs test files with mocha, in this process, and counts. */
export async function runMocha({ files, timeout, grep, reporter, afterEach }: MochaOptions): Promise<Outcome> {
  const mocha = new Mocha({
    ui: 'bdd',
    // The base class counts and prints nothing.
    reporter: reporter === 'none' ? Mocha.reporters.Base : reporter,
    timeout,
    ...(grep === undefined ? {} : { grep }),
    ...(afterEach === undefined ? {} : { rootHooks: { afterEach } }),
  });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const remarks: string[] = [];
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending, remarks });
    });
    runner.on('pending', (test) => remarks.push(`skipped: ${test.fullTitle()}`));
    if (reporter === 'dot') return;
    runner.on('fail', (test, error: Error) =>
      remarks.push(`failed: ${test.fullTitle()}\n${error.stack ?? error.message}`),
    );
  });
}
