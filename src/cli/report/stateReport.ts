import type { Finding } from '../../core/model/finding.ts';
import { shortRevision } from '../../core/model/words.ts';
import { pendingFindings } from '../../core/overview/findings.ts';
import { healthFindings } from '../../core/overview/healthFindings.ts';
import type { AppState, OverviewState } from '../../core/overview/state.ts';
import { hasUnknown } from '../health.ts';
import { hasTrouble, noticesOf } from '../report.ts';
import type { Report, ReportedApp } from './report.ts';

/** The report of `status` and `diff`: every difference and every trouble of an app as a finding. */
export function stateReport(command: string, state: OverviewState, now: Date): Report {
  return {
    command,
    apps: state.apps.map(reportedApp),
    findings: state.apps.flatMap((app) => findingsOf(app, now)),
    notices: noticesOf(state),
    hasTrouble: hasTrouble(state),
  };
}

/** The report of `health`: what is not healthy, and where the reconciler's word on the health is another. */
export function healthReport(state: OverviewState): Report {
  return {
    command: 'health',
    apps: state.apps.map(reportedApp),
    findings: state.apps.flatMap((app) => [...healthFindings(app), ...app.findings.filter(isAboutHealth)]),
    notices: noticesOf(state),
    hasTrouble: hasTrouble(state) || hasUnknown(state),
  };
}

function isAboutHealth({ code, data }: Finding): boolean {
  return code === 'verdict.disagrees' && data.about === 'health';
}

function findingsOf({ app, differences, findings }: AppState, now: Date): readonly Finding[] {
  return [...findings, ...pendingFindings(differences, { app, now })];
}

function reportedApp({ app, sync, health }: AppState): ReportedApp {
  const revision = sync.appliedRevision === undefined ? '-' : shortRevision(sync.appliedRevision);
  return { id: app.id, name: app.name, facts: { sync: sync.status, health: health.status, revision } };
}
