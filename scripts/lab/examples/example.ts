import type { DriftStep } from '../drift.ts';
import type { ReconcilerName } from '../reconciler.ts';

/** A repository of `examples/` as the lab shows it: with a history, and with what its reconcilers really apply. */
export interface Example {
  /** Its folder in `examples`, and the name of its repository. */
  readonly name: string;
  /** The address that its manifests name; the lab puts that of the repository it serves in its place. */
  readonly placeholderUrl: string;
  /** Oldest first. The last step brings every file to the example's own state. */
  readonly history: readonly Step[];
  readonly applied: Readonly<Record<ReconcilerName, Applied>>;
  /** In the order it is made. */
  readonly drift: readonly DriftStep[];
}

/** What a reconciler is given. */
export interface Applied {
  /** Files and folders that a person applies. */
  readonly paths: readonly string[];
  /** Argo CD's Applications that are synced and awaited, each group after the one before; absent: all that there are. */
  readonly waves?: readonly (readonly string[])[];
}

/** One commit. */
export interface Step {
  readonly message: string;
  readonly author: string;
  readonly hoursAgo: number;
  readonly paths: readonly string[];
  /** Text exchanged in a file before the commit, to make a state that a later commit changes. */
  readonly edit?: { readonly file: string; readonly from: string; readonly to: string };
}
