import { at, listAt, parseJson, textAt } from '../lab/json.ts';

/** What a suite came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why something was skipped, and what failed outside of tests; one line each. */
  readonly remarks: readonly string[];
}

/** One step that is no test of its own (a type check, a build): passed or failed as one. */
export function singleOutcome(problems: readonly string[]): Outcome {
  const isFine = problems.length === 0;
  return { passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: 0, remarks: problems };
}

/** A suite that did not run, and why. */
export function skippedOutcome(reason: string): Outcome {
  return { passed: 0, failed: 0, skipped: 1, remarks: [`skipped: ${reason}`] };
}

/** All outcomes as one. */
export function sumOutcomes(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    skipped: outcomes.reduce((sum, { skipped }) => sum + skipped, 0),
    remarks: outcomes.flatMap(({ remarks }) => remarks),
  };
}

/** The line that ends every test run. */
export function finalLine({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Reads an outcome that another process wrote as JSON; `undefined` when it is none. */
export function parseOutcome(text: string): Outcome | undefined {
  const value = parseJson(text);
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map((key) => at(value, key));
  if (typeof passed !== 'number' || typeof failed !== 'number' || typeof skipped !== 'number') return undefined;
  const remarks = listAt(value, 'remarks').map((_, index) => textAt(value, 'remarks', index) ?? '');
  return { passed, failed, skipped, remarks };
}
