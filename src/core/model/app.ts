import type { JsonPointer } from './difference.ts';
import type { KubeObject, ResourceKey } from './resource.ts';
import type { Place, RepoPath } from './place.ts';
import type { RemoteNeed } from './remoteNeed.ts';
import type { RenderProblem } from './rendering.ts';
import type { ClusterFact, ParameterOrigin } from '../ports.ts';

/** What declares an app: a reconciler's object, or, without a reconciler, the folder itself. */
export type AppKind =
  'argo-application' | 'flux-kustomization' | 'flux-helmrelease' | 'kustomize' | 'helm' | 'manifests';

/** `<kind>:<namespace>/<name>` for reconciler objects, `<kind>:<path>` for bare roots; stable across refreshes. Made by `appId`. */
export type AppId = string & { readonly __app: unique symbol };

/** One deployable unit declared in Git. */
export interface App {
  readonly id: AppId;
  readonly kind: AppKind;
  readonly name: string;
  /** Namespace of the reconciler's own object; absent for bare roots. */
  readonly namespace?: string | undefined;
  /** Where the reconciler's object is written; absent for bare roots. */
  readonly declared?: AppDeclaration | undefined;
  readonly source: AppSource;
  readonly destination: AppDestination;
}

/** The reconciler's object as the repository declares it. */
export interface AppDeclaration {
  readonly file: RepoPath;
  /** Index of the YAML document in the file, from 0. */
  readonly document: number;
  /** The scalar of `metadata.name`. */
  readonly place: Place;
  readonly object: KubeObject;
  /** The app in whose rendering the object stands; file and place are then those of what it is rendered from. */
  readonly parent?: ParentApp | undefined;
  /** For an Application that an ApplicationSet generates: file and place are the set's. */
  readonly generated?: GeneratedFrom | undefined;
}

/** An app that renders another one's object. */
export interface ParentApp {
  readonly app: App;
  /** The object in the rendering. */
  readonly key: ResourceKey;
  /** The files that were read for it. */
  readonly files: readonly RepoPath[];
}

/** Which of a set's Applications an app is. */
export interface GeneratedFrom {
  /** Name of the ApplicationSet. */
  readonly set: string;
  /** What the set lays down for it beside its content, a sentence each. */
  readonly rules: readonly string[];
  /** Position among them; absent for one that only the cluster shows. */
  readonly index?: number | undefined;
  /** Where its parameters are written. */
  readonly from: readonly ParameterOrigin[];
  /** Pointer of the options of its generator in the set; absent for one that only the cluster shows. */
  readonly generator?: JsonPointer | undefined;
  /** What the hub says of its clusters, where the set asks for them. */
  readonly clusters?: readonly ClusterFact[] | undefined;
}

/** Where an app's manifests come from. */
export type AppSource =
  | {
      /** This repository, or what is fetched for it. */
      readonly kind: 'here';
      /** For something fetched a path below its `mountOf`. */
      readonly path: RepoPath;
      /** What has to be fetched; absent for a folder of this repository. */
      readonly remote?: RemoteNeed | undefined;
      readonly render: SourceRender;
      /** Branch, tag or commit the reconciler follows; absent: the remote's default branch. */
      readonly revision?: string | undefined;
      /** For Flux: key of the GitRepository. */
      readonly sourceRef?: { readonly namespace: string; readonly name: string } | undefined;
      /** For Flux: what the GitRepository makes of the repository. */
      readonly checkout?: SourceCheckout | undefined;
      /** For an Argo CD Application with a `sources` list: the position of this source in it. */
      readonly index?: number | undefined;
      /** The further sources of such an Application that have manifests. */
      readonly others?: readonly SourcePart[] | undefined;
      /** For a HelmRelease: what its HelmChart says of values. */
      readonly chart?: ChartValues | undefined;
      /** For a chart without a reconciler: what whoever installs it gives; absent: a release named after the folder. */
      readonly release?: ReleaseOptions | undefined;
    }
  | {
      readonly kind: 'elsewhere';
      /** What nobody fetches, as people would say it: `the bucket flyers of minio.example.com`. */
      readonly what: string;
    }
  /** Declared in a way that is not rendered; `why` is a sentence for people, `problems` say it with its places. */
  | {
      readonly kind: 'unsupported';
      readonly why: string;
      readonly problems?: readonly RenderProblem[] | undefined;
    };

/** How a Flux GitRepository changes what is in the repository. */
export interface SourceCheckout {
  /** `spec.ignore` */
  readonly ignore?: string | undefined;
  /** `spec.sparseCheckout`; absent: everything. */
  readonly folders?: readonly RepoPath[] | undefined;
  /** `spec.include`: folders of other sources and where they are put. */
  readonly included: readonly IncludedSource[];
}

/** A folder of another source. */
export interface IncludedSource {
  readonly at: RepoPath;
  readonly from: RepoPath;
  /** Absent for a source that is this repository. */
  readonly remote?: RemoteNeed | undefined;
}

/** How a folder becomes manifests. */
export type SourceRender = 'kustomize' | 'directory' | 'helm';

/** One of several sources of an app. */
export interface SourcePart {
  readonly path: RepoPath;
  readonly remote?: RemoteNeed | undefined;
  readonly render: SourceRender;
  readonly index: number;
}

/** Values files that stand for a chart's own, relative to the repository's root or in a fetched chart to it (Flux `valuesFiles`). */
export interface ChartValues {
  readonly valuesFiles: readonly string[];
  readonly ignoresMissing: boolean;
}

/** The arguments of `helm install`. */
export interface ReleaseOptions {
  readonly name: string;
  readonly namespace: string;
  readonly valueFiles: readonly RepoPath[];
  /** As given to `--set`. */
  readonly set: readonly string[];
}

/** Which cluster and namespace an app goes to; all absent: the cluster the reconciler runs in. */
export interface AppDestination {
  readonly server?: string | undefined;
  readonly clusterName?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Makes an app's identity from its kind and its object or path. */
export function appId(
  kind: AppKind,
  where: { readonly namespace: string; readonly name: string } | { readonly path: RepoPath },
): AppId {
  const rest = 'path' in where ? where.path || '.' : `${where.namespace}/${where.name}`;
  // The only place that makes an id, hence the only assertion.
  return `${kind}:${rest}` as AppId;
}
