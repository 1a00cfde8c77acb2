import type { App } from '../core/model/app.ts';
import type { Origin } from '../core/model/difference.ts';
import type { Finding } from '../core/model/finding.ts';
import { UserError } from '../core/model/userError.ts';
import { Overview } from '../core/overview/overview.ts';
import type { AppState, OverviewState } from '../core/overview/state.ts';
import type { RemoteNeed } from '../core/model/remoteNeed.ts';
import { missingNeeds } from '../core/render/missingNeeds.ts';
import type { CliRequest } from './arguments.ts';
import { connectLive } from './connectLive.ts';
import { fetchMissing } from './fetchMissing.ts';
import { hasUnhealthy, healthJson, healthText } from './health.ts';
import { openParts } from './parts.ts';
import type { Parts } from './parts.ts';
import { renderRevision, renderText, renderingsJson } from './render.ts';
import type { NamedRendering } from './render.ts';
import { diffText, statusText } from './report.ts';
import { stateJson } from './stateJson.ts';
import { isFailure } from './report/failOn.ts';
import { markdownReport } from './report/markdown.ts';
import type { Report } from './report/report.ts';
import { sarifLog } from './report/sarif.ts';
import { healthReport, stateReport } from './report/stateReport.ts';
import { readTold } from './toldEvents.ts';
import type { ToldEvents } from './toldEvents.ts';
import { version } from './version.ts';

/** What a call prints and what it means for the exit status. */
export interface CliResult {
  readonly text: string;
  /** There are differences, or, where `--fail-on` was given, findings that it names. */
  readonly isFailed: boolean;
  readonly hasTrouble: boolean;
}

/** Carries out a request over the same core as the editor. Throws `UserError` for what a person can mend. */
export async function runRequest(request: CliRequest, signal: AbortSignal): Promise<CliResult> {
  const parts = await openParts(request.folder, signal);
  try {
    return request.command === 'render'
      ? await render(request, parts, signal)
      : await compare({ ...request, command: request.command }, parts, signal);
  } finally {
    parts.dispose();
  }
}

async function render(request: CliRequest, parts: Parts, signal: AbortSignal): Promise<CliResult> {
  const { revision, kubeVersion } = request;
  const once = (): Promise<readonly NamedRendering[]> =>
    renderRevision(parts, { revision, kubeVersion }, (app) => isAsked(request, app), signal);
  let all = await once();
  if (request.fetch) {
    const missing = (): readonly RemoteNeed[] => missingNeeds(all.flatMap(({ rendering }) => rendering.problems));
    const again = async (): Promise<void> => {
      all = await once();
    };
    await fetchMissing(parts, missing, again, signal);
  }
  if (all.length === 0) throw nothingAsked(request);
  const text = request.output === 'json' ? json(renderingsJson(all)) : renderText(all);
  return { text, isFailed: false, hasTrouble: all.some(hasRenderTrouble) };
}

function hasRenderTrouble({ rendering }: NamedRendering): boolean {
  return rendering.problems.some(({ severity }) => severity === 'error');
}

type Comparison = CliRequest & { readonly command: 'status' | 'diff' | 'health' };

async function compare(request: Comparison, parts: Parts, signal: AbortSignal): Promise<CliResult> {
  const overview = new Overview({
    ...parts,
    repo: parts.repo.reader,
    comparesUnreconciled: true,
    placesPending: request.command === 'diff',
    kubeVersion: () => request.kubeVersion,
  });
  try {
    const connected = await connectLive(request.live, parts, signal);
    for (const { context, connection } of connected) overview.attach(context, connection);
    await overview.refresh();
    await overview.whenSettled(signal);
    if (request.fetch) {
      const missing = (): readonly RemoteNeed[] =>
        missingNeeds(select(overview.state, request).apps.flatMap(({ problems }) => problems));
      const again = async (): Promise<void> => {
        await overview.refresh();
        await overview.whenSettled(signal);
      };
      await fetchMissing(parts, missing, again, signal);
    }
    mustBeRead(overview.state);
    if (request.asksServer) {
      const asked = overview.state.apps.filter(({ app }) => isAsked(request, app));
      await Promise.all(asked.map(({ app }) => overview.askServer(app.id)));
      await overview.whenSettled(signal);
    }
    const state = select(overview.state, request);
    const told = request.command === 'diff' ? await readTold(overview, state, signal) : new Map();
    return report(request, state, told, parts.clock.now());
  } finally {
    overview.dispose();
  }
}

/** Without a reading of the repository there is nothing to report but why. */
function mustBeRead({ repo, problems }: OverviewState): void {
  const [problem] = problems;
  if (repo === undefined && problem !== undefined) throw new UserError('git-failed', problem.message);
}

function report(request: Comparison, state: OverviewState, told: ToldEvents, now: Date): CliResult {
  const { command, failOn } = request;
  const found = command === 'health' ? healthReport(state) : stateReport(command, state, now);
  const isWrong =
    command === 'health' ? hasUnhealthy(state) : state.apps.some(({ differences }) => differences.length > 0);
  const isFailed = failOn === undefined ? isWrong : found.findings.some((finding) => isFailure(finding, failOn));
  return { text: print(request, state, told, found), isFailed, hasTrouble: found.hasTrouble };
}

const texts = { status: statusText, diff: diffText, health: healthText } as const;

function print({ command, output }: Comparison, state: OverviewState, told: ToldEvents, found: Report): string {
  switch (output) {
    case 'text':
      return texts[command](state, told);
    case 'json':
      return json(command === 'health' ? healthJson(state) : stateJson(state, told));
    case 'sarif':
      return json(sarifLog(found, version));
    case 'markdown':
      return markdownReport(found);
  }
}

function select(state: OverviewState, request: CliRequest): OverviewState {
  const apps = state.apps.filter(({ app }) => isAsked(request, app));
  if (apps.length === 0 && request.apps.length > 0) throw nothingAsked(request);
  if (request.origins.length === 0) return { ...state, apps };
  const chosen = apps.map((app) => ofOrigins(app, request.origins));
  return { ...state, apps: request.command === 'health' ? chosen.flatMap(differingPart) : chosen };
}

/** The app with differences of some origins only; findings of drift, and over the live objects, go with them. */
function ofOrigins(app: AppState, origins: readonly Origin[]): AppState {
  const isKept = ({ code }: Finding): boolean => origins.includes('drift') || !/^(?:drift|verdict)\./.test(code);
  return {
    ...app,
    differences: app.differences.filter(({ origin }) => origins.includes(origin)),
    findings: app.findings.filter(isKept),
  };
}

/** Of an app's health what the differences touch; nothing of an app without any. */
function differingPart(app: AppState): readonly AppState[] {
  const differing = new Set(app.differences.map(({ object }) => object));
  if (differing.size === 0) return [];
  const isKept = ({ object }: Finding): boolean => object === undefined || differing.has(object);
  const resources = app.resources.filter(({ key }) => differing.has(key));
  return [{ ...app, resources, findings: app.findings.filter(isKept) }];
}

function isAsked({ apps }: CliRequest, { id, name }: App): boolean {
  return apps.length === 0 || apps.includes(name) || apps.includes(id);
}

function nothingAsked({ apps, folder }: CliRequest): UserError {
  const what = apps.length === 0 ? 'no app' : `no app named ${apps.join(', ')}`;
  return new UserError('usage', `${folder} declares ${what}. "plumbline status" lists the apps.`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
