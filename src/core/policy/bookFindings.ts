import type { App } from '../model/app.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { wordsOfSource } from './policyFindings.ts';
import type { RulePlace } from './policyFindings.ts';
import type { PolicyProblem } from './judgement.ts';
import { wordsOfRule } from './ruleBook.ts';
import type { Rule, RuleBook } from './ruleBook.ts';

/** Trouble with a rule, or with an engine where it names none. */
export interface RuleProblem extends Pick<PolicyProblem, 'message' | 'at' | 'line'> {
  readonly severity: Severity;
  readonly rule?: Rule | undefined;
}

/** The app on which trouble with a rule is told: the one that renders it, else the first that meets it. */
export function homeOf(rule: Rule | undefined, apps: readonly App[]): App | undefined {
  const source = rule?.source;
  const own = source?.kind === 'repository' ? apps.find(({ id }) => id === source.app) : undefined;
  return own ?? apps[0];
}

/** The finding of trouble with a rule, on its own line; of a cluster's or a folder's rule, which Git cannot mend, as information. */
export function problemFinding(
  { rule, severity, message, at, line }: RuleProblem,
  app: App,
  placeOf: RulePlace,
): Finding {
  const isOurs = rule === undefined || rule.source.kind === 'repository';
  const trouble = severity === 'error' ? ' does not work' : '';
  const what = rule === undefined ? 'Policies were not judged' : `${wordsOfRule(rule.object)}${trouble}`;
  const where = rule === undefined || isOurs ? '' : ` (${wordsOfSource(rule.source)})`;
  return {
    code: rule === undefined ? 'policy.undecided' : 'policy.broken',
    severity: isOurs ? severity : 'information',
    app: app.id,
    place: rule && placeOf(rule, at, line),
    message: `${what}${where}: ${message}`,
    related: [],
    data: { ...(rule !== undefined && { document: rule.key }), ...(at !== undefined && { at }) },
  };
}

/** The findings of rules that the cluster holds in another version than the repository. */
export function differenceFindings(
  { rules, replaced }: RuleBook,
  apps: readonly App[],
  placeOf: RulePlace,
): readonly Finding[] {
  return replaced.flatMap((live): readonly Finding[] => {
    const own = rules.find(({ key }) => key === live.key);
    const app = homeOf(own, apps);
    if (own === undefined || app === undefined) return [];
    const message = `The ${wordsOfSource(live.source)} holds another version of ${wordsOfRule(own.object)} than the ${wordsOfSource(own.source)}; objects are judged by both.`;
    const place = placeOf(own);
    return [
      {
        code: 'policy.differs',
        severity: 'information',
        app: app.id,
        place,
        message,
        related: [],
        data: { document: own.key },
      },
    ];
  });
}
