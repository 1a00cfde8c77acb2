/**
 * Runs test files in a process of their own: `runFiles.ts OUTCOME_FILE TIMEOUT GREP FILE…` (GREP may be empty).
 * The outcome goes to a file, because standard output belongs to the tests.
 */
import { writeFile } from 'node:fs/promises';
import { runMocha } from './mochaSuite.ts';

const [outcomeFile = '', timeout = '10000', grep = '', ...files] = process.argv.slice(2);
const outcome = await runMocha({
  files,
  timeout: Number(timeout),
  grep: grep === '' ? undefined : grep,
  reporter: 'dot',
});
await writeFile(outcomeFile, JSON.stringify(outcome));
// A test that left something open must not keep the run from ending.
process.exit(outcome.failed > 0 ? 1 : 0);
