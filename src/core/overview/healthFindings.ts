import type { Finding, FindingCode, Severity } from '../model/finding.ts';
import { describeKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { AppHealth, AppState } from './state.ts';

/** What each health word that is not good means for a report: Argo CD's words and those of kstatus. */
const judgements: Readonly<Record<string, { readonly code: FindingCode; readonly severity: Severity }>> = {
  Degraded: { code: 'health.degraded', severity: 'error' },
  Failed: { code: 'health.degraded', severity: 'error' },
  Missing: { code: 'health.degraded', severity: 'error' },
  NotFound: { code: 'health.degraded', severity: 'error' },
  Progressing: { code: 'health.progressing', severity: 'warning' },
  InProgress: { code: 'health.progressing', severity: 'warning' },
  Terminating: { code: 'health.progressing', severity: 'warning' },
  Unknown: { code: 'health.unknown', severity: 'warning' },
};

/**
 * What is not healthy about an app that a cluster runs, on the app's manifest: the app by its reconciler's word, and each
 * of its objects; for reports, since the editor shows health in the tree.
 */
export function healthFindings({ app, context, health, resources }: AppState): readonly Finding[] {
  if (context === undefined) return [];
  const judge = (of: AppHealth, object?: ResourceKey): readonly Finding[] => {
    const judged = judgements[of.status];
    if (judged === undefined) return [];
    const what = object === undefined ? app.name : describeKey(object);
    const why = of.message === undefined || of.message === '' ? '.' : `: ${of.message}`;
    return [
      {
        ...judged,
        app: app.id,
        object,
        place: app.declared?.place,
        message: `${what} is ${of.status} in cluster ${context}${why}`,
        related: [],
        data: { context, status: of.status, ...(of.rule === undefined ? {} : { rule: of.rule }) },
      },
    ];
  };
  return [...judge(health), ...resources.flatMap((each) => (each.health ? judge(each.health, each.key) : []))];
}
