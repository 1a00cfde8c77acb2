import { listAt, numberAt, stringAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { saidBy } from './secretWords.ts';

/** A status condition as Kubernetes' API conventions have it. */
export interface Condition {
  readonly status: string;
  readonly reason: string;
  /** Never holds a value of a Secret. */
  readonly message: string;
  readonly observedGeneration?: number | undefined;
  /** RFC 3339. */
  readonly lastTransitionTime?: string | undefined;
}

/** The condition of a type, or `undefined`. */
export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  const found = listAt(object?.status, 'conditions').find((condition) => stringAt(condition, 'type') === type);
  if (found === undefined) return undefined;
  return {
    status: stringAt(found, 'status') ?? 'Unknown',
    reason: stringAt(found, 'reason') ?? '',
    message: saidBy(found) ?? '',
    observedGeneration: numberAt(found, 'observedGeneration'),
    lastTransitionTime: stringAt(found, 'lastTransitionTime'),
  };
}

/** Tells whether the controller has looked at the object's present `spec`; objects without the numbers count as observed. */
export function isObserved(object: KubeObject): boolean {
  const generation = numberAt(object.metadata, 'generation');
  const observed = numberAt(object.status, 'observedGeneration');
  return generation === undefined || observed === undefined || observed >= generation;
}
