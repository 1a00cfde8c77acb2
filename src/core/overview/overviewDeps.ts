import type { HealthEngine } from '../health/healthScripts.ts';
import type { Clock, Log, RenderEngine, RepoReader, SecretHasher } from '../ports.ts';
import type { PolicyDeps } from './policyJudging.ts';

/** What the overview reaches the outside through. */
export interface OverviewDeps {
  readonly repo: RepoReader;
  readonly engine: RenderEngine;
  readonly health: HealthEngine;
  readonly hasher: SecretHasher;
  readonly clock: Clock;
  readonly log: Log;
  /** Compare what no reconciler of the cluster runs with it too; for the command line, where the person named both. */
  readonly comparesUnreconciled?: boolean | undefined;
  /** Judges what is declared by policies; absent: nothing is judged. */
  readonly policies?: PolicyDeps | undefined;
  /** Look for the lines of pending differences too; for reports, which name the line of a change. */
  readonly placesPending?: boolean | undefined;
  /** The version that charts are rendered for where no cluster says its own: `v1.33.4`. */
  readonly kubeVersion?: (() => string | undefined) | undefined;
  /** Let a server-side dry-run decide by itself where the comparison alone cannot tell; nothing is written. */
  readonly asksSuspects?: boolean | undefined;
}
