import type { JsonPointer } from './difference.ts';
import type { KubeObject, ResourceKey } from './resource.ts';
import type { RepoPath } from './place.ts';
import type { RemoteNeed } from './remoteNeed.ts';

/** The objects an app renders to at one tree, with what is needed to explain and to cache them. */
export interface Rendering {
  readonly objects: readonly RenderedObject[];
  /** Why the rendering is incomplete; an app with an `error` has no objects to compare. */
  readonly problems: readonly RenderProblem[];
  /** Every file and folder that the rendering looked at, also those that were absent. */
  readonly reads: readonly FileRead[];
  /** What chart templates asked the cluster (`lookup`) without an answer; in a cluster it may not be empty. */
  readonly lookups?: readonly string[] | undefined;
  /** Every question to the cluster and its answer. */
  readonly asked?: readonly ClusterAnswer[] | undefined;
  /** The engine gave up: on these reads it will again, unless it was the machine that was too busy. */
  readonly isBroken?: boolean | undefined;
}

/** One look at the cluster; answers are compared by identity. */
export interface ClusterAnswer {
  readonly question: string;
  readonly answer: unknown;
}

/** One rendered object; `object` carries none of the annotations by which evidence was collected. */
export interface RenderedObject {
  readonly key: ResourceKey;
  readonly object: KubeObject;
  /** The file that introduced the object, or the generator that made it; absent when the engine does not say. */
  readonly origin?: ObjectOrigin | undefined;
  /** Transformers that touched the object, in order of application. */
  readonly transformations: readonly ObjectOrigin[];
  /** It comes from the `crds` folder of a chart, which Helm handles apart. */
  readonly isChartCrd?: boolean | undefined;
  /** What another rendering of the same sources gave, where that was something else (a template draws at random). */
  readonly second?: KubeObject | undefined;
  /** Fields whose value in a cluster the sources alone do not tell. */
  readonly undecided?: readonly UndecidedField[] | undefined;
}

/** A field, with what is below it, that something outside the repository may decide; the empty path is the whole object. */
export interface UndecidedField {
  readonly path: JsonPointer;
  /** A sentence for people. */
  readonly why: string;
}

/** An entry of kustomize's origin or transformer annotations (kustomize `buildMetadata`). */
export interface ObjectOrigin {
  /** File the object or patch was read from. */
  readonly path?: RepoPath | undefined;
  /** Kustomization file that configures the generator or transformer. */
  readonly configuredIn?: RepoPath | undefined;
  /** Kind of the generator or transformer (`ConfigMapGenerator`, `PatchTransformer`, …). */
  readonly configuredBy?: string | undefined;
}

/** Trouble while rendering, placed as exactly as the engine allows. */
export interface RenderProblem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: RepoPath | undefined;
  /** From 1. */
  readonly line?: number | undefined;
  /** Column from 1, where known. */
  readonly column?: number | undefined;
  /** Where it is another finding than `render.failed` or `render.warning`. */
  readonly code?: 'source.undecided' | 'source.refused' | 'project.denied' | undefined;
  /** What has to be fetched before this can be rendered. */
  readonly needs?: RemoteNeed | undefined;
}

/** One look at the tree: what was asked and a digest of the answer; equal digests mean an equal answer. */
export interface FileRead {
  readonly path: RepoPath;
  readonly kind: 'file' | 'folder';
  /** Content digest of a file, digest of the listing for a folder, `absent` for nothing there. */
  readonly digest: string;
}
