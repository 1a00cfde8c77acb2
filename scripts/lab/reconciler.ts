import type { ControlPlane } from './controlPlane.ts';
import type { Progress } from './goBinaries.ts';
import type { KubeApi } from './kubeApi.ts';
import type { Service } from './service.ts';

/** A reconciler that the lab can run. */
export type ReconcilerName = 'flux' | 'argocd';

/** A reconciler at work in a control plane. */
export interface Reconciler {
  readonly services: readonly Service[];
  stop(): Promise<void>;
}

/** What a reconciler needs to start; `dir` takes its logs and scratch files. */
export interface ReconcilerOptions {
  readonly controlPlane: ControlPlane;
  readonly api: KubeApi;
  readonly dir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}
