import { acceptanceOf } from '../core/overview/acceptance.ts';
import type { App } from '../core/model/app.ts';
import type { Json, JsonObject } from '../core/model/json.ts';
import type { AppState, OverviewState, PlacedDifference } from '../core/overview/state.ts';
import type { EventAnswer } from '../core/overview/eventReader.ts';
import type { ToldEvents } from './toldEvents.ts';
import type { RenderProblem } from '../core/model/rendering.ts';

/** The same facts for machines; a stable shape that only grows. */
export function stateJson(state: OverviewState, told: ToldEvents): JsonObject {
  return {
    apps: state.apps.map((app) => ({ ...appJson(app), ...eventsJson(told.get(app.app.id)) })),
    clusters: state.clusters.map(({ context, status }) => ({ context, ...status })),
    problems: state.problems.map(problemJson),
  };
}

function appJson(app: AppState): JsonObject {
  return {
    id: app.app.id,
    name: app.app.name,
    kind: app.app.kind,
    source: present({ ...app.app.source }),
    ...generatedJson(app.app),
    sync: present({ ...app.sync }),
    health: present({ ...app.health }),
    ...(app.disagreements === undefined ? {} : { disagreements: app.disagreements.map((each) => ({ ...each })) }),
    ...(app.history === undefined ? {} : { history: app.history.map((entry) => present({ ...entry })) }),
    resources: app.resources.map((resource) =>
      present({
        key: resource.key,
        verdict: resource.diff?.verdict,
        confirmed: resource.diff?.confirmed,
        health: resource.health?.status,
        remarks: resource.diff?.remarks.map((remark) => present({ ...remark })),
      }),
    ),
    differences: app.differences.map(differenceJson),
    problems: app.problems.map(problemJson),
  };
}

/** The ApplicationSet that makes an app, and what it lays down for it beside its content. */
function generatedJson({ declared }: App): JsonObject {
  const generated = declared?.generated;
  return generated === undefined ? {} : { generated: { set: generated.set, rules: generated.rules } };
}

function eventsJson(told: EventAnswer | undefined): JsonObject {
  if (told === undefined) return {};
  const events = told.events.map((event) => present({ ...event }));
  return { events, ...(told.troubles.length === 0 ? {} : { eventsUnknown: told.troubles }) };
}

function differenceJson(difference: PlacedDifference): JsonObject {
  const { field, provenance } = difference;
  const isSecret = difference.object.startsWith('/Secret/');
  return present({
    origin: difference.origin,
    object: difference.object,
    verdict: difference.verdict,
    path: field?.path,
    change: field?.change,
    desired: isSecret ? undefined : field?.desired,
    live: isSecret ? undefined : field?.live,
    by: field?.by,
    time: field?.writer?.time,
    place:
      provenance?.kind === 'proven'
        ? {
            file: provenance.place.file,
            line: provenance.place.range.line,
            column: provenance.place.range.column,
            text: isSecret ? '' : provenance.place.text,
          }
        : undefined,
    placeUnknown: provenance?.kind === 'unknown' ? provenance.why : undefined,
    accept: difference.origin === 'drift' && field?.change === 'modify' ? acceptJson(difference) : undefined,
  });
}

/** What to write so that Git declares what the cluster runs, or why it cannot be written. */
function acceptJson(difference: PlacedDifference): JsonObject {
  const answer = acceptanceOf(difference);
  if (answer.kind === 'refused') return { refused: answer.code, why: answer.why };
  const { file, range } = answer.place;
  return { file, line: range.line, column: range.column, newText: answer.newText };
}

function problemJson(problem: RenderProblem): JsonObject {
  return present({ ...problem });
}

/** Drops absent keys, which JSON does not know. */
function present(record: Readonly<Record<string, unknown>>): JsonObject {
  // Every value that reaches this point is JSON or undefined: the records above are made of model types only.
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Record<string, Json>;
}
