import type { ArgoHealthStatus } from './argoHealth.ts';
import type { KStatusWord } from './kstatus.ts';

/** Argo CD's words from good to bad (gitops-engine `health.healthOrder`). */
const argoOrder = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
] as const satisfies readonly ArgoHealthStatus[];

/** One object of an Argo CD app, as its health counts. */
export interface CountedObject {
  readonly isLive: boolean;
  /** Absent for an object that nothing judges, or that Argo CD does not count. */
  readonly status?: string | undefined;
}

/**
 * The health of an Argo CD app: the worst of its objects, of which missing ones do not count unless all are missing
 * (argo-cd `controller/health.go`).
 */
export function argoAppHealth(objects: readonly CountedObject[]): ArgoHealthStatus {
  const counted = objects.flatMap(({ isLive, status }) => (isLive && status !== undefined ? [status] : []));
  const isGone = objects.length > 0 && objects.every(({ isLive }) => !isLive);
  return worst(argoOrder, isGone ? [...counted, 'Missing'] : counted);
}

const kstatusOrder = [
  'Current',
  'Unknown',
  'Terminating',
  'InProgress',
  'Failed',
] as const satisfies readonly KStatusWord[];

/** The worst of the words of kstatus; `undefined` for no objects. */
export function worstKstatus(words: readonly string[]): KStatusWord | undefined {
  return words.length === 0 ? undefined : worst(kstatusOrder, words);
}

function worst<T extends string>(order: readonly [T, ...T[]], words: readonly string[]): T {
  return order.findLast((word) => words.includes(word)) ?? order[0];
}
