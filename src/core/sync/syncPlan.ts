import type { AppId } from '../model/app.ts';
import type { Blocker } from '../change/blocker.ts';
import type { ResourceId } from '../model/resource.ts';
import type { ApiRequest } from '../ports.ts';

/** What will be asked of the cluster, as values that can be shown before they are sent. */
export interface SyncPlan {
  readonly reconciler: 'argo' | 'flux';
  readonly act: SyncAct;
  readonly app: AppId;
  /** The context whose cluster gets the requests. */
  readonly context: string;
  /** The reconciler's own object. */
  readonly target: ObjectName;
  /** Flux: the GitRepository that is fetched first; its reading decides what gets applied. */
  readonly source?: ObjectName | undefined;
  /** Commit that is to be applied; absent: whatever the reconciler finds newest. */
  readonly commit?: string | undefined;
  /** Of a refresh: the Application's version that was read before; only another one can be an answer. */
  readonly readVersion?: string | undefined;
  /** Marks this request, so that an earlier operation's outcome is never taken for it; free of clocks. */
  readonly token: string;
  /** Sent in this order; each must succeed before the next. */
  readonly steps: readonly SyncStep[];
  /** One sentence naming app, cluster and namespace, for the confirmation. */
  readonly summary: string;
  /** Reasons not to send it; empty when it can run. */
  readonly blockers: readonly Blocker[];
}

/** What is asked of a reconciler; `progressOf` follows each of them. */
export type SyncAct = 'sync' | 'refresh' | 'hard-refresh' | 'terminate' | 'suspend' | 'resume';

/** One request and what it is for, in words. */
export interface SyncStep {
  readonly title: string;
  readonly request: ApiRequest;
}

/** A namespaced object's name in the API: enough for its path. */
export interface ObjectName extends ResourceId {
  readonly version: string;
  readonly plural: string;
  readonly namespace: string;
}

/** What a person may choose for an Argo CD sync. */
export interface ArgoSyncOptions {
  /** Commit, branch or tag; absent: the Application's own `targetRevision`. */
  readonly revision?: string | undefined;
  readonly prune: boolean;
  readonly isDryRun: boolean;
  /** Empty: everything. */
  readonly resources: readonly ResourceId[];
}

/** Who asks and where; `token` must be new for every request (an RFC 3339 time does, and Flux users expect one). */
export interface SyncTicket {
  readonly app: AppId;
  readonly context: string;
  readonly token: string;
}

/** A merge patch of a namespaced object, under Plumbline's field manager. */
export function mergePatch(target: ObjectName, body: NonNullable<ApiRequest['body']>): ApiRequest {
  return {
    method: 'PATCH',
    path: objectPath(target),
    query: { fieldManager: 'plumbline' },
    contentType: 'application/merge-patch+json',
    body,
  };
}

/** The API path of a namespaced object, `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web`. */
export function objectPath({ group, version, plural, namespace, name }: ObjectName): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
}
