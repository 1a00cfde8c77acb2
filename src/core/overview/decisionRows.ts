import type { FieldWriter, Origin } from '../model/difference.ts';
import type { AppId } from '../model/app.ts';
import type { Json } from '../model/json.ts';
import { isSecretValue } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { DecidedApp, DecidedField } from '../provenance/decidedFields.ts';
import type { AppState, OverviewState, PlacedDifference } from './state.ts';

/** One field that a scalar decides, beside what the cluster runs there. */
export interface DecisionRow {
  readonly app: AppId;
  readonly name: string;
  /** The context of the cluster that holds the object; absent while no cluster is connected. */
  readonly context?: string | undefined;
  readonly object: ResourceKey;
  /** RFC 6901 pointer. */
  readonly path: string;
  /** As the edited files render it; absent for a value of a Secret. */
  readonly desired?: Json | undefined;
  readonly live: LiveField;
}

/** What is known of a field in the cluster. */
export type LiveField =
  /** No cluster is connected, or it did not answer for the object. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'same' }
  /** Git is ahead of it: the nearest step that is still to do. */
  | { readonly kind: 'waiting'; readonly origin: Exclude<Origin, 'drift'> }
  /** `value` is absent for Secrets, and where the cluster has no such field. */
  | {
      readonly kind: 'differs';
      readonly value?: Json | undefined;
      readonly by?: string | undefined;
      /** RFC 3339. */
      readonly time?: FieldWriter['time'];
    };

/** The fields that a scalar decides over all apps; those that the cluster runs otherwise come first. */
export function decisionRows(apps: readonly DecidedApp[], { apps: states }: OverviewState): readonly DecisionRow[] {
  const rows = apps.flatMap(({ app, fields }) => {
    const state = states.find((each) => each.app.id === app.id);
    return fields.filter(({ effect }) => effect === 'decides').map((field) => rowOf(app, field, state));
  });
  const differs = ({ live }: DecisionRow): boolean => live.kind === 'differs';
  return [...rows.filter(differs), ...rows.filter((row) => !differs(row))];
}

function rowOf(
  { id, name }: DecidedApp['app'],
  { object, path, value }: DecidedField,
  state: AppState | undefined,
): DecisionRow {
  const isHidden = isSecretValue(object, path);
  return {
    app: id,
    name,
    context: state?.objectsContext,
    object,
    path,
    desired: isHidden ? undefined : value,
    live: liveOf(object, path, state, isHidden),
  };
}

const steps = ['uncommitted', 'unpushed', 'unsynced'] as const;

function liveOf(object: ResourceKey, path: string, state: AppState | undefined, isHidden: boolean): LiveField {
  const diff = state?.resources.find(({ key }) => key === object)?.diff;
  if (state?.objectsContext === undefined || diff === undefined) return { kind: 'unknown' };
  const here = state.differences.filter((each) => each.object === object && concerns(each, path));
  const drift = here.find(({ origin }) => origin === 'drift');
  if (drift !== undefined) {
    const { field } = drift;
    // Of a map or list around the field nothing more is said than that it differs.
    const value = isHidden || field?.path !== path ? undefined : field.live;
    return { kind: 'differs', value, by: field?.writer?.manager ?? field?.by, time: field?.writer?.time };
  }
  const origin = steps.find((step) => here.some((each) => each.origin === step));
  if (origin !== undefined) return { kind: 'waiting', origin };
  return ['in-sync', 'modified', 'removed'].includes(diff.verdict) ? { kind: 'same' } : { kind: 'unknown' };
}

/** A difference of the field, of something around or in it, or of the whole object. */
function concerns({ field }: PlacedDifference, path: string): boolean {
  return field === undefined || field.path === path || isBelow(field.path, path) || isBelow(path, field.path);
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
}
