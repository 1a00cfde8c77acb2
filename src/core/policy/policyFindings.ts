import type { App } from '../model/app.ts';
import type { Finding, FindingCode, RelatedPlace, Severity } from '../model/finding.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import { annotationOf, describeKey } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { PolicyResult } from './judgement.ts';
import { documentOf } from './policyVerdict.ts';
import type { PolicyVerdict } from './policyVerdict.ts';
import type { Rule, RuleSource } from './ruleBook.ts';

/** Where a part of a rule is written; `undefined` when no file of the repository holds it. */
export type RulePlace = (rule: Rule, at?: string, line?: number) => Place | undefined;

/** The verdict with the place of the deciding part of its rule. */
export function withRulePlace(verdict: PolicyVerdict, placeOfRule: RulePlace): PolicyVerdict {
  const { result, rule, template } = verdict;
  const document = template ?? rule;
  return { ...verdict, writtenAt: document && placeOfRule(document, result.at, result.line) };
}

const severityOf: Readonly<Partial<Record<FindingCode, Severity>>> = {
  'policy.denied': 'error',
  'policy.warned': 'warning',
  'policy.audited': 'information',
  'policy.undecided': 'hint',
};

/** The finding of a verdict; `undefined` for one that asks nobody. */
export function policyFinding(verdict: PolicyVerdict, app: App, placeOfRule: RulePlace): Finding | undefined {
  const code = codeOf(verdict.result);
  if (code === undefined) return undefined;
  const { result, object, provenance, rule, source, standing } = verdict;
  return {
    code,
    severity: severityOf[code] ?? 'information',
    app: app.id,
    object,
    path: result.path,
    place: provenance?.kind === 'proven' ? provenance.place : app.declared?.place,
    message: messageOf(verdict),
    related: relatedPlaces(verdict, placeOfRule),
    document: documentOf(verdict),
    data: present({
      policy: result.policy,
      rule: result.rule,
      document: rule?.key,
      source: source && wordsOfSource(source),
      standing,
      saidBy: verdict.saidBy,
      help: rule && helpOf(rule.object),
      reason: result.reason,
      at: result.at,
      placeKnown: provenance?.kind === 'proven',
    }),
  };
}

/** What a result is to people, by what happens to the object; `undefined` for what asks nobody. */
export function codeOf({ result, actions }: PolicyResult): FindingCode | undefined {
  switch (result) {
    case 'pass':
    case 'skip':
      return undefined;
    case 'undecided':
      return 'policy.undecided';
    case 'warn':
      return 'policy.warned';
    case 'fail':
    case 'error':
      if (actions.includes('Deny')) return 'policy.denied';
      return actions.includes('Warn') ? 'policy.warned' : 'policy.audited';
  }
}

const verbs: Readonly<Partial<Record<FindingCode, string>>> = {
  'policy.denied': 'denies',
  'policy.warned': 'warns about',
  'policy.audited': 'records a violation of',
};

/** `policy/rule`, as people name a rule. */
export function nameOfRule({ policy, rule }: PolicyResult): string {
  return rule === undefined ? policy : `${policy}/${rule}`;
}

/**
 * What a result says to people, in one line: the policy's own message without what Kyverno puts around it (rule and path,
 * which are told by themselves), or why it is undecided. Empty where the engine says nothing.
 */
export function whyOf({ result, rule, message = '', reason = '' }: PolicyResult): string {
  const text = result === 'undecided' ? reason || message : ownMessage(message, rule) || reason;
  return text.replaceAll(/\s+/g, ' ').trim();
}

const wrapper = 'validation error: ';

/** kyverno/kyverno, pkg/engine/handlers/validation: `validation error: MESSAGE. rule NAME failed at path /spec/…`. */
function ownMessage(message: string, rule: string | undefined): string {
  if (rule === undefined || !message.startsWith(wrapper)) return message;
  const ends = [` rule ${rule} failed at path `, ` rule ${rule}[`].map((end) => message.indexOf(end, wrapper.length));
  const end = Math.min(...ends.filter((each) => each !== -1));
  return Number.isFinite(end) ? message.slice(wrapper.length, end) : message;
}

function messageOf({ result, object, source, standing, saidBy }: PolicyVerdict): string {
  const who = `Policy ${nameOfRule(result)}`;
  const from = source?.kind === 'cluster' ? ` of cluster ${source.context}` : '';
  const what = describeKey(object);
  const verb = verbs[codeOf(result) ?? 'policy.undecided'];
  if (verb === undefined) return `${who}${from} is undecided for ${what}: ${sentence(whyOf(result))}`;
  const trouble = result.result === 'error' ? ' because it cannot be evaluated' : '';
  const now = standing === 'live-too' ? ' The live object violates it too.' : '';
  const said = saidBy === undefined ? '' : ` Cluster ${saidBy} said so.`;
  const by = result.mutatedBy === undefined ? '' : ` It is judged as ${result.mutatedBy.join(', ')} would change it.`;
  return `${who}${from} ${verb} ${what}${trouble}: ${sentence(whyOf(result))}${by}${now}${said}`;
}

/** A line as a sentence, ended by a full stop unless it ends itself. */
export function sentence(text: string): string {
  const line = text === '' ? 'no reason is given' : text;
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** Where a rule is from, in one word or two. */
export function wordsOfSource(source: RuleSource): string {
  switch (source.kind) {
    case 'repository':
      return 'repository';
    case 'cluster':
      return `cluster ${source.context}`;
    case 'folder':
      return source.file;
  }
}

function relatedPlaces(
  { result, rule, binding, template, writtenAt: expression }: PolicyVerdict,
  placeOfRule: RulePlace,
): readonly RelatedPlace[] {
  const constraint = template && rule && placeOfRule(rule);
  const bound = binding && placeOfRule(binding);
  return [
    ...(expression === undefined ? [] : [{ message: `the rule of ${result.policy}`, place: expression }]),
    ...(constraint === undefined ? [] : [{ message: 'the constraint', place: constraint }]),
    ...(bound === undefined ? [] : [{ message: 'the binding', place: bound }]),
  ];
}

/** Annotations by which policies name their documentation. */
const helpAnnotations = ['policies.kyverno.io/url', 'metadata.gatekeeper.sh/url'] as const;

/** The documentation page that a policy names for itself; only web pages. */
export function helpOf(rule: KubeObject): string | undefined {
  return helpAnnotations
    .flatMap((name) => annotationOf(rule, name) ?? [])
    .find((url) => /^https:\/\/[^\s"'<>]+$/.test(url));
}

function present(facts: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
