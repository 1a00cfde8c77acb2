import { isList, isObject } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isEmpty, weightOf } from './emptiness.ts';
import { keyValue, pairItems } from './keyedLists.ts';
import type { Path } from './path.ts';
import { wouldReturn } from './redefaulting.ts';
import { compareScalars, isAcceptable, isZero } from './scalars.ts';
import { childType } from './schema/typeSchemas.ts';
import type { ListType, TypeNode } from './schema/typeSchemas.ts';

/** A difference as the walk finds it. `certainty` says what it means: a fact, a case for a dry-run, or a value the API refuses. */
export interface RawFinding {
  readonly certainty: 'sure' | 'unsure' | 'invalid';
  readonly change: 'modify' | 'add' | 'remove';
  /** In desired; in live for a removal. */
  readonly path: Path | undefined;
  readonly livePath: Path | undefined;
  readonly desired?: Json | undefined;
  readonly live?: Json | undefined;
}

/** What the walk is told: how explicit nulls count, and where findings go. */
export interface Walk {
  /** Flux round-trips built-in kinds through Go structs, which drops nulls before anything is compared. */
  readonly dropsNulls: boolean;
  /** Server-side apply replaces an atomic map as a whole, so that a foreign key in it is a difference. */
  readonly replacesAtomicMaps: boolean;
  /** The whole live object: which default stands for a declared zero may depend on the neighbours. */
  readonly root: Json;
  emit(finding: RawFinding): void;
}

/** Compares what is declared below one node with live; only declared fields count (rule 1 of the cases). */
export function compareNode(
  walk: Walk,
  desired: Json | undefined,
  live: Json | undefined,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  if (desired === live || desired === undefined) return;
  if (desired === null) compareNull(walk, live, type, livePath);
  else if (!isFitting(type, desired)) {
    walk.emit({ certainty: 'invalid', change: isNothing(live) ? 'add' : 'modify', path, livePath, desired, live });
  } else if (isNothing(live)) compareWithNothing(walk, desired, type, path, livePath);
  else if (isObject(desired)) compareMap(walk, desired, live, type, path, livePath);
  else if (isList(desired)) compareList(walk, desired, live, type, path, livePath);
  else compareScalar(walk, desired, live, type, path, livePath);
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

/** An explicit null over a live value asks for its removal, whoever wrote it (rule 3). */
function compareNull(walk: Walk, live: Json | undefined, type: TypeNode, livePath: Path | undefined): void {
  if (walk.dropsNulls || isEmpty(live)) return;
  const isDefault = type.kind === 'scalar' && type.default !== undefined && type.default === live;
  walk.emit({ certainty: isDefault ? 'unsure' : 'sure', change: 'remove', path: livePath, livePath, live });
}

/** The API's own check of shapes: a scalar of the right format, a map for a map, a list for a list. */
function isFitting(type: TypeNode, value: Json): boolean {
  switch (type.kind) {
    case 'scalar':
      return isAcceptable(type, value);
    case 'struct':
    case 'map':
      return isObject(value);
    case 'list':
      return isList(value);
    case 'any':
      return true;
  }
}

/** Shapes below a value that is new as a whole are still checked; what is refused is reported in its own place. */
function compareWithNothing(
  walk: Walk,
  desired: Json,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  emitMisfits(walk, desired, type, path, livePath);
  const weight = weightOf(desired, type);
  if (weight === 'nothing') return;
  walk.emit({ certainty: weight === 'unsure' ? 'unsure' : 'sure', change: 'add', path, livePath, desired });
}

function emitMisfits(
  walk: Walk,
  value: Json,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  if (type.kind === 'any' || value === null) return;
  if (!isFitting(type, value)) {
    walk.emit({ certainty: 'invalid', change: 'add', path, livePath, desired: value });
  } else if (isObject(value)) {
    for (const key in value) {
      const each = value[key];
      if (each !== undefined)
        emitMisfits(walk, each, childType(type, key), { parent: path, key }, { parent: livePath, key });
    }
  } else if (isList(value)) {
    for (const [key, each] of value.entries()) {
      emitMisfits(walk, each, childType(type, key), { parent: path, key }, { parent: livePath, key });
    }
  }
}

function compareMap(
  walk: Walk,
  desired: JsonObject,
  live: Json | undefined,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  if (!isObject(live)) {
    if (!isEmpty(desired)) walk.emit({ certainty: 'sure', change: 'modify', path, livePath, desired, live });
    return;
  }
  if (type.kind === 'map' && type.isAtomic && walk.replacesAtomicMaps && !isEmpty(desired) && hasMore(live, desired)) {
    walk.emit({ certainty: 'sure', change: 'modify', path, livePath, desired, live });
    return;
  }
  for (const key in desired) {
    const wanted = desired[key];
    const found = Object.hasOwn(live, key) ? live[key] : undefined;
    // Nearly every scalar is equal; it needs neither its type nor its path.
    if (wanted === found) continue;
    const below = { parent: path, key };
    const liveBelow = livePath === path ? below : { parent: livePath, key };
    compareNode(walk, wanted, found, childType(type, key), below, liveBelow);
  }
}

function hasMore(live: JsonObject, desired: JsonObject): boolean {
  return Object.keys(live).some((key) => desired[key] === undefined);
}

function compareList(
  walk: Walk,
  desired: readonly Json[],
  live: Json | undefined,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  if (!isList(live)) {
    if (desired.length > 0) walk.emit({ certainty: 'sure', change: 'modify', path, livePath, desired, live });
  } else if (type.kind === 'list' && type.list !== 'atomic') {
    compareItems(walk, desired, live, type, path, livePath);
  } else if (desired.length !== live.length) {
    walk.emit({ certainty: 'sure', change: 'modify', path, livePath, desired, live });
  } else {
    for (const [key, item] of desired.entries()) {
      const below = { parent: path, key };
      compareNode(walk, item, live[key], childType(type, key), below, { parent: livePath, key });
    }
  }
}

function compareItems(
  walk: Walk,
  desired: readonly Json[],
  live: readonly Json[],
  type: ListType,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  for (const pair of pairItems(type, desired, live)) {
    const item = desired[pair.desired];
    const below = { parent: path, key: pair.desired };
    const isSamePlace = livePath === path && (pair.live ?? pair.desired) === pair.desired;
    const liveBelow = isSamePlace ? below : { parent: livePath, key: pair.live ?? pair.desired };
    const liveItem = pair.live === undefined ? undefined : live[pair.live];
    if (pair.isRekeyed === true) compareKeys(walk, item, liveItem, type, below, liveBelow);
    else if (item !== undefined) compareItem(walk, item, liveItem, type, below, liveBelow);
  }
}

/** An absent item is an addition even when it holds nothing but zeros. */
function compareItem(walk: Walk, item: Json, live: Json | undefined, type: ListType, path: Path, livePath: Path): void {
  if (live !== undefined) compareNode(walk, withoutKeys(item, live, type), live, type.items, path, livePath);
  else {
    emitMisfits(walk, item, type.items, path, livePath);
    walk.emit({ certainty: 'sure', change: 'add', path, livePath, desired: item });
  }
}

/** Key fields of paired items agree by definition; a declared null or absent one stands for its default. */
function withoutKeys(item: Json, live: Json, type: ListType): Json {
  if (!isObject(item) || !isObject(live)) return item;
  const hasNull = type.keys.some((key) => item[key] === null);
  if (!hasNull) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => !type.keys.includes(key)));
}

/** The key itself was changed: that is said as one change of the key field, the other fields compare as usual. */
function compareKeys(
  walk: Walk,
  item: Json | undefined,
  live: Json | undefined,
  type: ListType,
  path: Path,
  livePath: Path,
): void {
  if (!isObject(item) || !isObject(live)) return;
  for (const key of type.keys) {
    const value = keyValue(type, item, key);
    if (item[key] === undefined && value !== undefined) {
      const field = childType(type.items, key);
      compareNode(walk, value, live[key], field, { parent: path, key }, { parent: livePath, key });
    }
  }
  compareNode(walk, item, live, type.items, path, livePath);
}

function compareScalar(
  walk: Walk,
  desired: Json,
  live: Json | undefined,
  type: TypeNode,
  path: Path | undefined,
  livePath: Path | undefined,
): void {
  if (live === undefined) return;
  const likeness = type.kind === 'scalar' ? compareScalars(type, desired, live) : 'different';
  if (likeness === 'same' || isDefaulted(walk, desired, type, livePath)) return;
  walk.emit({ certainty: likeness === 'unsure' ? 'unsure' : 'sure', change: 'modify', path, livePath, desired, live });
}

/** A zero that the API drops declares nothing, and what the server wrote in its place is the default. */
function isDefaulted(walk: Walk, desired: Json, type: TypeNode, livePath: Path | undefined): boolean {
  if (type.kind !== 'scalar' || type.zero !== 'same' || !isZero(desired) || livePath === undefined) return false;
  return wouldReturn(walk.root, livePath, type);
}
