import { objectAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { annotationOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { PreparedPair } from './preparedPair.ts';
import type { DiffInput } from './diffInput.ts';
import { isMarked } from './judgeUncompared.ts';
import type { ManagedEntry } from './managedFields.ts';
import type { Holding } from './removals.ts';
import { isSecret, lastAppliedAnnotation, parseObject } from './secrets.ts';
import { instanceLabelOf, isMigrating } from './stamps.ts';
import { without } from './without.ts';

/** What proves that Git once declared something, and what everybody else owns. */
export interface Holdings {
  readonly holdings: readonly Holding[];
  readonly foreign: readonly JsonObject[];
}

/**
 * Rule 2 of the cases: an `Apply` entry of the GitOps manager on the main resource, last-applied-configuration, and for
 * Flux kustomize the writers it takes fields over from. An `Update` entry of the manager proves nothing, since one made
 * at creation owns every default; it is no foreign owner either.
 */
export function holdingsOf(input: DiffInput, pair: PreparedPair): Holdings {
  const proofs = pair.entries.filter((entry) => entry.subresource === undefined && isProof(entry, input, pair));
  const holdings: Holding[] = proofs.map((entry) => ({ kind: 'fields', fields: foldFields(entry.fields, pair) }));
  const applied = lastApplied(input, pair);
  if (applied !== undefined) holdings.push({ kind: 'applied', value: applied });
  const foreign = pair.entries
    .filter((entry) => !proofs.includes(entry) && entry.manager !== input.manager.fieldManager)
    .map((entry) => entry.fields);
  return { holdings, foreign };
}

function isProof(entry: ManagedEntry, input: DiffInput, pair: PreparedPair): boolean {
  if (entry.manager === input.manager.fieldManager && entry.operation === 'Apply') return true;
  return input.manager.tool === 'flux-kustomize' && isTakenOver(entry.manager, input) && !isMerged(input, pair);
}

/** fluxcd/pkg `ssa/manager_apply.go`: managed-fields cleanup before the apply. */
function isTakenOver(manager: string, input: DiffInput): boolean {
  if (manager.startsWith('kubectl') || manager === 'before-first-apply') return true;
  return input.app?.overrideManagers?.includes(manager) === true;
}

function isMerged(input: DiffInput, pair: PreparedPair): boolean {
  const name = 'kustomize.toolkit.fluxcd.io/ssa';
  return isMarked(input.desired ?? pair.desired, name, 'merge');
}

/** Applied server-side, `stringData` is owned under its own name, though its values are in `data`. */
function foldFields(fields: JsonObject, pair: PreparedPair): JsonObject {
  const written = isSecret(pair.live) ? objectAt(fields, 'f:stringData') : undefined;
  if (written === undefined) return fields;
  return { ...fields, 'f:data': { ...objectAt(fields, 'f:data'), ...written } };
}

function lastApplied(input: DiffInput, pair: PreparedPair): Json | undefined {
  const text = annotationOf(pair.live, lastAppliedAnnotation);
  const applied = text === undefined ? undefined : parseOnce(pair.live, text);
  if (applied === undefined) return undefined;
  const data = isSecret(applied) ? objectAt(applied, 'stringData') : undefined;
  const folded = data === undefined ? applied : { ...applied, data: { ...objectAt(applied, 'data'), ...data } };
  return withoutOldTracking(folded, input, pair);
}

/** Parsed annotations by live object: parsing is most of a comparison's work, and an object is compared many times. */
const parsed = new WeakMap<KubeObject, JsonObject>();

function parseOnce(live: KubeObject, text: string): JsonObject | undefined {
  const known = parsed.get(live);
  if (known !== undefined) return known;
  const value = parseObject(text);
  if (value !== undefined) parsed.set(live, value);
  return value;
}

/** Moving from label to annotation tracking leaves the label behind; that is the tool's doing, not Git's. */
function withoutOldTracking(applied: JsonObject, input: DiffInput, pair: PreparedPair): JsonObject {
  const labels = objectAt(applied, 'metadata', 'labels');
  const { app } = input;
  if (app === undefined || stringAt(labels, instanceLabelOf(app)) === undefined || !isMigrating(app, pair.live))
    return applied;
  return { ...applied, metadata: { ...objectAt(applied, 'metadata'), labels: without(labels, instanceLabelOf(app)) } };
}
