import type { App } from '../model/app.ts';
import type { Origin } from '../model/difference.ts';
import type { Finding, FindingCode, RelatedPlace, Severity } from '../model/finding.ts';
import type { JsonObject } from '../model/json.ts';
import type { Place } from '../model/place.ts';
import type { RenderProblem } from '../model/rendering.ts';
import { describeKey } from '../model/resource.ts';
import { wordsOfAge, wordsOfPath, wordsOfValue } from '../model/words.ts';
import { isReported, isWaiting } from './placeQuestion.ts';
import type { PlacedDifference, ResourceState } from './state.ts';

/** What is said of an app beside its differences. */
export interface FindingContext {
  readonly app: App;
  /** Name of the cluster's context, for the text. */
  readonly context: string;
  readonly now: Date;
}

/**
 * The findings of drift. A difference whose place was not looked for yet gives none: a squiggle that jumps from line to
 * line while the proof runs would be worse than one that comes a moment later.
 */
export function driftFindings(differences: readonly PlacedDifference[], context: FindingContext): readonly Finding[] {
  return differences.flatMap((difference) => {
    if (difference.origin !== 'drift' || !isReported(difference)) return [];
    return isWaiting(difference) ? [] : [driftFinding(difference, context)];
  });
}

const waitingWords: Readonly<Record<Exclude<Origin, 'drift'>, string>> = {
  uncommitted: 'Not committed',
  unpushed: 'Not pushed',
  unsynced: 'Not synced',
};

/** The findings of what is on its way from the editor to the cluster; for reports, since the editor shows it as changes. */
export function pendingFindings(
  differences: readonly PlacedDifference[],
  context: Omit<FindingContext, 'context'>,
): readonly Finding[] {
  return differences.flatMap((difference) => {
    const { object, field, origin, provenance, verdict } = difference;
    if (origin === 'drift' || !isReported(difference)) return [];
    return {
      code: `pending.${origin}` as const,
      severity: 'information',
      app: context.app.id,
      object,
      path: field?.path,
      place: provenance?.kind === 'proven' ? provenance.place : context.app.declared?.place,
      message: `${waitingWords[origin]}: ${pendingMessage(difference)}`,
      related: relatedPlaces(difference, context.app),
      data: dataOf({ verdict, change: field?.change, placeKnown: provenance?.kind === 'proven' }),
    };
  });
}

function pendingMessage({ object, field, verdict }: PlacedDifference): string {
  const what = describeKey(object);
  if (field === undefined) return verdict === 'extra' ? `${what} goes away.` : `${what} is new.`;
  const path = `${what}, ${wordsOfPath(field.path)}`;
  if (object.startsWith('/Secret/')) return `${path} changes.`;
  switch (field.change) {
    case 'add':
      return `${path} becomes ${wordsOfValue(field.desired)}, where nothing was.`;
    case 'remove':
      return `${path} goes away, it was ${wordsOfValue(field.live)}.`;
    case 'modify':
      return `${path} becomes ${wordsOfValue(field.desired)}, it was ${wordsOfValue(field.live)}.`;
  }
}

function driftFinding(difference: PlacedDifference, context: FindingContext): Finding {
  const { object, field, provenance, verdict } = difference;
  const code = codeOf(difference);
  const place = provenance?.kind === 'proven' ? provenance.place : context.app.declared?.place;
  return {
    code,
    severity: severityOf(code, field?.path),
    app: context.app.id,
    object,
    path: field?.path,
    place,
    message: driftMessage(difference, context),
    related: relatedPlaces(difference, context.app),
    data: dataOf({
      context: context.context,
      verdict,
      change: field?.change,
      by: field?.by,
      time: field?.writer?.time,
      placeKnown: provenance?.kind === 'proven',
    }),
  };
}

function codeOf({ field, verdict }: PlacedDifference): FindingCode {
  if (field !== undefined) return field.change === 'remove' ? 'drift.field-removed' : 'drift.field-changed';
  return verdict === 'extra' ? 'drift.object-extra' : 'drift.object-missing';
}

/** Information by default; what usually hurts is a warning. */
function severityOf(code: FindingCode, path: string | undefined): Severity {
  if (code !== 'drift.field-changed') return 'warning';
  return path !== undefined && /\/(?:initC|c)ontainers\/\d+\/image$/.test(path) ? 'warning' : 'information';
}

function driftMessage(difference: PlacedDifference, { context, now }: FindingContext): string {
  const { object, field, provenance, verdict } = difference;
  const what = describeKey(object);
  if (field === undefined) {
    return verdict === 'extra'
      ? `Cluster ${context} still has ${what}, which Git no longer declares.`
      : `Cluster ${context} has no ${what}, which Git declares.`;
  }
  const who = writerWords(field.by, field.writer?.time, now);
  const why = provenance?.kind === 'unknown' ? ` Line unknown: ${provenance.why}` : '';
  return `${fieldMessage(difference, context)}${who}${why}`;
}

function fieldMessage({ object, field }: PlacedDifference, context: string): string {
  const path = wordsOfPath(field?.path ?? '');
  const what = `${describeKey(object)}, ${path}`;
  if (object.startsWith('/Secret/')) return `Cluster ${context} holds another value than Git (${what}).`;
  switch (field?.change) {
    case 'remove':
      return `Cluster ${context} still has ${wordsOfValue(field.live)}, which Git no longer declares (${what}).`;
    case 'add':
      return `Cluster ${context} lacks ${wordsOfValue(field.desired)}, which Git declares (${what}).`;
    default:
      return `Cluster ${context} runs ${wordsOfValue(field?.live)}, Git says ${wordsOfValue(field?.desired)} (${what}).`;
  }
}

function writerWords(by: string | undefined, time: string | undefined, now: Date): string {
  if (by === undefined) return '';
  const age = wordsOfAge(time, now);
  return ` Changed by ${by}${age === undefined ? '' : ` ${age}`}.`;
}

const roleWords: Readonly<Record<string, string>> = {
  'overridden-base': 'overridden value',
  part: 'another part of the value',
  input: 'feeds the value',
  'decides-existence': 'decides whether the field exists',
  template: 'the expression',
  selector: 'selects what is changed here',
  reference: 'refers to it',
};

function relatedPlaces({ provenance }: PlacedDifference, app: App): readonly RelatedPlace[] {
  const also = (provenance?.also ?? []).flatMap(({ place, role }) => {
    const message = roleWords[role];
    return message === undefined ? [] : [{ place, message }];
  });
  const declared =
    app.declared === undefined ? [] : [{ place: app.declared.place, message: `declared by ${app.name}` }];
  return [...also, ...declared];
}

/** What is judged by a reconciler and here: an object, or without a key the app as a whole. */
type Judged = Pick<Partial<ResourceState>, 'key' | 'disagreements'>;

/**
 * Where the reconciler's own record of an object says something else, or Flux's of an app, which has none of objects; a
 * hint, for neither side is wrong for certain. What is drift here has findings of its own already.
 */
export function disagreementFindings(
  judged: readonly Judged[],
  { app, context }: Omit<FindingContext, 'now'>,
): readonly Finding[] {
  return judged.flatMap(({ key, disagreements = [] }) =>
    disagreements
      .filter(({ ours }) => ours !== 'OutOfSync')
      .map(({ about, ours, theirs, why }) => ({
        code: 'verdict.disagrees',
        severity: 'hint',
        app: app.id,
        object: key,
        place: app.declared?.place,
        message: `The reconciler in ${context} calls ${key === undefined ? app.name : describeKey(key)} ${theirs}, here it is ${ours}. ${why}`,
        related: [],
        data: { context, about, ours, theirs },
      })),
  );
}

/** Findings of trouble with a file or an app, on the file's own line where it is known. */
export function problemFindings(problems: readonly RenderProblem[], app: App): readonly Finding[] {
  return problems.map((problem) => ({
    code: codeOfProblem(problem),
    // What was not fetched is no mistake of anybody's.
    severity: problem.needs === undefined ? problem.severity : 'information',
    app: app.id,
    place: placeOfProblem(problem) ?? app.declared?.place,
    message: `${app.name}: ${problem.message}`,
    related: [],
    data: {},
  }));
}

function codeOfProblem({ needs, severity, code }: RenderProblem): FindingCode {
  if (needs !== undefined) return 'source.elsewhere';
  if (code !== undefined) return code;
  return severity === 'error' ? 'render.failed' : 'render.warning';
}

/** A problem's line as a place; its text is not known, so the range is empty at the line's start. */
export function placeOfProblem({ file, line, column }: RenderProblem): Place | undefined {
  if (file === undefined) return undefined;
  const at = { line: line ?? 1, column: column ?? 1 };
  return { file, range: { ...at, endLine: at.line, endColumn: at.column }, start: 0, end: 0, text: '' };
}

function dataOf(facts: Readonly<Record<string, string | boolean | undefined>>): JsonObject {
  const present = Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return Object.fromEntries(present);
}
