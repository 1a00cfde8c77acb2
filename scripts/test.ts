import { suites } from './testing/suites.ts';
import type { Outcome } from './testing/outcome.ts';
import { finalLine, sumOutcomes, singleOutcome } from './testing/outcome.ts';
import type { Suite, SuiteContext } from './testing/suites.ts';

const usage = `usage: npm test -- [SUITE…] [--grep TEXT]; suites: ${suites.map(({ name }) => name).join(' ')}`;

interface Choice {
  readonly chosen: readonly Suite[];
  readonly context: SuiteContext;
}

function parseArguments(args: readonly string[]): Choice | undefined {
  const grepAt = args.indexOf('--grep');
  const names = grepAt < 0 ? args : args.toSpliced(grepAt, 2);
  const chosen = names.length === 0 ? suites : suites.filter(({ name }) => names.includes(name));
  if (names.some((name) => !suites.some((suite) => suite.name === name))) return undefined;
  return { chosen, context: { grep: grepAt < 0 ? undefined : args[grepAt + 1], progress } };
}

function progress(line: string): void {
  console.log(line);
}

/** A suite that breaks counts as one failure; the others still run. */
async function runSuite(suite: Suite, context: SuiteContext): Promise<Outcome> {
  const start = performance.now();
  console.log(`\n— ${suite.name}: ${suite.what}`);
  const outcome = await suite.run(context).catch((error: unknown) => singleOutcome([String(error)]));
  for (const remark of outcome.remarks) console.log(`  ${remark}`);
  console.log(`  ${suite.name}: ${finalLine(outcome)} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return outcome;
}

const choice = parseArguments(process.argv.slice(2));
if (choice === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  const outcomes: Outcome[] = [];
  for (const suite of choice.chosen) outcomes.push(await runSuite(suite, choice.context));
  const total = sumOutcomes(outcomes);
  if (total.failed > 0) process.exitCode = 1;
  console.log(`\n${finalLine(total)}`);
}
