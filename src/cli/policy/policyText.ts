import type { Place } from '../../core/model/place.ts';
import { count } from '../../core/model/words.ts';
import type { PolicyOutcome } from '../../core/policy/judgement.ts';
import type { ReportedResult } from '../../core/policy/reportedResult.ts';
import type { JsonObject } from '../../core/model/json.ts';
import type { Json } from '../../core/model/json.ts';

/** A place as it is printed. */
export interface PrintedPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** File, line and column of a place. */
export function printedPlace(place: Place | undefined): PrintedPlace | undefined {
  return place && { file: place.file, line: place.range.line, column: place.range.column };
}

/** Trouble with a policy, as it is printed. */
export interface PrintedProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

/** A result and where its object is declared, as far as that is known. */
export interface PrintedResult extends ReportedResult {
  readonly place?: PrintedPlace | undefined;
  /** The app that renders the object; absent for files. */
  readonly app?: string | undefined;
  /** For a violation: the live object violates the same, or only what Git declares would; absent where nobody knows. */
  readonly standing?: 'live-too' | 'introduced' | undefined;
}

/** Outcomes that ask for a person, worst first. */
const told = ['fail', 'error', 'warn', 'undecided'] as const satisfies readonly PolicyOutcome[];

/** What asks for a person, one block each, and how many of each outcome there are. */
export function policyText(results: readonly PrintedResult[], problems: readonly PrintedProblem[]): string {
  const blocks = told.flatMap((outcome) => results.filter(({ result }) => result === outcome).map(blockOf));
  const outcomes = ['fail', 'error', 'warn', 'undecided', 'skip', 'pass'] as const;
  const counts = outcomes.flatMap((outcome) => {
    const found = results.filter(({ result }) => result === outcome).length;
    return found === 0 ? [] : [`${found} ${outcome}`];
  });
  const sum = counts.length === 0 ? 'No policy applies.' : `${count(results.length, 'result')}: ${counts.join(', ')}.`;
  return [...blocks, ...problems.map(problemLine), sum, ''].join('\n');
}

const standings = {
  'live-too': 'The live object violates it too.',
  introduced: 'The live object does not violate it; what Git declares does.',
} as const;

function blockOf(printed: PrintedResult): string {
  const { result, policy, rule, resource, message, reason, path, place, source, standing } = printed;
  const where = place === undefined ? '' : `\n      at ${place.file}:${place.line}:${place.column}`;
  const field = path === undefined ? '' : `  ${path}`;
  const by = `${policy}${rule === undefined ? '' : `/${rule}`}${source === undefined ? '' : ` (${source})`}`;
  const now = standing === undefined ? '' : `\n      ${standings[standing]}`;
  const text = [message, reason].filter((each) => each !== undefined && each !== '').join(' ');
  return `${result.padEnd(9)} ${resource}${field}\n      ${by}: ${text.trim().replaceAll('\n', '\n      ')}${now}${where}`;
}

function problemLine({ file, line, message }: PrintedProblem): string {
  const where = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
  return `! ${where}${message.replaceAll(/\s*\n\s*/g, ' ')}`;
}

/** The same facts for machines; a stable shape that only grows. */
export function policyJson(results: readonly PrintedResult[], problems: readonly PrintedProblem[]): JsonObject {
  return { results: results.map(resultJson), problems: problems.map((each) => present({ ...each })) };
}

function resultJson(result: PrintedResult): JsonObject {
  const { policy, rule, resource, message, path, source, reason, actions, standing, place, app } = result;
  const { patched, auditAnnotations } = result;
  return present({
    policy,
    rule,
    resource,
    result: result.result,
    message,
    path,
    source,
    reason,
    actions,
    standing,
    app,
    place: place && { ...place },
    patched,
    auditAnnotations,
  });
}

/** Drops absent keys, which JSON does not know. */
function present(record: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
