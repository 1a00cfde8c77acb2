import type { RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { HelmRequest, ValuesLayer } from '../ports.ts';

/** How a chart is rendered for an app, and where each layer of its values is written. */
export interface HelmPlan {
  readonly request: Omit<HelmRequest, 'values'>;
  /** In the order of application. */
  readonly layers: readonly PlannedLayer[];
  /** Hooks of tests are left out. */
  readonly skipsTests: boolean;
  /** Values that stand outside the repository. */
  readonly unseen?: readonly UnseenValues[] | undefined;
  readonly problems: readonly RenderProblem[];
}

/** A ConfigMap or Secret with values that no file declares. */
export interface UnseenValues {
  /** `ConfigMap defaults` */
  readonly source: string;
  /** The path of the one value that comes from it; absent for a whole document of values. */
  readonly target?: string | undefined;
}

/** A layer of values with its place in the repository. */
export interface PlannedLayer {
  readonly layer: ValuesLayer;
  /** The word for its scalars; rule 5 of the provenance cases. */
  readonly via: Via;
  readonly from: LayerOrigin;
}

export type LayerOrigin =
  | { readonly kind: 'file'; readonly file: RepoPath }
  /** In the app's own object: the map, the scalar that holds YAML, or the scalar of a single value. */
  | { readonly kind: 'app'; readonly path: readonly (string | number)[] }
  /** A key of a ConfigMap or Secret of the repository. */
  | { readonly kind: 'data'; readonly file: RepoPath; readonly name: string; readonly key: string }
  /** On the command line. */
  | { readonly kind: 'given' };

/** The request as the engine takes it. */
export function requestOf(plan: HelmPlan): HelmRequest {
  return { ...plan.request, values: plan.layers.map((each) => each.layer) };
}
