import type { ChangeSet, ObjectEffect } from '../../core/change/changeSet.ts';
import type { FieldDifference } from '../../core/model/difference.ts';
import type { Rendering } from '../../core/model/rendering.ts';
import { describeKey, isSecretValue, parseKey } from '../../core/model/resource.ts';
import type { KubeObject, ResourceKey } from '../../core/model/resource.ts';
import { wordsOfAge, wordsOfPath } from '../../core/model/words.ts';
import type { EditAnswer } from '../../core/provenance/editFor.ts';
import type { AppState, PlacedDifference } from '../../core/overview/state.ts';
import type { Cell, EffectField, EffectObject, PanelEffect, RiskNote } from '../../protocol/panelState.ts';
import type { Translate } from '../text.ts';
import { policyNotes } from './policyNotes.ts';
import { cellOf, hiddenCell, valueAtPointer, valueAtSamePlace } from './cellValues.ts';

/** What the effect part is built from. */
export interface EffectInput {
  readonly state: AppState;
  /** Of all apps: what policies say of those that the change reaches. */
  readonly apps: readonly AppState[];
  readonly changeSet: ChangeSet;
  /** Rendered from the editors' texts. */
  readonly after: Rendering;
  readonly liveObject: (key: ResourceKey) => KubeObject | undefined;
  /** Whether a live value can be written into Git. */
  readonly acceptanceOf: (difference: PlacedDifference) => EditAnswer | undefined;
  readonly now: Date;
}

/** Rows beyond this are counted instead of shown. */
const MOST_FIELDS = 40;

/** Says what a change set does: each changed object field by field beside the cluster, drift that stands beside it, risks, other apps. */
export function buildEffect(input: EffectInput, t: Translate): PanelEffect {
  const { changeSet, after, state } = input;
  const changed = changeSet.effects.map((effect) => changedObject(effect, input, t));
  const known = new Set<string>(changeSet.effects.map(({ key }) => key));
  const drifted = groupByObject(driftOf(state)).filter(([key]) => !known.has(key));
  const { added, changed: modified, removed, fields } = changeSet.counts;
  return {
    phase: 'ready',
    objects: [...changed, ...drifted.map(([key, drift]) => driftedObject(key, drift, input, t))],
    counts: { added, changed: modified, removed, fields, unchanged: after.objects.length - added - modified },
    blast: changeSet.others.map(({ app, effects }) => ({
      app: app.name,
      objects: effects.map(({ key }) => describeKey(key)),
    })),
    risks: [
      ...policyNotes(input.apps, state.app.id, changeSet, t),
      ...changeSet.risks.map(({ kind, message }) => ({ code: kind, severity: severityOf(kind), message })),
    ],
    problems: after.problems.map(({ severity, message, file, line }) => ({ severity, message, file, line })),
  };
}

function severityOf(kind: ChangeSet['risks'][number]['kind']): RiskNote['severity'] {
  return kind === 'image-tag' || kind === 'prune' ? 'warning' : 'danger';
}

function changedObject(effect: ObjectEffect, input: EffectInput, t: Translate): EffectObject {
  const drift = driftOf(input.state).filter(({ object }) => object === effect.key);
  const rows =
    effect.change === 'changed'
      ? withDrift(effect, drift, input, t)
      : wholeFields(effect).map((path) => wholeRow(effect, path, input, t));
  return objectOf(effect.key, effect.change, rows, effect.live !== undefined);
}

function driftedObject(
  key: ResourceKey,
  drift: readonly PlacedDifference[],
  input: EffectInput,
  t: Translate,
): EffectObject {
  const object = input.after.objects.find((each) => each.key === key)?.object;
  const live = input.liveObject(key);
  const rows = drift.flatMap((each) =>
    each.field === undefined ? [] : [driftRow({ ...each, field: each.field }, object, live, input, t)],
  );
  const missing = drift.find(({ field }) => field === undefined);
  const all = missing === undefined ? rows : [...rows, missingRow(missing, input, t)];
  return objectOf(key, 'drifted', all, live !== undefined);
}

function objectOf(
  key: ResourceKey,
  change: EffectObject['change'],
  rows: readonly EffectField[],
  isLive: boolean,
): EffectObject {
  const { kind, name, namespace } = parseKey(key);
  const fields = rows.slice(0, MOST_FIELDS);
  return { key, kind, name, namespace, change, fields, hiddenFields: rows.length - fields.length, isLive };
}

/** The changed fields, and after them those that only the cluster has different. */
function withDrift(
  effect: ObjectEffect,
  drift: readonly PlacedDifference[],
  input: EffectInput,
  t: Translate,
): readonly EffectField[] {
  const { key, before, after, live } = effect;
  const drifted = drift.flatMap((each) => (each.field === undefined ? [] : [{ ...each, field: each.field }]));
  const writers = new Map(drifted.map(({ field }) => [field.path, writerWords(field, input.now)]));
  const rows = effect.fields.map((field): EffectField => {
    const source = field.at === 'live' ? before : after;
    const hide = hider(key, field.path, t);
    return {
      path: wordsOfPath(field.path),
      change: field.change,
      before: hide(field.live),
      after: hide(field.desired),
      live: liveCell(input.state, hide, valueAtSamePlace(source, field.path, live), live),
      writer: writers.get(field.path),
    };
  });
  const shown = new Set(effect.fields.map(({ path }) => path));
  const rest = drifted.filter(({ field }) => !shown.has(field.path));
  return [...rows, ...rest.map((each) => driftRow(each, after, live, input, t))];
}

function driftRow(
  difference: PlacedDifference & { readonly field: FieldDifference },
  object: KubeObject | undefined,
  live: KubeObject | undefined,
  input: EffectInput,
  t: Translate,
): EffectField {
  const { object: key, field } = difference;
  const hide = hider(key, field.path, t);
  const acceptance = field.change === 'modify' ? input.acceptanceOf(difference) : undefined;
  const declared = hide(field.desired ?? (field.at === 'live' ? undefined : valueAtPointer(object, field.path)));
  return {
    path: wordsOfPath(field.path),
    change: 'drift',
    before: declared,
    after: declared,
    live: liveCell(input.state, hide, field.live, live),
    writer: writerWords(field, input.now),
    refusal: acceptance?.kind === 'refused' ? t('Cannot be written into Git: {0}', acceptance.why) : undefined,
  };
}

/** An object that should be there and is not, or the other way round. */
function missingRow({ verdict, object }: PlacedDifference, input: EffectInput, t: Translate): EffectField {
  const there: Cell = { type: 'value', text: t('declared') };
  const isDeclared = input.after.objects.some(({ key }) => key === object);
  const declared: Cell = isDeclared ? there : { type: 'absent' };
  const isLive = input.liveObject(object) !== undefined;
  return {
    path: t('the whole object'),
    change: 'drift',
    before: declared,
    after: declared,
    live: isLive ? { type: 'value', text: t('in the cluster') } : { type: 'absent' },
    writer: verdict === 'missing' ? t('not in the cluster') : t('not declared in Git'),
  };
}

/** An added or removed object is told by its top-level fields. */
function wholeFields({ before, after }: ObjectEffect): readonly string[] {
  const fields = Object.keys(after ?? before ?? {}).filter(
    (field) => !['apiVersion', 'kind', 'metadata', 'status'].includes(field),
  );
  return fields.length === 0 ? ['metadata'] : fields;
}

function wholeRow(
  { key, change, before, after, live }: ObjectEffect,
  path: string,
  input: EffectInput,
  t: Translate,
): EffectField {
  const hide = hider(key, `/${path}`, t);
  return {
    path,
    change: change === 'removed' ? 'remove' : 'add',
    before: hide(before?.[path]),
    after: hide(after?.[path]),
    live: liveCell(input.state, hide, live?.[path], live),
  };
}

type Show = (value: FieldDifference['live']) => Cell;

/** Secret values never leave the host, not even as hashes. */
function hider(key: ResourceKey, path: string, t: Translate): Show {
  return isSecretValue(key, path) ? (value) => hiddenCell(value, t('••• (hidden)')) : cellOf;
}

function liveCell(state: AppState, show: Show, value: FieldDifference['live'], live: KubeObject | undefined): Cell {
  if (state.objectsContext === undefined) return { type: 'unread' };
  return live === undefined ? { type: 'absent' } : show(value);
}

function writerWords({ by, writer }: FieldDifference, now: Date): string | undefined {
  const manager = writer?.manager ?? by;
  const age = wordsOfAge(writer?.time, now);
  return manager === undefined || age === undefined ? manager : `${manager}, ${age}`;
}

function driftOf(state: AppState): readonly PlacedDifference[] {
  return state.differences.filter(({ origin }) => origin === 'drift');
}

function groupByObject(
  differences: readonly PlacedDifference[],
): readonly (readonly [ResourceKey, readonly PlacedDifference[]])[] {
  const keys = [...new Set(differences.map(({ object }) => object))];
  return keys.map((key) => [key, differences.filter(({ object }) => object === key)]);
}
