import type { AppId } from '../../core/model/app.ts';
import type { Finding } from '../../core/model/finding.ts';

/** What a command found, in the one shape that every form of output is made from. */
export interface Report {
  /** The command, `diff`, `policy`, …; reports of one command replace each other where they are uploaded. */
  readonly command: string;
  /** Of what was looked at; findings refer to them. */
  readonly apps: readonly ReportedApp[];
  readonly findings: readonly Finding[];
  /** What could not be read, reached or judged: one sentence each. */
  readonly notices: readonly string[];
  /** The notices leave it open whether more is wrong. */
  readonly hasTrouble: boolean;
}

/** An app as a report names it. */
export interface ReportedApp {
  readonly id: AppId;
  readonly name: string;
  /** Short facts for the overview, such as `sync: Synced`; every app of a report has the same names in the same order. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The name of a finding's app; its identity when the report does not list the app. */
export function appName({ apps }: Pick<Report, 'apps'>, id: AppId): string {
  return apps.find((app) => app.id === id)?.name ?? id;
}
