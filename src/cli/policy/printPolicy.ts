import type { JsonObject } from '../../core/model/json.ts';
import { isFailure } from '../report/failOn.ts';
import type { FailOn } from '../report/failOn.ts';
import { markdownReport } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import { sarifLog } from '../report/sarif.ts';
import type { CliResult } from '../runRequest.ts';
import { version } from '../version.ts';
import { openReports } from './openReports.ts';
import type { PolicyOutput } from './policyArguments.ts';
import { policyJson, policyText } from './policyText.ts';
import type { PrintedProblem, PrintedResult } from './policyText.ts';

/** What policies said, in the shapes that the forms of output are made from. */
export interface PolicyReport {
  readonly results: readonly PrintedResult[];
  readonly problems: readonly PrintedProblem[];
  /** What asks for a person, as findings, and what could not be judged, as notices. */
  readonly report: Report;
}

/** What is printed, and what it means for the exit status: a violation is a finding, what could not be judged is trouble. */
export function printPolicy(output: PolicyOutput, found: PolicyReport, failOn: FailOn | undefined): CliResult {
  const isViolation = ({ result }: PrintedResult): boolean =>
    result === 'fail' || result === 'error' || result === 'warn';
  const isFailed =
    failOn === undefined
      ? found.results.some(isViolation)
      : found.report.findings.some((finding) => isFailure(finding, failOn));
  return { text: print(output, found), isFailed, hasTrouble: found.report.hasTrouble };
}

function print(output: PolicyOutput, { results, problems, report }: PolicyReport): string {
  switch (output) {
    case 'text':
      return policyText(results, problems);
    case 'markdown':
      return markdownReport(report);
    case 'json':
      return lines(policyJson(results, problems));
    case 'sarif':
      return lines(sarifLog(report, version));
    case 'openreports':
      return lines(openReports(results));
  }
}

function lines(value: JsonObject): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
