import { isObject, objectAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Remark } from '../model/difference.ts';
import { annotationOf } from '../model/resource.ts';
import { pointerOf, wordsOfPath } from '../model/words.ts';
import type { DiffInput } from './diffInput.ts';
import { writerAt } from './managedFields.ts';
import type { ManagedEntry } from './managedFields.ts';
import { pathOf } from './path.ts';
import type { PreparedPair } from './preparedPair.ts';
import { wouldReturn } from './redefaulting.ts';
import { childType } from './schema/typeSchemas.ts';
import { lastAppliedAnnotation } from './secrets.ts';

/** Undeclared values of which nothing tells whether Git once declared them; an apply leaves them as they are. */
export function unknownOrigins(input: DiffInput, pair: PreparedPair): readonly Remark[] {
  const values = unownedValues(input, pair);
  const marks = unrecordedMarks(input, pair);
  return marks.length === 0 ? values : [...marks, ...values];
}

/** Nearly every object's answer, so it is made once. */
const none: readonly Remark[] = [];

/**
 * Labels and annotations that the GitOps manager's own `Update` entry holds, where neither an `Apply` entry nor
 * last-applied-configuration says what was declared. Other fields of such an entry may be defaults.
 */
function unrecordedMarks(input: DiffInput, pair: PreparedPair): readonly Remark[] {
  if (annotationOf(pair.live, lastAppliedAnnotation) !== undefined) return none;
  const isOwn = ({ manager, subresource }: ManagedEntry): boolean =>
    manager === input.manager.fieldManager && subresource === undefined;
  if (pair.entries.some((entry) => isOwn(entry) && entry.operation === 'Apply')) return none;
  const own = pair.entries.filter(isOwn);
  return own.flatMap((entry) =>
    (['labels', 'annotations'] as const).flatMap((part) => heldMarks(entry, part, pair).map(remark)),
  );
}

function heldMarks(
  { fields }: ManagedEntry,
  part: 'labels' | 'annotations',
  { desired, live }: PreparedPair,
): readonly (readonly string[])[] {
  const declared = desired.metadata[part];
  const held = objectAt(fields, 'f:metadata', `f:${part}`) ?? {};
  return Object.keys(objectAt(live.metadata, part) ?? {})
    .filter((name) => `f:${name}` in held && !(isObject(declared) && name in declared))
    .map((name) => ['metadata', part, name]);
}

/**
 * Undeclared values of the spec that are not their default and that no entry holds: a write through the scale
 * subresource leaves no entry where nobody owned the field before.
 */
function unownedValues(input: DiffInput, pair: PreparedPair): readonly Remark[] {
  const { spec } = pair.live;
  if (!isObject(spec) || pair.type === undefined || pair.entries.length === 0) return none;
  const declared = isObject(pair.desired.spec) ? pair.desired.spec : undefined;
  const type = childType(pair.type, 'spec');
  let found = none;
  for (const key in spec) {
    const value = spec[key];
    if (value === undefined || typeof value === 'object' || isDeclaredIn(declared, key)) continue;
    const field = childType(type, key);
    if (field.kind !== 'scalar' || field.default === undefined || field.default === value) continue;
    const place = ['spec', key];
    const path = pathOf(...place);
    if (path === undefined || wouldReturn(pair.live, path, field)) continue;
    if (writerAt(pair.entries, pair.live, place, input.manager.fieldManager) === undefined)
      found = [...found, remark(place)];
  }
  return found;
}

function isDeclaredIn(declared: JsonObject | undefined, key: string): boolean {
  const value: Json | undefined = declared?.[key];
  return value !== undefined && value !== null;
}

function remark(place: readonly string[]): Remark {
  const path = pointerOf(place);
  const message = `Git does not declare ${wordsOfPath(path)}, and nothing recorded tells who set it; an apply leaves it.`;
  return { kind: 'origin-unknown', path, message };
}
