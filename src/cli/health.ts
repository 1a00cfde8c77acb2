import { describeKey } from '../core/model/resource.ts';
import type { Json, JsonObject } from '../core/model/json.ts';
import type { AppHealth, AppState, Disagreement, OverviewState, ResourceState } from '../core/overview/state.ts';
import { columns, kindWords, noticeLines } from './report.ts';

/** The health of every app and object, a line each, in its reconciler's words; below an object what the reconciler itself says otherwise. */
export function healthText(state: OverviewState): string {
  const rows = state.apps.flatMap((app) => [...appRows(app), ...app.resources.flatMap(resourceRows)]);
  const table = columns([['APP, OBJECT', 'HEALTH', ''], ...rows]);
  return [table, ...noticeLines(state), ''].join('\n').replace(/\n+$/, '\n');
}

function appRows({ app, health, disagreements = [], context }: AppState): readonly (readonly string[])[] {
  const word = context === undefined ? 'not here' : health.status;
  const row = [`${app.name} (${kindWords[app.kind]})`, word, oneLine(health.message)];
  const here = disagreements.filter(({ about }) => about === 'health');
  return [row, ...here.map(({ ours, why }) => ['', '', `here it is ${ours}: ${why}`])];
}

/** Objects that nothing judges have no health, neither here nor in Argo CD. */
function resourceRows({ key, health, disagreements = [] }: ResourceState): readonly (readonly string[])[] {
  if (health === undefined) return [];
  const row = [`  ${describeKey(key)}`, health.status, oneLine(health.message)];
  return [row, ...disagreements.map(disagreementRow)];
}

function disagreementRow({ about, theirs, why }: Disagreement): readonly string[] {
  return ['', '', `its reconciler says ${theirs} (${about}): ${why}`];
}

/** Messages of scripts and of kubelets may have many lines; the JSON form has them all. */
function oneLine(text = ''): string {
  const [first = '', ...more] = text.trim().split('\n');
  return more.length === 0 ? first : `${first} …`;
}

/** The same facts for machines; a stable shape that only grows. */
export function healthJson(state: OverviewState): JsonObject {
  return { apps: state.apps.map(appJson) };
}

function appJson({ app, context, health, disagreements, resources }: AppState): JsonObject {
  return {
    id: app.id,
    name: app.name,
    kind: app.kind,
    ...present({ context }),
    health: fields(health),
    ...present({ disagreements: disagreements?.map((each) => ({ ...each })) }),
    resources: resources.map((resource) => ({
      key: resource.key,
      isLive: resource.isLive,
      ...present({ health: resource.health && fields(resource.health) }),
      ...present({ disagreements: resource.disagreements?.map((each) => ({ ...each })) }),
    })),
  };
}

function fields({ status, message, rule }: AppHealth): JsonObject {
  return { status, ...present({ message, rule }) };
}

function present(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  const entries = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(entries);
}

const good: ReadonlySet<string> = new Set(['Healthy', 'Current', 'Suspended']);

/** Whether some app that the cluster runs, or some object of it, is not healthy; what somebody suspended counts as healthy. */
export function hasUnhealthy(state: OverviewState): boolean {
  return judged(state).some((status) => !good.has(status));
}

/** Whether the health of something that the cluster runs could not be told. */
export function hasUnknown(state: OverviewState): boolean {
  return judged(state).includes('Unknown');
}

function judged({ apps }: OverviewState): readonly string[] {
  return apps
    .filter(({ context }) => context !== undefined)
    .flatMap(({ health, resources }) => [health.status, ...resources.flatMap((each) => each.health?.status ?? [])]);
}
