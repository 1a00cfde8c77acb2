import type { HistoryEntry } from '../live/reconcilerStatus.ts';
import type { App, AppId } from '../model/app.ts';
import type { Difference, ObjectDiff } from '../model/difference.ts';
import type { Finding } from '../model/finding.ts';
import type { Provenance } from '../model/provenance.ts';
import type { RenderProblem } from '../model/rendering.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { PolicyVerdict } from '../policy/policyVerdict.ts';
import type { SceneBook } from './policyKeeper.ts';
import type { RepoState } from '../ports.ts';

/** Everything that is known of one repository at one moment; replaced as a whole, never changed. */
export interface OverviewState {
  /** `loading` until the first discovery is complete. */
  readonly phase: 'loading' | 'ready';
  readonly repo?: RepoState | undefined;
  readonly apps: readonly AppState[];
  readonly clusters: readonly ClusterState[];
  /** The rules that were judged by, by the cluster and the apps that meet them. */
  readonly policies?: readonly SceneBook[] | undefined;
  /** Trouble that belongs to no app: files that do not parse, a repository without commits, … */
  readonly problems: readonly RenderProblem[];
}

/** One cluster that the person chose. */
export interface ClusterState {
  readonly context: string;
  readonly status:
    | { readonly kind: 'connecting' }
    | { readonly kind: 'connected' }
    /** Some of what apps declare may not be read; `denied` has one sentence for each. */
    | { readonly kind: 'partly-forbidden'; readonly denied: readonly string[] }
    /** `since` is RFC 3339. */
    | { readonly kind: 'stale'; readonly since: string; readonly message: string }
    | { readonly kind: 'offline'; readonly message: string }
    /** Connected, but neither Argo CD's nor Flux's kinds are served. */
    | { readonly kind: 'no-reconciler' };
}

/** One app: what Git declares of it, what its reconciler says, what the cluster runs. */
export interface AppState {
  readonly app: App;
  /** The context whose cluster runs the reconciler; absent while Git only. */
  readonly context?: string | undefined;
  /** The context whose cluster holds the objects; another one for an app that an Argo CD hub deploys elsewhere. */
  readonly objectsContext?: string | undefined;
  /** The reconciler's word, or ours where no reconciler is concerned. */
  readonly sync: AppSync;
  readonly health: AppHealth;
  /** Where the app's objects, as judged here, make something else of it than its reconciler says; absent when nothing does. */
  readonly disagreements?: readonly Disagreement[] | undefined;
  /** What its reconciler remembers to have applied, newest first; absent while Git only. */
  readonly history?: readonly AppliedRevision[] | undefined;
  readonly resources: readonly ResourceState[];
  readonly differences: readonly PlacedDifference[];
  /** What policies say of the objects that Git declares; absent until they were judged. */
  readonly policies?: readonly PolicyVerdict[] | undefined;
  readonly findings: readonly Finding[];
  readonly problems: readonly RenderProblem[];
}

export interface AppSync {
  /** Argo CD's words; `Unknown` without a cluster. For Flux: Ready at the newest revision reads `Synced`. */
  readonly status: 'Synced' | 'OutOfSync' | 'Unknown';
  /** Commit that the reconciler last applied. */
  readonly appliedRevision?: string | undefined;
  readonly message?: string | undefined;
  readonly isSuspended: boolean;
  /** A sync is running now. */
  readonly isRunning: boolean;
}

export interface AppHealth {
  /** Argo CD's words for Argo apps (`Healthy`, `Progressing`, …); kstatus words else (`Current`, `InProgress`, …); `Unknown` without a cluster. */
  readonly status: string;
  readonly message?: string | undefined;
  /** What decided it, in words that fit into a sentence; absent where the reconciler only said so. */
  readonly rule?: string | undefined;
}

export interface ResourceState {
  readonly key: ResourceKey;
  /** Absent while Git only. */
  readonly diff?: ObjectDiff | undefined;
  /** As judged here by the reconciler's rules; its own word where the object was not seen. */
  readonly health?: AppHealth | undefined;
  /** Where the reconciler's own word is another; absent when there is no such word or it is the same. */
  readonly disagreements?: readonly Disagreement[] | undefined;
  /** Whether the object is rendered from the buffers' tree. */
  readonly isDeclared: boolean;
  readonly isLive: boolean;
}

/** One entry of the reconciler's history, with what the repository knows of its commit. */
export interface AppliedRevision extends HistoryEntry {
  readonly subject?: string | undefined;
}

/** Two judgements of one object or app: ours and the reconciler's. */
export interface Disagreement {
  readonly about: 'sync' | 'health';
  readonly ours: string;
  readonly theirs: string;
  /** The rule that explains it, one sentence. */
  readonly why: string;
}

/** A difference and, once it was looked for, the scalar that decides the field. */
export interface PlacedDifference extends Difference {
  readonly provenance?: Provenance | undefined;
}

/** What changed since the last state: apps by id, or everything. */
export interface OverviewChange {
  readonly apps: readonly AppId[];
  readonly isStructural: boolean;
}
