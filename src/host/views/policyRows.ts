import type { App } from '../../core/model/app.ts';
import type { FindingCode } from '../../core/model/finding.ts';
import { parseKey } from '../../core/model/resource.ts';
import type { AppState, OverviewState } from '../../core/overview/state.ts';
import { codeOf, nameOfRule, whyOf } from '../../core/policy/policyFindings.ts';
import { isJudging } from '../../core/policy/policyKinds.ts';
import { exemptionFor } from '../../core/policy/policyException.ts';
import { refOf } from '../../core/policy/policyVerdict.ts';
import type { PolicyResult } from '../../core/policy/judgement.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import type { Rule } from '../../core/policy/ruleBook.ts';
import type { Translate } from '../text.ts';
import { folderRow } from './row.ts';
import type { Row, RowIcon } from './row.ts';
import type { RowContext } from './rowContext.ts';

/** Codes that ask for a person, worst first. */
const told = ['policy.denied', 'policy.warned', 'policy.audited', 'policy.undecided'] as const;
type ToldCode = (typeof told)[number];

const icons: Readonly<Record<ToldCode, RowIcon>> = {
  'policy.denied': { name: 'error', color: 'list.errorForeground' },
  'policy.warned': { name: 'warning', color: 'list.warningForeground' },
  'policy.audited': { name: 'info' },
  'policy.undecided': { name: 'question' },
};

/** What policies say of an app's objects, worst first; nothing while nothing asks for a person. */
export function policiesRow({ app, policies = [] }: AppState, context: RowContext): readonly Row[] {
  const found = told.flatMap((code) => policies.filter(({ result }) => codeOf(result) === code));
  if (found.length === 0) return [];
  return [
    folderRow({
      id: `${app.id}|policies`,
      label: context.t('Policies'),
      description: countWords(found, context.t),
      children: [
        ...found.filter(({ result }) => !isUndecided(result)).map((verdict) => verdictRow(app, verdict, context)),
        ...undecidedRows(app, found, context),
      ],
    }),
  ];
}

function warningCount(n: number, t: Translate): string {
  return n === 1 ? t('1 warning') : t('{0} warnings', n);
}

/** `1 denied, 2 warnings`. */
function countWords(verdicts: readonly PolicyVerdict[], t: Translate): string {
  const counts = told.map((code) => verdicts.filter(({ result }) => codeOf(result) === code).length);
  const [denied = 0, warned = 0, audited = 0, undecided = 0] = counts;
  return [
    denied > 0 ? t('{0} denied', denied) : undefined,
    warned > 0 ? warningCount(warned, t) : undefined,
    audited > 0 ? t('{0} audited', audited) : undefined,
    undecided > 0 ? t('{0} undecided', undecided) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

function isUndecided(result: PolicyResult): boolean {
  return codeOf(result) === 'policy.undecided';
}

/** What a policy cannot decide for want of one thing, it cannot decide for many objects: one row, with the objects below. */
function undecidedRows(app: App, found: readonly PolicyVerdict[], context: RowContext): readonly Row[] {
  const groups = new Map<string, readonly PolicyVerdict[]>();
  for (const verdict of found.filter(({ result }) => isUndecided(result))) {
    const key = [nameOfRule(verdict.result), verdict.rule?.id ?? '', whyOf(verdict.result)].join('|');
    groups.set(key, [...(groups.get(key) ?? []), verdict]);
  }
  return [...groups].flatMap(([key, members]) => {
    const rows = members.map((verdict) => verdictRow(app, verdict, context));
    return rows.length === 1 ? rows : [undecidedRow(`${app.id}|undecided|${key}`, rows, context)];
  });
}

function undecidedRow(id: string, rows: readonly Row[], { t }: RowContext): Row {
  const label = t('{0} objects', rows.length);
  const [first] = rows;
  const description = first?.description;
  return {
    ...folderRow({ id, label, description, children: rows }),
    tooltip: description,
    icon: icons['policy.undecided'],
    spoken: [wordOf('policy.undecided', t), label, description].join(', '),
  };
}

function verdictRow(app: App, verdict: PolicyVerdict, { t }: RowContext): Row {
  const { object, result, source, binding } = verdict;
  const { kind, name } = parseKey(object);
  const code = codeOfTold(verdict);
  const [policy, text] = [nameOfRule(result), whyOf(result)];
  const from = source?.kind === 'cluster' ? t('Cluster: {0}', source.context) : undefined;
  const isLive = verdict.standing === 'live-too' ? [t('live too')] : [];
  return {
    id: `${app.id}|policy|${object}|${policy}|${source?.kind ?? ''}|${binding?.id ?? ''}|${result.path ?? ''}|${text}`,
    label: `${kind} ${name}`,
    description: [`${policy}: ${text}`, ...isLive].join(' · '),
    tooltip: [`${kind} ${name}`, policy, text, from, standingWords(verdict, t)]
      .filter((line) => line !== undefined)
      .join('\n'),
    icon: icons[code],
    spoken: [wordOf(code, t), kind, name, policy, text, ...isLive].join(', '),
    context: contextOf(verdict, code),
    target: { kind: 'verdict', app: app.id, object, verdict: refOf(verdict) },
    children: [],
  };
}

function codeOfTold({ result }: PolicyVerdict): ToldCode {
  const code: FindingCode | undefined = codeOf(result);
  return told.find((each) => each === code) ?? 'policy.undecided';
}

/** Words that menus ask for: whether the rule states a value, and whether its engine knows exceptions. */
function contextOf(verdict: PolicyVerdict, code: ToldCode): string {
  const fix = verdict.result.wanted === undefined ? '' : ' fixable';
  const exempt = exemptionFor(verdict) === undefined ? '' : ' exemptible';
  return `verdict ${code.slice('policy.'.length)}${fix}${exempt}`;
}

function wordOf(code: ToldCode, t: Translate): string {
  const words: Readonly<Record<ToldCode, string>> = {
    'policy.denied': t('Denied'),
    'policy.warned': t('Warning'),
    'policy.audited': t('Audited'),
    'policy.undecided': t('Undecided'),
  };
  return words[code];
}

function standingWords({ standing, saidBy }: PolicyVerdict, t: Translate): string | undefined {
  if (saidBy !== undefined) return t('Cluster {0} said so when it was asked.', saidBy);
  if (standing === undefined) return undefined;
  return standing === 'live-too'
    ? t('The live object violates it too.')
    : t('The live object does not violate it; what Git declares does.');
}

/** The policies that are in force, by where they are from; nothing while there are none. */
export function policySourcesRow({ policies = [] }: OverviewState, { t }: RowContext): readonly Row[] {
  const rules = new Map(
    policies.flatMap(({ book }) => [...book.rules, ...book.replaced]).map((rule) => [rule.id, rule]),
  );
  const judging = [...rules.values()].filter(({ object }) => isJudging(object));
  const notices = unreadRows(policies, t);
  if (judging.length === 0 && notices.length === 0) return [];
  const sources = new Map<string, readonly Rule[]>();
  for (const rule of judging) {
    const name = sourceName(rule, t);
    sources.set(name, [...(sources.get(name) ?? []), rule]);
  }
  return [
    folderRow({
      id: 'policies',
      label: t('Policies'),
      description: String(judging.length),
      children: [
        ...notices,
        ...[...sources].map(([name, own]) =>
          folderRow({
            id: `policies|${name}`,
            label: name,
            description: String(own.length),
            children: own.toSorted((a, b) => a.key.localeCompare(b.key)).map(ruleRow),
          }),
        ),
      ],
    }),
  ];
}

/** What could not be read: without it "no violation" would be a guess. */
function unreadRows(books: NonNullable<OverviewState['policies']>, t: Translate): readonly Row[] {
  const unread = new Map(
    books.flatMap(({ context, unread: kinds = [] }) => (kinds.length > 0 ? [[context, kinds]] : [])),
  );
  return [...unread].map(([context, kinds]) => {
    const label = t('{0}: may not list {1}', context ?? '', kinds.join(', '));
    const icon = { name: 'info' };
    return {
      id: `policies|unread|${context ?? ''}`,
      label,
      tooltip: label,
      icon,
      spoken: label,
      context: 'notice',
      children: [],
    };
  });
}

function sourceName({ source }: Rule, t: Translate): string {
  switch (source.kind) {
    case 'repository':
      return t('Repository');
    case 'cluster':
      return t('Cluster: {0}', source.context);
    case 'folder':
      return t('Folders');
  }
}

function ruleRow({ id, key, source }: Rule): Row {
  const { kind, name, namespace } = parseKey(key);
  const place = source.kind === 'repository' ? source.declared?.place : undefined;
  return {
    id: `rule|${id}`,
    label: name,
    description: [kind, namespace].filter((part) => part !== undefined).join(' · '),
    tooltip: `${kind} ${name}`,
    icon: { name: 'law' },
    spoken: `${kind} ${name}`,
    context: 'rule',
    target: place && { kind: 'file', file: place.file, line: place.range.line, column: place.range.column },
    children: [],
  };
}
