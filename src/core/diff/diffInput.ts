import type { KindFilter } from '../argocd/kindFilter.ts';
import type { JsonObject } from '../model/json.ts';
import type { UndecidedField } from '../model/rendering.ts';
import type { KubeObject } from '../model/resource.ts';
import type { SecretHasher } from '../ports.ts';
import type { TypeSchemas } from './schema/typeSchemas.ts';

/** Who applies, and how: csa is client-side apply (last-applied annotation), ssa server-side apply (managedFields). */
export type ApplyTool = 'argocd-csa' | 'argocd-ssa' | 'flux-kustomize' | 'flux-helm' | 'kubectl-csa' | 'kubectl-ssa';

/** Everything that one comparison depends on; nothing else is read. */
export interface DiffInput {
  /** As rendered, before the tool's own stamps; absent when Git declares nothing of this identity. */
  readonly desired?: KubeObject | undefined;
  /** As the API returns it, `managedFields` included (Secrets reduced, when `hasher` is given). */
  readonly live?: KubeObject | undefined;
  readonly manager: { readonly tool: ApplyTool; readonly fieldManager: string };
  readonly app?: AppFacts | undefined;
  readonly cluster?: ClusterFacts | undefined;
  readonly schemas: TypeSchemas;
  /** Reduces the desired Secret the way live was reduced at the edge; absent when live holds the values themselves. */
  readonly hasher?: SecretHasher | undefined;
  /** Trouble in reading or rendering this very object. */
  readonly problems?: readonly DesiredProblem[] | undefined;
}

/** Why a desired object is not what the text seems to say; an error means that the build refuses it. */
export interface DesiredProblem {
  readonly severity: 'error' | 'warning';
  /** A remark's kind for warnings: `duplicate-key`, `rendered-twice`, … */
  readonly kind: string;
  readonly message: string;
  readonly path?: string | undefined;
}

/** What is known of the app. Absent facts are unknown and decide nothing. */
export interface AppFacts {
  readonly name: string;
  /** Where objects without a namespace go. */
  readonly namespace?: string | undefined;
  /** Namespace of the Flux Kustomization or HelmRelease itself. */
  readonly ownNamespace?: string | undefined;
  /** Helm release name where it is not the app's. */
  readonly releaseName?: string | undefined;
  /** Argo CD declares the destination's Namespace itself, which then bears no tracking mark. */
  readonly managesNamespace?: boolean | undefined;
  readonly trackingMethod?: 'annotation' | 'label' | 'annotation+label' | undefined;
  /** The label that tracking by label uses; `app.kubernetes.io/instance` unless said. */
  readonly instanceLabel?: string | undefined;
  /** Argo CD's `installationID`. */
  readonly installationId?: string | undefined;
  /** The kinds that Argo CD looks at. */
  readonly kinds?: KindFilter | undefined;
  readonly ignoreDifferences?: readonly ArgoIgnoreRule[] | undefined;
  /** Argo CD leaves the rules of aggregated ClusterRoles out (`resource.compareoptions`). */
  readonly ignoresAggregatedRoles?: boolean | undefined;
  readonly ignore?: readonly FluxIgnoreRule[] | undefined;
  /** Flux `status.inventory.entries`. */
  readonly inventory?: readonly { readonly id: string; readonly v?: string | undefined }[] | undefined;
  /** Flux `--override-manager`. */
  readonly overrideManagers?: readonly string[] | undefined;
  readonly syncOptions?: readonly string[] | undefined;
  /** The object as a second render gave it; where the two disagree no value can be in sync. */
  readonly secondRender?: KubeObject | undefined;
  /** Whether the render was told what the cluster serves, and what the chart asked of it. */
  readonly capabilities?: QuestionsAsked | undefined;
  /** Whether the render could look objects up in the cluster, and which it asked for. */
  readonly lookups?: QuestionsAsked | undefined;
  /** Fields of the object that the sources alone do not decide: a difference there proves nothing. */
  readonly undecided?: readonly UndecidedField[] | undefined;
  /** Why there is no rendering at all. */
  readonly renderError?: string | undefined;
  /** The object comes from a chart's `crds/` folder and this app does not touch it after the installation. */
  readonly skipsCrds?: boolean | undefined;
  /** Flux `spec.prune` is off. */
  readonly isPruneOff?: boolean | undefined;
}

/** Questions that a chart put to the cluster while it was rendered. */
export interface QuestionsAsked {
  readonly isAnswered: boolean;
  readonly asked: readonly string[];
}

/** One rule of an Argo CD Application's `spec.ignoreDifferences`; group and kind are globs. */
export interface ArgoIgnoreRule {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly jsonPointers?: readonly string[] | undefined;
  readonly jqPathExpressions?: readonly string[] | undefined;
  readonly managedFieldsManagers?: readonly string[] | undefined;
}

/** One rule of a Flux `spec.ignore`; the target's parts are regular expressions over the whole word. */
export interface FluxIgnoreRule {
  readonly paths: readonly string[];
  readonly target?:
    | {
        readonly group?: string | undefined;
        readonly version?: string | undefined;
        readonly kind?: string | undefined;
        readonly name?: string | undefined;
        readonly namespace?: string | undefined;
        readonly labelSelector?: string | undefined;
        readonly annotationSelector?: string | undefined;
      }
    | undefined;
}

/** What is known of the cluster beside the live object. Absent facts are unknown. */
export interface ClusterFacts {
  /** Autoscalers in the object's namespace. */
  readonly hpa?: readonly AutoscalerFact[] | undefined;
  /** Versions that the server serves, by group. */
  readonly served?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Verbs on this kind that the reader's rights lack. */
  readonly forbidden?: readonly string[] | undefined;
  /** What a server-side dry-run of the desired object returned, or why there is none. */
  readonly dryRun?: JsonObject | undefined;
  readonly dryRunError?:
    | { readonly code: number; readonly message: string; /** The server's own words. */ readonly said?: string }
    | undefined;
  /** Texts of the warnings that came with it. */
  readonly dryRunWarnings?: readonly string[] | undefined;
  /** Other objects of the same app, desired and live; names only. */
  readonly alsoDesired?: readonly ObjectMention[] | undefined;
  readonly alsoLive?: readonly ObjectMention[] | undefined;
}

export interface AutoscalerFact {
  readonly target: { readonly apiVersion?: string | undefined; readonly kind: string; readonly name: string };
  readonly min: number;
  readonly max: number;
}

export interface ObjectMention {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Tells whether the tool applies server-side. */
export function isServerSide(tool: ApplyTool): boolean {
  return tool !== 'argocd-csa' && tool !== 'kubectl-csa';
}

/** Tells whether the tool is Argo CD. */
export function isArgo(tool: ApplyTool): boolean {
  return tool === 'argocd-csa' || tool === 'argocd-ssa';
}
