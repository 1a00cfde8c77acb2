import type { Kubectl } from './kubectl.ts';
import type { ReconcilerName } from './reconciler.ts';

/** One change made past Git: what a person would see, and the field manager it is recorded under. */
export interface DriftStep {
  readonly reconciler: ReconcilerName;
  readonly what: string;
  readonly manager: string;
  readonly args: readonly string[];
}

/** Makes the drift of the given reconcilers' apps and returns what was done. */
export async function makeDrift(
  kubectl: Kubectl,
  drift: readonly DriftStep[],
  reconcilers: readonly ReconcilerName[],
): Promise<readonly DriftStep[]> {
  const steps = drift.filter((step) => reconcilers.includes(step.reconciler));
  for (const step of steps) await kubectl(step.args);
  return steps;
}
