import { parseKey } from '../../core/model/resource.ts';
import { UserError } from '../../core/model/userError.ts';
import { Overview } from '../../core/overview/overview.ts';
import type { AppState, OverviewState } from '../../core/overview/state.ts';
import { wordsOfSource } from '../../core/policy/policyFindings.ts';
import type { PolicyVerdict } from '../../core/policy/policyVerdict.ts';
import { reportResult } from '../../core/policy/reportedResult.ts';
import { connectLive } from '../connectLive.ts';
import type { Parts } from '../parts.ts';
import { hasTrouble, noticesOf } from '../report.ts';
import type { PolicyTarget } from './policyArguments.ts';
import { printedPlace } from './policyText.ts';
import type { PrintedProblem, PrintedResult } from './policyText.ts';
import type { PolicyReport } from './printPolicy.ts';
import { readRules } from '../../adapters/files/readRules.ts';

type RepositoryTarget = PolicyTarget & { readonly kind: 'repository' };

/** Judges what the apps of a repository render to, by its own policies, those of the named files and the cluster's. */
export async function judgeRepository(
  parts: Parts,
  target: RepositoryTarget,
  policies: readonly string[],
  signal: AbortSignal,
): Promise<PolicyReport> {
  const folders = await readRules(policies);
  const overview = new Overview({
    ...parts,
    repo: parts.repo.reader,
    comparesUnreconciled: true,
    policies: { engine: parts.engine, usesClusters: () => true, folders: () => folders },
  });
  try {
    const connected = await connectLive(target.live, parts, signal);
    for (const { context, connection } of connected) overview.attach(context, connection);
    await overview.refresh();
    await overview.whenSettled(signal);
    const { repo, problems } = overview.state;
    if (repo === undefined && problems[0] !== undefined) throw new UserError('git-failed', problems[0].message);
    return reportOf(select(overview.state, target));
  } finally {
    overview.dispose();
  }
}

function select(state: OverviewState, { apps: asked, folder }: RepositoryTarget): OverviewState {
  const apps = state.apps.filter(({ app }) => asked.length === 0 || asked.includes(app.name) || asked.includes(app.id));
  if (apps.length === 0 && asked.length > 0) {
    const what = `no app named ${asked.join(', ')}`;
    throw new UserError('usage', `${folder} declares ${what}. "plumbline status" lists the apps.`);
  }
  return { ...state, apps };
}

function reportOf(state: OverviewState): PolicyReport {
  const findings = state.apps.flatMap((app) => app.findings.filter(({ code }) => code.startsWith('policy.')));
  const rules = findings.filter(({ object }) => object === undefined);
  const notices = [...noticesOf(state), ...unreadWords(state)];
  const isBroken = rules.some(({ severity }) => severity === 'error');
  return {
    results: state.apps.flatMap(({ app, policies = [] }) => policies.map((each) => printedVerdict(each, app.name))),
    problems: [
      ...rules.map(({ severity, message, place }): PrintedProblem => {
        const { file, line } = printedPlace(place) ?? {};
        return { severity: severity === 'error' ? 'error' : 'warning', message, file, line };
      }),
      ...notices.map((message): PrintedProblem => ({ severity: 'warning', message })),
    ],
    report: {
      command: 'policy',
      apps: state.apps.map(reportedApp),
      findings,
      notices,
      hasTrouble: isBroken || hasTrouble(state) || unreadWords(state).length > 0,
    },
  };
}

/** Policies of the cluster that may not be read: without them nobody knows whether more is violated. */
function unreadWords({ policies = [] }: OverviewState): readonly string[] {
  const words = policies.flatMap(({ context = '', unread = [] }) =>
    unread.length === 0 ? [] : [`${context}: may not list ${unread.join(', ')}, so that these say nothing here`],
  );
  return [...new Set(words)];
}

function reportedApp({ app, policies = [] }: AppState): PolicyReport['report']['apps'][number] {
  return { id: app.id, name: app.name, facts: { judgements: String(policies.length) } };
}

function printedVerdict(verdict: PolicyVerdict, app: string): PrintedResult {
  const { kind, namespace = '', name } = parseKey(verdict.object);
  const { source, standing, provenance, saidBy } = verdict;
  const said = saidBy === undefined ? undefined : `server of ${saidBy}`;
  // Values of Secrets are out of it already; what is left to say of the object is its namespace.
  const object = namespace === '' ? undefined : { metadata: { namespace } };
  const report = reportResult(
    verdict.result,
    { named: { kind, namespace, name }, object },
    source === undefined ? said : wordsOfSource(source),
  );
  const place = provenance?.kind === 'proven' ? provenance.place : undefined;
  return { ...report, app, standing, place: printedPlace(place) };
}
