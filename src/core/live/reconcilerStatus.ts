import type { AppHealth, AppSync } from '../overview/state.ts';
import type { ResourceKey } from '../model/resource.ts';

/** What a reconciler's object says of its app, in our own words. */
export interface ReconcilerStatus {
  readonly sync: AppSync;
  readonly health: AppHealth;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  /** The revision that Argo CD last compared with, and when (RFC 3339). */
  readonly comparedRevision?: string | undefined;
  readonly comparedAt?: string | undefined;
  /** What the reconciler manages: Argo's `status.resources`, Flux's inventory. */
  readonly resources: readonly ManagedResource[];
}

/** One deployment that the reconciler remembers. */
export interface HistoryEntry {
  /** A commit; for a chart `name version`. */
  readonly revision: string;
  /** When it ended, or, while it runs, when it began; RFC 3339. */
  readonly time?: string | undefined;
  readonly result: 'succeeded' | 'failed' | 'running' | 'unknown';
  /** The reconciler's own word for it; Argo CD's list of deployments has none. */
  readonly status?: string | undefined;
  /** Who asked for it, where the reconciler keeps that. */
  readonly by?: string | undefined;
  readonly message?: string | undefined;
}

/** One object under management, with what the reconciler thinks of it (Flux keeps no opinion). */
export interface ManagedResource {
  readonly key: ResourceKey;
  readonly version?: string | undefined;
  readonly sync?: string | undefined;
  readonly health?: AppHealth | undefined;
  /** Live, but no longer declared. */
  readonly needsPruning: boolean;
}

/** What is said while no reconciler's object was seen. */
export const unknownStatus: ReconcilerStatus = {
  sync: { status: 'Unknown', isSuspended: false, isRunning: false },
  health: { status: 'Unknown' },
  history: [],
  resources: [],
};

/**
 * The commit within a revision: the hash of `main@sha1:abc…`, `refs/tags/v1@sha1:…`, `sha1:…` or the older `main/abc…`;
 * a plain hash is itself (Flux RFC-0005).
 */
export function commitOf(revision: string): string {
  const digest = /(?:^|@)sha(?:1|256):([0-9a-f]+)$/.exec(revision)?.[1];
  return digest ?? /(?:^|\/)([0-9a-f]{40,64})$/.exec(revision)?.[1] ?? revision;
}
