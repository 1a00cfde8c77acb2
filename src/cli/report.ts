import { describeKey } from '../core/model/resource.ts';
import { count, shortRevision, wordsOfPath, wordsOfValue } from '../core/model/words.ts';
import type { AppState, Disagreement, OverviewState, PlacedDifference } from '../core/overview/state.ts';
import type { EventAnswer } from '../core/overview/eventReader.ts';
import type { ToldEvents } from './toldEvents.ts';
import type { Place } from '../core/model/place.ts';
import type { RenderProblem } from '../core/model/rendering.ts';

/** The state of every app, one line each, and below it what could not be read. */
export function statusText(state: OverviewState): string {
  const rows = state.apps.map((app) => [
    app.app.name,
    kindWords[app.app.kind],
    app.sync.status,
    app.health.status,
    app.sync.appliedRevision === undefined ? '-' : shortRevision(app.sync.appliedRevision),
    app.differences.length === 0 ? '' : count(app.differences.length, 'difference'),
  ]);
  const table = columns([['APP', 'DECLARED BY', 'SYNC', 'HEALTH', 'REVISION', ''], ...rows]);
  return [table, ...noticeLines(state), ''].join('\n').replace(/\n+$/, '\n');
}

/** Each difference with its origin, who wrote it, and the line that declares the field. */
export function diffText(state: OverviewState, told: ToldEvents): string {
  const blocks = state.apps
    .filter(({ differences }) => differences.length > 0)
    .map((app) =>
      [
        `${app.app.name} (${kindWords[app.app.kind]})`,
        ...app.differences.map(differenceLine),
        ...appliedLines(app),
        ...(app.disagreements ?? []).map(disagreementLine),
        ...eventLines(told.get(app.app.id)),
      ].join('\n'),
    );
  const notices = noticeLines(state);
  // "No differences" alone would be a guess where something could not be seen: what that is stands below it.
  const head =
    blocks.length > 0 ? blocks : [hasTrouble(state) ? 'No differences in what could be compared.' : 'No differences.'];
  return [...head, ...notices, ''].join('\n');
}

/** Everything that could not be read, reached or judged, one sentence each. */
export function noticesOf(state: OverviewState): readonly string[] {
  return [...clusterLines(state), ...problemLines(state).map((line) => line.slice('! '.length))];
}

/** Kinds of apps as people say them. */
export const kindWords = {
  'argo-application': 'Argo CD Application',
  'flux-kustomization': 'Flux Kustomization',
  'flux-helmrelease': 'Flux HelmRelease',
  kustomize: 'kustomize',
  helm: 'Helm chart',
  manifests: 'manifests',
} as const;

function differenceLine(difference: PlacedDifference): string {
  const { field, object, origin, verdict } = difference;
  const what = field === undefined ? verdict : `${wordsOfPath(field.path)}  ${change(difference)}`;
  const by =
    field?.writer === undefined
      ? field?.by
      : `${field.writer.manager}${field.writer.time === undefined ? '' : `, ${field.writer.time}`}`;
  const head = `  ${describeKey(object)}  ${what}  [${origin}${by === undefined ? '' : `, ${by}`}]`;
  return `${head}${whereLine(difference)}`;
}

/** What the reconciler applied last, and what came of a newer run. */
function appliedLines({ history = [] }: AppState): readonly string[] {
  const newest = history.findIndex(({ result }) => result === 'succeeded');
  return history.slice(0, newest < 0 ? 1 : newest + 1).map(({ revision, subject, time, result, by, message }) => {
    const words = [
      result === 'succeeded' ? 'applied' : result,
      [shortRevision(revision), subject].filter((part) => part !== undefined).join(' '),
      time,
      by && `by ${by}`,
    ];
    const why = result === 'failed' && message !== undefined ? `: ${message.split('\n', 1).join('')}` : '';
    return `  ${words.filter((word) => word !== undefined).join(', ')}${why}`;
  });
}

/** Warnings, and what the reconciler tells of drift; everything else is in the JSON form. */
function eventLines(told: EventAnswer | undefined): readonly string[] {
  const events = (told?.events ?? []).filter(({ isWarning, reason }) => isWarning || /drift/i.test(reason));
  const lines = events.slice(0, 10).map(({ object, reason, message, count: times, time, by }) => {
    const words = [time, by, times > 1 ? count(times, 'time') : undefined].filter((word) => word !== undefined);
    const about = words.length === 0 ? '' : ` (${words.join(', ')})`;
    return `event: ${describeKey(object)}, ${reason}${about}: ${message.split('\n', 1).join('')}`;
  });
  const more = events.length > 10 ? [`and ${count(events.length - 10, 'more event')}`] : [];
  return [...lines, ...more, ...(told?.troubles ?? [])].map((line) => `  ${line}`);
}

function disagreementLine({ about, ours, theirs, why }: Disagreement): string {
  return `  its reconciler says ${theirs}, here it is ${ours} (${about}): ${why}`;
}

/** Values of Secrets arrive as hashed tokens; even those are not printed. */
function change(difference: PlacedDifference): string {
  const { field } = difference;
  if (field === undefined) return '';
  if (difference.object.startsWith('/Secret/')) return `${field.change} (value hidden)`;
  return `${wordsOfValue(field.desired)} → ${wordsOfValue(field.live)}`;
}

function whereLine({ provenance }: PlacedDifference): string {
  if (provenance === undefined) return '';
  if (provenance.kind === 'proven') return `\n      at ${placeWords(provenance.place)}`;
  return `\n      line unknown: ${provenance.why}`;
}

function placeWords(place: Place): string {
  return `${place.file}:${place.range.line}:${place.range.column}`;
}

/** What the clusters and files would not tell, a line each. */
export function noticeLines(state: OverviewState): readonly string[] {
  return [...clusterLines(state), ...problemLines(state)];
}

function clusterLines(state: OverviewState): readonly string[] {
  return state.clusters.flatMap(({ context, status }) => {
    switch (status.kind) {
      case 'connected':
        return [];
      case 'connecting':
        return [`${context}: still connecting`];
      case 'partly-forbidden':
        return status.denied.map((text) => `${context}: ${text}`);
      case 'stale':
      case 'offline':
        return [`${context}: ${status.message}`];
      case 'no-reconciler':
        return [`${context}: neither Argo CD nor Flux is installed there`];
    }
  });
}

function problemLines(state: OverviewState): readonly string[] {
  const told = state.apps.flatMap(({ app, problems }) =>
    problems.map((each) => [problemWords(each), app.name] as const),
  );
  // Trouble in a file that several apps read is one trouble, told once.
  const inApps = gather(told).map(([words, names]) => `${names.join(', ')}: ${words}`);
  const elsewhere = state.problems.map(problemWords).filter((words) => !told.some(([other]) => other === words));
  const repository = hasCommits(state)
    ? []
    : ['This repository has no commits yet, so there is nothing that a cluster could run.'];
  return [...repository, ...elsewhere, ...inApps, ...blindLines(state), ...serverLines(state)].map(
    (line) => `! ${line}`,
  );
}

/** Until the repository could be read, nothing is claimed about it. */
function hasCommits({ repo }: OverviewState): boolean {
  return repo === undefined || repo.head !== undefined;
}

/** Objects that could not be compared, gathered by app and reason. */
function blindLines(state: OverviewState): readonly string[] {
  return state.apps.flatMap((app) =>
    gather(unseenOf(app).map(({ key, diff }) => [diff?.reason ?? 'Not compared.', describeKey(key)])).map(
      ([reason, objects]) => `${app.app.name}: ${objects.join(', ')}: ${reason}`,
    ),
  );
}

/** What the cluster answered to a dry-run beside its verdicts: refusals and warnings. */
function serverLines(state: OverviewState): readonly string[] {
  return state.apps.flatMap((app) => {
    const said = app.resources.flatMap(({ key, diff }) =>
      (diff?.remarks ?? []).flatMap(({ kind, message }) =>
        kind === 'unconfirmed' || kind === 'server-warning' ? [[message, describeKey(key)] as const] : [],
      ),
    );
    return gather(said).map(([message, objects]) => `${app.app.name}: ${objects.join(', ')}: ${message}`);
  });
}

/** Pairs of text and subject by text, in the order in which the texts came first. */
function gather(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, readonly string[]])[] {
  const texts = [...new Set(pairs.map(([text]) => text))];
  return texts.map((text) => [text, pairs.flatMap(([other, subject]) => (other === text ? [subject] : []))]);
}

/** Declared objects whose live side could not be judged. */
function unseenOf({ resources }: AppState): AppState['resources'] {
  return resources.filter(({ diff, isDeclared }) => isDeclared && diff?.verdict === 'unknown');
}

/** The cluster runs a revision of the app that could not be read here, so that nothing was compared with it. */
function isUncompared({ context, sync, resources }: AppState): boolean {
  if (context === undefined || sync.appliedRevision === undefined) return false;
  return resources.length > 0 && resources.every(({ diff }) => diff === undefined);
}

function problemWords(problem: RenderProblem): string {
  const where =
    problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: `;
  return `${where}${problem.message}`;
}

/** Whether something could not be read or reached, so that "no difference" would be a guess. */
export function hasTrouble(state: OverviewState): boolean {
  const isBroken = (problem: RenderProblem): boolean => problem.severity === 'error';
  const isBlind = state.clusters.some(({ status }) => status.kind === 'offline' || status.kind === 'stale');
  const isUnsure = (app: AppState): boolean =>
    app.problems.some(isBroken) || unseenOf(app).length > 0 || isUncompared(app);
  return isBlind || state.problems.some(isBroken) || state.apps.some(isUnsure);
}

/** Rows of a table, each cell as wide as its column. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
