import { compareRendered } from '../diff/compareRendered.ts';
import type { TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { reduceSecret } from '../diff/secrets.ts';
import type { Difference, Origin } from '../model/difference.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { SecretHasher } from '../ports.ts';
import type { Side } from './api.ts';
import type { AppPicture } from './gitPicture.ts';

/** The way from cluster to editor; a difference between neighbours carries the name of the later side's step. */
const way: readonly { readonly side: Side; readonly origin: Origin }[] = [
  { side: 'applied', origin: 'unsynced' },
  { side: 'upstream', origin: 'unsynced' },
  { side: 'head', origin: 'unpushed' },
  { side: 'buffers', origin: 'uncommitted' },
];

/**
 * What is on its way from the editor to the cluster: each difference between neighbouring sides, with its origin.
 * A side that is missing or does not render is left out, and its neighbours are compared with each other.
 */
export function pendingDifferences(
  { sides }: AppPicture,
  isCompared: boolean,
  hasher: SecretHasher,
  schemas: TypeSchemas,
): readonly Difference[] {
  const present = way.flatMap(({ side, origin }) => {
    const rendering = sides[side];
    const isUsed = side !== 'applied' || isCompared;
    return rendering === undefined || !isUsed || !isWhole(rendering) ? [] : [{ rendering, origin }];
  });
  return present.slice(1).flatMap(({ rendering, origin }, before) => {
    const previous = present[before]?.rendering;
    return previous === undefined ? [] : differencesBetween(previous, rendering, origin, hasher, schemas);
  });
}

/** A rendering with an error says nothing about the objects that it lacks. */
export function isWhole(rendering: Rendering): boolean {
  return rendering.problems.every(({ severity }) => severity !== 'error');
}

function differencesBetween(
  before: Rendering,
  after: Rendering,
  origin: Origin,
  hasher: SecretHasher,
  schemas: TypeSchemas,
): readonly Difference[] {
  if (before === after) return [];
  const old = byKey(before);
  const now = byKey(after);
  const gone = [...old.keys()].filter((key) => !now.has(key));
  const changed = [...now].flatMap(([object, next]): readonly Difference[] => {
    const previous = old.get(object);
    if (previous === undefined) return [{ origin, object, verdict: 'missing' }];
    if (previous === next) return [];
    const fields = compareRendered(reduceSecret(previous, hasher), reduceSecret(next, hasher), schemas);
    return fields.map((field) => ({ origin, object, verdict: 'modified', field }));
  });
  return [...changed, ...gone.map((object): Difference => ({ origin, object, verdict: 'extra' }))];
}

function byKey(rendering: Rendering): ReadonlyMap<ResourceKey, KubeObject> {
  return new Map(rendering.objects.map(({ key, object }) => [key, object]));
}
