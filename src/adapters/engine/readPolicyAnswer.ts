import { isObject, listAt, objectAt, stringAt, stringsAt, valueAt } from '../../core/model/json.ts';
import type { Json, JsonObject } from '../../core/model/json.ts';
import type { PolicyAnswer, PolicyOutcome, PolicyProblem, PolicyResult } from '../../core/policy/judgement.ts';

/** Reads what a policy module answers; anything it should not say is left out. */
export function readPolicyAnswer(bytes: Uint8Array): PolicyAnswer {
  // Edge: JSON.parse gives JSON.
  const reply = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  return {
    results: listAt(reply, 'results').filter(isObject).map(readResult),
    problems: listAt(reply, 'problems').filter(isObject).map(readProblem),
  };
}

function readResult(from: JsonObject): PolicyResult {
  const wanted = objectAt(from, 'wanted');
  return {
    request: stringAt(from, 'request') ?? '',
    document: stringAt(from, 'document'),
    policy: stringAt(from, 'policy') ?? '',
    rule: stringAt(from, 'rule'),
    binding: stringAt(from, 'binding'),
    result: readOutcome(stringAt(from, 'result')),
    message: clip(stringAt(from, 'message')),
    reason: clip(stringAt(from, 'reason')),
    actions: listAt(from, 'actions').filter((each) => each === 'Deny' || each === 'Warn' || each === 'Audit'),
    path: stringAt(from, 'path'),
    reads: stringsAt(from, 'reads'),
    at: stringAt(from, 'at'),
    template: stringAt(from, 'template'),
    line: lineAt(from),
    wanted: wanted && { path: stringAt(wanted, 'path') ?? '', value: valueAt(wanted, 'value') },
    patched: objectAt(from, 'patched'),
    auditAnnotations: readTexts(objectAt(from, 'auditAnnotations')),
    details: objectAt(from, 'details'),
  };
}

const outcomes = ['pass', 'fail', 'warn', 'error', 'skip', 'undecided'] as const satisfies readonly PolicyOutcome[];

/** A word that is none of ours proves nothing. */
function readOutcome(word: string | undefined): PolicyOutcome {
  return outcomes.find((each) => each === word) ?? 'undecided';
}

function readTexts(from: JsonObject | undefined): Readonly<Record<string, string>> | undefined {
  if (from === undefined) return undefined;
  const texts = Object.entries(from).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  return Object.fromEntries(texts);
}

/** As long as the API server lets the text of a messageExpression be; a policy may hold megabytes. */
const longest = 5 * 1024;

function clip(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longest) return text;
  return `${text.slice(0, longest)}… (${text.length} characters)`;
}

function readProblem(from: JsonObject): PolicyProblem {
  return {
    document: stringAt(from, 'document'),
    severity: stringAt(from, 'severity') === 'warning' ? 'warning' : 'error',
    message: clip(stringAt(from, 'message')) ?? '',
    at: stringAt(from, 'at'),
    line: lineAt(from),
  };
}

function lineAt(from: JsonObject): number | undefined {
  const line = valueAt(from, 'line');
  return typeof line === 'number' ? line : undefined;
}
