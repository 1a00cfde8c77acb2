import { findingCodes, severities } from '../../core/model/finding.ts';
import type { Finding, Severity } from '../../core/model/finding.ts';
import { wrongUsage } from '../wrongUsage.ts';

/** Which findings make a call fail: those at least as bad as `severity`, and those of the codes. Neither: none does. */
export interface FailOn {
  readonly severity?: Severity | undefined;
  /** Whole codes, or their first words. */
  readonly codes: readonly string[];
}

/** Reads the words behind `--fail-on`; `UserError` `usage` for one that is neither severity nor code. */
export function readFailOn(words: readonly string[]): FailOn {
  if (words.length === 1 && words[0] === 'none') return { codes: [] };
  const chosen = severities.filter((severity) => words.includes(severity));
  const codes = words.filter((word) => !severities.some((severity) => severity === word));
  const wrong = codes.find((word) => !findingCodes.some((code) => isOf(code, word)));
  if (wrong !== undefined) {
    const groups = [...new Set(findingCodes.map((code) => code.slice(0, code.indexOf('.'))))];
    const all = [...severities, ...groups].join(', ');
    throw wrongUsage(`--fail-on takes ${all}, a whole code or none, not "${wrong}".`);
  }
  // Of several severities the mildest says all.
  return { severity: chosen.at(-1), codes };
}

/** Whether a finding makes the call fail. */
export function isFailure({ code, severity }: Pick<Finding, 'code' | 'severity'>, failOn: FailOn): boolean {
  if (failOn.codes.some((word) => isOf(code, word))) return true;
  return failOn.severity !== undefined && severities.indexOf(severity) <= severities.indexOf(failOn.severity);
}

function isOf(code: string, word: string): boolean {
  return code === word || code.startsWith(`${word}.`);
}
