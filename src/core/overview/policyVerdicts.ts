import type { AppId } from '../model/app.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { NamedRequest } from '../policy/admissionRequests.ts';
import type { RuleProblem } from '../policy/bookFindings.ts';
import { undecidedByFailure } from '../policy/judgePolicies.ts';
import type { Judgement } from '../policy/judgePolicies.ts';
import type { AdmissionRequest, PolicyResult } from '../policy/judgement.ts';
import { hideSecretValues } from '../policy/policySecrets.ts';
import { failuresOf } from '../policy/policyVerdict.ts';
import type { PolicyVerdict } from '../policy/policyVerdict.ts';
import type { Rule } from '../policy/ruleBook.ts';
import type { PolicyScene } from './policyScene.ts';

/** One rendered object as admission would meet it, and the live one as it is. */
export interface JudgedObject {
  readonly app: AppId;
  readonly key: ResourceKey;
  readonly asked: NamedRequest;
  readonly live?: AdmissionRequest | undefined;
}

/** Before the `id` of a request: that of the live object. */
export const livePrefix = 'live ';

/**
 * Pod Security is a matter of the Namespace's labels: where those are not known, most likely nobody asks for it. Its engine
 * leaves open nothing else.
 */
function isOfUnknownNamespace({ policy, document, result }: PolicyResult): boolean {
  return document === undefined && policy === 'PodSecurity' && result === 'undecided';
}

/** Tells whether a result is one that people are told of because the object is at fault. */
export function isViolation({ result }: PolicyResult): boolean {
  return result === 'fail' || result === 'warn' || result === 'error';
}

function ruleById(rules: readonly Rule[], id: string | undefined): Rule | undefined {
  return id === undefined ? undefined : rules.find((each) => each.id === id);
}

/** What verdicts are made of beside the judgement. */
export interface Surroundings {
  /** By `id` of the request. */
  readonly objects: ReadonlyMap<string, JudgedObject>;
  /** What the rules say of the live objects. */
  readonly lives: Judgement;
}

/** What a judgement says of each object; what an engine that gave up left open is undecided. */
export function verdictsOf(
  { results, failures }: Judgement,
  rules: readonly Rule[],
  { objects, lives }: Surroundings,
): readonly PolicyVerdict[] {
  const judged = results.filter((each) => !isOfUnknownNamespace(each));
  return [...judged, ...undecidedByFailure(failures)].flatMap((result) => {
    const object = objects.get(result.request);
    if (object === undefined) return [];
    return failuresOf(result).map((each) => verdictOf(object, each, rules, lives));
  });
}

/** What is doubtful about an expression is in its own text; what a rule lacks may be in a cluster that nobody asked. */
const isOfExpression = (at: string | undefined): boolean => /\/(?:expression|messageExpression)$/.test(at ?? '');

/** Without a cluster, what a rule lacks may well be there: a remark then, no warning. */
export function problemsOf(
  { problems }: Judgement,
  rules: readonly Rule[],
  { follower }: PolicyScene,
): readonly RuleProblem[] {
  return problems.map(({ severity, message, at, line, document }) => ({
    severity: severity === 'warning' && follower === undefined && !isOfExpression(at) ? 'information' : severity,
    message,
    at,
    line,
    rule: ruleById(rules, document),
  }));
}

function verdictOf(
  { app, key, asked }: JudgedObject,
  result: PolicyResult,
  rules: readonly Rule[],
  lives: Judgement,
): PolicyVerdict {
  const rule = ruleById(rules, result.document);
  return {
    app,
    object: key,
    result: hideSecretValues(result, asked.object),
    rule,
    binding: ruleById(rules, result.binding),
    template: ruleById(rules, result.template),
    source: rule?.source,
    standing: isViolation(result) ? standingOf(result, lives) : undefined,
  };
}

/** What the same part of the same rule says of the live object. Undecided or not asked: nobody knows. */
function standingOf(result: PolicyResult, { results }: Judgement): PolicyVerdict['standing'] {
  const same = results.filter(
    (each) =>
      each.request === `${livePrefix}${result.request}` &&
      each.document === result.document &&
      each.rule === result.rule,
  );
  if (same.flatMap(failuresOf).some((each) => isViolation(each) && each.at === result.at)) return 'live-too';
  return same.length > 0 && same.every((each) => each.result === 'pass') ? 'introduced' : undefined;
}
