import type { ChangeSet } from '../../core/change/changeSet.ts';
import type { AppId } from '../../core/model/app.ts';
import type { FindingCode } from '../../core/model/finding.ts';
import { describeKey } from '../../core/model/resource.ts';
import type { ResourceKey } from '../../core/model/resource.ts';
import type { AppState } from '../../core/overview/state.ts';
import { codeOf, nameOfRule, sentence, whyOf } from '../../core/policy/policyFindings.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import type { RiskNote } from '../../protocol/panelState.ts';
import type { Translate } from '../text.ts';

/** Codes in the order in which they are told. */
const told = [
  'policy.denied',
  'policy.warned',
  'policy.audited',
  'policy.undecided',
] as const satisfies readonly FindingCode[];

/** What lets the object in unheard, or may, is no warning. */
const severities: Readonly<Record<(typeof told)[number], RiskNote['severity']>> = {
  'policy.denied': 'danger',
  'policy.warned': 'warning',
  'policy.audited': 'info',
  'policy.undecided': 'info',
};

/**
 * What policies say of the objects that a change set touches, of the app itself and of the others that it reaches, worst
 * first. Violations of objects that stay as they are belong to the Apps view, not to this change.
 */
export function policyNotes(
  apps: readonly AppState[],
  own: AppId,
  changeSet: ChangeSet,
  t: Translate,
): readonly RiskNote[] {
  const touched = new Map<AppId, ReadonlySet<ResourceKey>>([
    [own, new Set(changeSet.effects.map(({ key }) => key))],
    ...changeSet.others.map(({ app, effects }) => [app.id, new Set(effects.map(({ key }) => key))] as const),
  ]);
  const reached = apps.flatMap(({ app, policies = [] }) => {
    const prefix = app.id === own ? '' : `${app.name}: `;
    return policies
      .filter(({ object }) => touched.get(app.id)?.has(object) === true)
      .map((verdict): ReachedVerdict => ({ verdict, prefix }));
  });
  return told.flatMap((code) => {
    const found = reached.filter(({ verdict }) => codeOf(verdict.result) === code);
    const texts =
      code === 'policy.undecided'
        ? foldedTexts(found, t)
        : found.map(({ verdict, prefix }) => prefix + textOf(verdict, code, t));
    return texts.map((message): RiskNote => ({ code, severity: severities[code], message }));
  });
}

/** A verdict on an object of the change, and the name of its app where that is another one. */
interface ReachedVerdict {
  readonly verdict: PolicyVerdict;
  readonly prefix: string;
}

/** What a policy cannot decide for want of one thing, it cannot decide for many objects: told once, with their number. */
function foldedTexts(found: readonly ReachedVerdict[], t: Translate): readonly string[] {
  const groups = new Map<string, readonly ReachedVerdict[]>();
  for (const each of found) {
    const { result } = each.verdict;
    const key = [each.prefix, nameOfRule(result), whyOf(result)].join('|');
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const { verdict, prefix } = first;
    const objects = new Set(members.map((each) => each.verdict.object)).size;
    const what = objects === 1 ? describeKey(verdict.object) : t('{0} objects', objects);
    const why = sentence(whyOf(verdict.result));
    return [prefix + t('{0} is undecided for {1}: {2}', nameOfRule(verdict.result), what, why)];
  });
}

function textOf({ object, result, standing }: PolicyVerdict, code: (typeof told)[number], t: Translate): string {
  const what = describeKey(object);
  const [policy, why] = [nameOfRule(result), sentence(whyOf(result))];
  const sentences: Readonly<Record<(typeof told)[number], string>> = {
    'policy.denied': t('{0} denies {1}: {2}', policy, what, why),
    'policy.warned': t('{0} warns about {1}: {2}', policy, what, why),
    'policy.audited': t('{0} records a violation of {1}: {2}', policy, what, why),
    'policy.undecided': t('{0} is undecided for {1}: {2}', policy, what, why),
  };
  const now = standing === 'live-too' ? ` ${t('The live object violates it too.')}` : '';
  return `${sentences[code]}${now}`;
}
