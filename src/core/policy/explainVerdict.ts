import { isSecret } from '../diff/secrets.ts';
import { valueUnder } from '../diff/path.ts';
import { isList, isObject, objectAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { describeKey, parseKey } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { pointerParts, wordsOfPath } from '../model/words.ts';
import { codeOf, helpOf, wordsOfSource } from './policyFindings.ts';
import type { PolicyVerdict } from './policyVerdict.ts';
import { wordsOfRule } from './ruleBook.ts';

/**
 * Why a policy says what it says of an object, as Markdown: what the policy is and where it is from, by what it matched,
 * the expression that decided, and the values that it read. Values of Secrets are left out.
 */
export function explainVerdict(verdict: PolicyVerdict, object: KubeObject | undefined): string {
  return [
    ...heading(verdict),
    ...matchPart(verdict),
    ...decisionPart(verdict),
    ...valuesPart(verdict, object),
    ...placePart(verdict),
  ].join('\n');
}

function heading({ result, object, source, rule }: PolicyVerdict): readonly string[] {
  const { namespace } = parseKey(object);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const title = `# ${result.policy}${result.rule === undefined ? '' : ` / ${result.rule}`}: ${result.result}`;
  const help = rule && helpOf(rule.object);
  return [
    title,
    '',
    `About **${describeKey(object)}**${where}.`,
    '',
    ...(source === undefined
      ? ['The rules are those of Pod Security, which the API server has built in.']
      : [`From: ${wordsOfSource(source)}.`]),
    ...(help === undefined ? [] : [`Documentation: <${help}>`]),
    '',
    ...(result.message === undefined ? [] : [fence('', result.message.trim()), '']),
    ...(result.reason === undefined ? [] : [`Because: ${result.reason.trim()}`, '']),
    consequence(result),
    '',
  ];
}

function consequence({ result, actions }: PolicyVerdict['result']): string {
  switch (codeOf({ request: '', policy: '', result, actions })) {
    case 'policy.denied':
      return 'The object would be refused.';
    case 'policy.warned':
      return 'The object would be let in, with a warning.';
    case 'policy.audited':
      return 'The object would be let in; the violation is recorded.';
    case 'policy.undecided':
      return 'Nobody can say here what would happen.';
    default:
      return 'The object would be let in.';
  }
}

/** The parts of a document by which it chooses objects, in the order of engines. */
const matchKeys = ['matchConstraints', 'matchConditions', 'match', 'exclude', 'matchResources', 'paramRef'] as const;

function matchPart({ rule, binding, result }: PolicyVerdict): readonly string[] {
  const own = rule === undefined ? [] : matchOf(rule.object, result.at);
  const bound = binding === undefined ? [] : matchOf(binding.object, undefined);
  if (own.length + bound.length === 0) return [];
  return [
    '## Why it applies',
    '',
    ...(own.length > 0 && rule !== undefined ? [`${wordsOfRule(rule.object)} matches by`, '', ...own] : []),
    ...(bound.length > 0 && binding !== undefined ? [`${wordsOfRule(binding.object)} binds it by`, '', ...bound] : []),
  ];
}

/** Kyverno's rules match by themselves: the one that decided counts. */
function matchOf(object: KubeObject, at: string | undefined): readonly string[] {
  const ruleAt = /^\/spec\/rules\/\d+/.exec(at ?? '')?.[0];
  const part = ruleAt === undefined ? objectAt(object, 'spec') : valueUnder(object, pointerParts(ruleAt));
  const found = matchKeys.flatMap((key) => {
    const value = isObject(part) ? part[key] : undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length === 0 ? [] : [fence('json', JSON.stringify(Object.fromEntries(found), undefined, 2)), ''];
}

function decisionPart({ rule, template, result }: PolicyVerdict): readonly string[] {
  const document = template ?? rule;
  const value = document && result.at !== undefined ? valueUnder(document.object, pointerParts(result.at)) : undefined;
  if (document === undefined || value === undefined) return [];
  const line = result.line === undefined ? '' : `, line ${String(result.line)}`;
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value, undefined, 2);
  return [
    '## What decided',
    '',
    `${wordsOfRule(document.object)}, ${wordsOfPath(result.at ?? '')}${line}:`,
    '',
    fence('', text),
    '',
  ];
}

function valuesPart({ result }: PolicyVerdict, object: KubeObject | undefined): readonly string[] {
  const paths = [...new Set([result.path, ...(result.reads ?? [])].filter((path) => path !== undefined))];
  if (paths.length === 0) return [];
  const rows = paths.map((path) => `- \`${wordsOfPath(path)}\`: ${valueWords(object, path)}`);
  const { wanted } = result;
  const wish =
    wanted === undefined
      ? []
      : ['', `It asks for \`${JSON.stringify(wanted.value)}\` at \`${wordsOfPath(wanted.path)}\`.`];
  return ['## What it read', '', ...rows, ...wish, ''];
}

function valueWords(object: KubeObject | undefined, path: string): string {
  if (object === undefined) return 'the object is not rendered any more';
  if (isSecret(object) && /^\/(data|stringData)(\/|$)/.test(path)) return 'a value of a Secret, not shown';
  return `\`${shortJson(valueUnder(object, pointerParts(path)))}\``;
}

function shortJson(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  const text = JSON.stringify(value).replaceAll('`', "'");
  if (text.length <= 120) return text;
  return isList(value)
    ? `a list of ${value.length}`
    : isObject(value)
      ? `a map of ${Object.keys(value).length}`
      : `${text.slice(0, 117)}…`;
}

function placePart({ provenance, standing }: PolicyVerdict): readonly string[] {
  const place =
    provenance?.kind === 'proven'
      ? `${provenance.place.file}, line ${provenance.place.range.line}: \`${provenance.place.text.replaceAll(/[`\n]/g, ' ')}\``
      : (provenance?.why ?? 'The line is still being looked for.');
  const live =
    standing === undefined
      ? []
      : [
          standing === 'live-too'
            ? 'The live object violates it too.'
            : 'The live object does not violate it; what Git declares does.',
        ];
  return ['## Where', '', place, ...live, ''];
}

/** A fence that the text cannot end. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}
