import { keyOf } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { describeKey } from '../model/resource.ts';
import type { DesiredProblem } from './diffInput.ts';

/** One identity of a rendering, and what is to be said of it. */
export interface DesiredObject {
  readonly object: KubeObject;
  readonly problems: readonly DesiredProblem[];
}

/**
 * The objects of a rendering by identity. Of objects rendered twice the last one counts, with a warning; kustomize
 * (`refusesTwins`) fails to build instead.
 */
export function gatherDesired(
  objects: readonly KubeObject[],
  refusesTwins: boolean,
): ReadonlyMap<ResourceKey, DesiredObject> {
  const gathered = new Map<ResourceKey, DesiredObject>();
  for (const object of objects) {
    const key = keyOf(object);
    const problems = gathered.has(key) ? [twinProblem(key, refusesTwins)] : [];
    gathered.set(key, { object, problems });
  }
  return gathered;
}

function twinProblem(key: ResourceKey, isRefused: boolean): DesiredProblem {
  const message = isRefused
    ? `${describeKey(key)} is declared twice, which kustomize refuses.`
    : `${describeKey(key)} is declared twice; the last one counts.`;
  return { severity: isRefused ? 'error' : 'warning', kind: 'rendered-twice', message };
}
