import { isObject, listAt, numberAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { isSame } from '../../src/core/diff/confirm.ts';
import { without } from '../../src/core/diff/without.ts';
import type { PolicyOutcome } from '../../src/core/policy/judgement.ts';
import type { ReportedResult } from '../../src/core/policy/reportedResult.ts';

/** How one expectation was met. `opposite` is a pass for a fail or a fail for a pass; `other` any other miss. */
export type Meeting = 'agree' | 'opposite' | 'other' | 'undecided';

/** One expectation and what was said instead. */
export interface ExpectationResult {
  readonly meeting: Meeting;
  readonly policy: string;
  readonly rule?: string | undefined;
  readonly resource: string;
  /** Whether the texts that are expected (messages, actions, annotations) are there; absent where none is, or the verdict misses. */
  readonly hasTexts?: boolean | undefined;
  /** What misses. */
  readonly message?: string | undefined;
}

/** Compares what is expected of one case with its results, by the rules of the cases' README. */
export function meetExpectation(
  expected: JsonObject,
  results: readonly ReportedResult[],
  patched: readonly JsonObject[],
): ExpectationResult {
  const [policy, rule] = [stringAt(expected, 'policy') ?? '', stringAt(expected, 'rule')];
  const resource = stringAt(expected, 'resource') ?? '';
  const own = results.filter((each) => each.policy === policy && each.resource === resource && isRule(each.rule, rule));
  const wanted = stringAt(expected, 'apiserver') ?? stringAt(expected, 'result') ?? '';
  const found = outcomeOf(own);
  const miss = missOfVerdict(wanted, found, expected) ?? missOfPatch(expected, own, patched);
  const about = { policy, rule, resource };
  if (miss !== undefined) return { ...about, meeting: meetingOf(wanted, found), message: `${miss}${wordsOf(own)}` };
  const textMiss = missOfTexts(expected, own);
  // The texts are those of the tool's verdict, where the API server's is another.
  const asksTexts = expected.apiserver === undefined && textKeys.some((key) => expected[key] !== undefined);
  return {
    ...about,
    meeting: 'agree',
    hasTexts: asksTexts ? textMiss === undefined : undefined,
    message: asksTexts ? textMiss : undefined,
  };
}

/** `X`, `autogen-X` and `autogen-cronjob-X` are one rule; CEL policies have no rule name. */
function isRule(found: string | undefined, wanted: string | undefined): boolean {
  return found === undefined || wanted === undefined || stemOf(found) === stemOf(wanted);
}

function stemOf(rule: string): string {
  return rule.replace(/^autogen-(?:cronjob-)?/, '');
}

/** What happens to the object, of several results (parameters, violations): the worst. */
const worstFirst: readonly PolicyOutcome[] = ['fail', 'error', 'undecided', 'warn', 'pass', 'skip'];

function outcomeOf(results: readonly ReportedResult[]): PolicyOutcome | 'none' {
  return worstFirst.find((outcome) => results.some(({ result }) => result === outcome)) ?? 'none';
}

function missOfVerdict(wanted: string, found: string, expected: JsonObject): string | undefined {
  const isMet =
    found === wanted ||
    (found === 'none' && (wanted === 'skip' || expected.orSkip === true)) ||
    (found === 'skip' && expected.orSkip === true);
  return isMet ? undefined : `${found} instead of ${wanted}`;
}

function meetingOf(wanted: string, found: string): Meeting {
  if (found === 'undecided') return 'undecided';
  const isOpposite = (wanted === 'pass' && found === 'fail') || (wanted === 'fail' && found === 'pass');
  return isOpposite ? 'opposite' : 'other';
}

function missOfPatch(
  expected: JsonObject,
  own: readonly ReportedResult[],
  patched: readonly JsonObject[],
): string | undefined {
  if (expected.patched !== true) return undefined;
  const found = own.flatMap(({ patched: each }) => (each === undefined ? [] : [each])).at(-1);
  if (expected.unchanged === true) return found === undefined ? undefined : `changed: ${JSON.stringify(found)}`;
  const [kind, namespace, name] = (stringAt(expected, 'resource') ?? '').split('/');
  // One object may stand there several times: as one policy leaves it and as another does.
  const wanted = patched.filter(
    (each) =>
      each.kind === kind &&
      stringAt(each, 'metadata', 'name') === name &&
      (stringAt(each, 'metadata', 'namespace') ?? '') === namespace,
  );
  const [first] = wanted;
  if (first === undefined || stringAt(expected, 'result') !== 'pass') return undefined;
  if (found === undefined) return 'no patched object';
  const is = comparable(found);
  if (wanted.some((each) => isSame(is, comparable(each)))) return undefined;
  return `patched ${JSON.stringify(is)} instead of ${JSON.stringify(comparable(first))}`;
}

/** Without the empty fields that typed clients write into every object. */
function comparable(object: JsonObject): Json {
  const metadata = objectAt(object, 'metadata') ?? {};
  const kept = metadata.creationTimestamp === null ? without(metadata, 'creationTimestamp') : metadata;
  const hasStatus = Object.keys(objectAt(object, 'status') ?? {}).length > 0;
  return { ...(hasStatus ? object : without(object, 'status')), metadata: kept };
}

const textKeys = ['message', 'messages', 'messageRegex', 'count', 'action', 'auditAnnotations'] as const;

function missOfTexts(expected: JsonObject, own: readonly ReportedResult[]): string | undefined {
  const texts = own.map(({ message, reason }) => squeeze(`${message} ${reason ?? ''}`));
  const holds = (wanted: string): boolean => texts.some((text) => text.includes(squeeze(wanted)));
  const message = stringAt(expected, 'message');
  if (message !== undefined && !holds(message)) return `message ${JSON.stringify(message)}${wordsOf(own)}`;
  const regex = stringAt(expected, 'messageRegex');
  if (regex !== undefined && !texts.some((text) => new RegExp(regex).test(text))) return `no message like ${regex}`;
  const [cel, rego] = [textsAt(expected, 'messages'), textsAt(expected, 'messagesRego')];
  if (!cel.every(holds) && !(rego.length > 0 && rego.every(holds))) return `messages ${cel.join(' | ')}${wordsOf(own)}`;
  const count = numberAt(expected, 'count');
  const violations = own.filter(({ result }) => result === 'fail' || result === 'warn').length;
  if (count !== undefined && count !== violations) return `${violations} violations instead of ${count}`;
  return missOfAction(expected, own) ?? missOfAnnotations(expected, own);
}

/** Gatekeeper's words for the three actions. */
const actions: Readonly<Record<string, string>> = { deny: 'Deny', warn: 'Warn', dryrun: 'Audit' };

function missOfAction(expected: JsonObject, own: readonly ReportedResult[]): string | undefined {
  const action = stringAt(expected, 'action');
  if (action === undefined || own.length === 0) return undefined;
  const wanted = actions[action] ?? action;
  return own.some((each) => each.actions.some((found) => found === wanted)) ? undefined : `no action ${wanted}`;
}

function missOfAnnotations(expected: JsonObject, own: readonly ReportedResult[]): string | undefined {
  const wanted = Object.entries(objectAt(expected, 'auditAnnotations') ?? {});
  const isThere = ([key, value]: readonly [string, Json]): boolean =>
    own.some(({ auditAnnotations = {} }) =>
      Object.entries(auditAnnotations).some(([name, text]) => name.endsWith(key) && text === value),
    );
  return wanted.every(isThere) ? undefined : `audit annotations ${JSON.stringify(wanted)}`;
}

function textsAt(from: JsonObject, key: string): readonly string[] {
  return listAt(from, key).filter((each) => typeof each === 'string');
}

/** Punctuation and line ends differ between releases of the tools; blanks are no text. */
function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function wordsOf(own: readonly ReportedResult[]): string {
  const words = own.map(({ result, message, reason }) => `${result} ${squeeze(`${message} ${reason ?? ''}`)}`.trim());
  return words.length === 0 ? '' : ` (${words.join(' | ').slice(0, 400)})`;
}

/** The entries of an `expected.yaml`. */
export function readExpectations(value: Json | undefined): readonly JsonObject[] {
  return listAt({ entries: value ?? [] }, 'entries').filter(isObject);
}
