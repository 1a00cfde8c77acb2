import type { Json } from '../model/json.ts';
import type { JsonPointer, Origin } from '../model/difference.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { PlacedDifference } from './state.ts';

/** Which field's place is asked for; `path` in terms of the object as it is written on the question's side. */
export interface PlaceQuestion {
  readonly object: ResourceKey;
  readonly path: JsonPointer;
  /** The step whose later side `path` is written for; drift's is what was applied. */
  readonly origin: Origin;
  /** The live value; of a value joined from several scalars it tells which piece is meant. */
  readonly toward?: Json | undefined;
  /** Asks where the object as a whole is declared; `path` then names the scalar that stands for it. */
  readonly isOfObject?: boolean | undefined;
  /** Somebody waits for the whole answer: every part, what loses, what feeds it. */
  readonly isComplete?: boolean | undefined;
}

/** Whether a difference asks for a person: external writers and skipped objects differ by right. */
export function isReported({ verdict }: Pick<PlacedDifference, 'verdict'>): boolean {
  return verdict === 'modified' || verdict === 'removed' || verdict === 'missing' || verdict === 'extra';
}

/** The field whose place a difference is shown on; `undefined` when Git declares no such scalar. */
export function questionOf({ object, field, origin, verdict }: PlacedDifference): PlaceQuestion | undefined {
  if (field === undefined)
    return verdict === 'missing' ? { object, origin, path: '/metadata/name', isOfObject: true } : undefined;
  return field.change === 'remove' ? undefined : { object, origin, path: field.path, toward: field.live };
}

/** Whether a difference is shown on a line of the repository: one of the cluster, and for reports any. */
export function isPlaced(difference: PlacedDifference, alsoPending = false): boolean {
  const isAsked = alsoPending || difference.origin === 'drift';
  return isAsked && isReported(difference) && questionOf(difference) !== undefined;
}

/** Whether a place will be looked for and none was found before. */
export function isWaiting(difference: PlacedDifference): boolean {
  return isPlaced(difference) && difference.provenance === undefined;
}
