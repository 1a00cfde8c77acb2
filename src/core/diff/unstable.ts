import type { JsonPointer } from '../model/difference.ts';
import { differingPaths } from '../model/differingPaths.ts';
import type { DiffInput } from './diffInput.ts';

/** The fields on which two renders of the same sources disagree (random or time-dependent templates). */
export function unstablePaths({ app, desired }: DiffInput): ReadonlySet<JsonPointer> {
  const second = app?.secondRender;
  return second === undefined || desired === undefined ? new Set() : differingPaths(desired, second);
}
