import { listAt, objectAt, stringAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { shortRevision } from '../model/words.ts';
import type { Blocker } from '../change/blocker.ts';
import { hasOperation } from '../live/argoStatus.ts';
import { mergePatch } from './syncPlan.ts';
import type { ArgoSyncOptions, ObjectName, SyncAct, SyncPlan, SyncTicket } from './syncPlan.ts';

/** What Argo CD shows as the one who asked (`operation.initiatedBy.username`). */
const initiator = 'plumbline';

/** Key of the `operation.info` entry that carries the token; Argo CD copies it into `status.operationState`. */
const tokenName = 'plumbline.dev/request';

/**
 * Plans a sync of an Argo CD Application by its `.operation` field, which works with Kubernetes rights alone. The
 * `resourceVersion` read makes it fail (409) instead of replacing an operation that somebody started in between.
 */
export function planArgoSync(application: KubeObject, options: ArgoSyncOptions, ticket: SyncTicket): SyncPlan {
  const body = { metadata: versionGuard(application), operation: operationOf(application, options, ticket.token) };
  const revision = options.revision === undefined ? 'its target revision' : shortRevision(options.revision);
  const words = [
    `${options.isDryRun ? 'Dry-run a sync of' : 'Sync'} ${nameOf(application)} to ${revision}`,
    options.resources.length === 0 ? '' : `, ${options.resources.length} chosen objects only`,
    options.prune ? ', deleting what Git no longer declares' : '',
  ];
  return {
    ...planOf('sync', application, ticket, words.join(''), body),
    commit: isCommit(options.revision) ? options.revision : undefined,
    blockers: [...runningBlockers(application), ...revisionBlockers(application, options)],
  };
}

/** Asks Argo CD to compare again; `hard` also renders again, past its manifest cache. */
export function planArgoRefresh(application: KubeObject, mode: 'normal' | 'hard', ticket: SyncTicket): SyncPlan {
  const words = mode === 'hard' ? 'Render and compare again' : 'Compare again';
  const body = { metadata: { annotations: { 'argocd.argoproj.io/refresh': mode } } };
  const act = mode === 'hard' ? 'hard-refresh' : 'refresh';
  const plan = planOf(act, application, ticket, `${words}: ${nameOf(application)}`, body);
  return { ...plan, readVersion: stringAt(application.metadata, 'resourceVersion') };
}

/** Asks Argo CD to end the operation under way, as its own API server does (`TerminateOperation`). */
export function planArgoTerminate(application: KubeObject, ticket: SyncTicket): SyncPlan {
  const body = { metadata: versionGuard(application), status: { operationState: { phase: 'Terminating' } } };
  const plan = planOf('terminate', application, ticket, `End the running sync of ${nameOf(application)}`, body);
  const isRunning = stringAt(application, 'status', 'operationState', 'phase') === 'Running';
  const message = `No sync of ${nameOf(application)} is running; there is nothing to end.`;
  return { ...plan, blockers: isRunning ? [] : [{ code: 'usage', message, blocks: 'sync' }] };
}

/** The token of the operation that an Application's status or request speaks of; `undefined` for somebody else's. */
export function tokenOf(operation: JsonObject | undefined): string | undefined {
  const entry = listAt(operation, 'info').find((info) => stringAt(info, 'name') === tokenName);
  return stringAt(entry, 'value');
}

/** The name of an Application in the API. */
function argoTarget(application: KubeObject): ObjectName {
  return {
    group: groupOf(application.apiVersion),
    version: application.apiVersion.slice(application.apiVersion.lastIndexOf('/') + 1),
    kind: application.kind,
    plural: 'applications',
    namespace: namespaceOf(application) ?? 'argocd',
    name: nameOf(application),
  };
}

function planOf(act: SyncAct, application: KubeObject, ticket: SyncTicket, words: string, body: JsonObject): SyncPlan {
  const target = argoTarget(application);
  return {
    reconciler: 'argo',
    act,
    ...ticket,
    target,
    steps: [{ title: words, request: mergePatch(target, body) }],
    summary: `${words}. Cluster ${ticket.context}, ${destinationWords(application, target)}.`,
    blockers: [],
  };
}

function operationOf(application: KubeObject, options: ArgoSyncOptions, token: string): JsonObject {
  const policy = objectAt(application, 'spec', 'syncPolicy');
  const retry = objectAt(policy, 'retry');
  // Argo CD's API server copies options and retry of the Application into the operation; a bare patch has to do it itself,
  // or CreateNamespace, ServerSideApply and the like would be lost for this sync.
  const syncOptions = listAt(policy, 'syncOptions');
  const resources = options.resources.map(({ group, kind, namespace, name }) => ({
    group,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  }));
  return {
    initiatedBy: { username: initiator },
    info: [{ name: tokenName, value: token }],
    ...(retry === undefined ? {} : { retry }),
    sync: {
      ...(options.revision === undefined ? {} : { revision: options.revision }),
      prune: options.prune,
      ...(options.isDryRun ? { dryRun: true } : {}),
      ...(syncOptions.length === 0 ? {} : { syncOptions }),
      ...(resources.length === 0 ? {} : { resources }),
      syncStrategy: { hook: {} },
    },
  };
}

function runningBlockers(application: KubeObject): readonly Blocker[] {
  if (!hasOperation(application)) return [];
  const by = stringAt(application, 'status', 'operationState', 'operation', 'initiatedBy', 'username');
  const who = by === undefined ? '' : `, started by ${by}`;
  const message = `A sync of ${nameOf(application)} is running${who}. Wait until it has ended, or terminate it.`;
  return [{ code: 'sync-running', message, blocks: 'sync' }];
}

/** One revision cannot stand for several sources (`operation.sync.revisions` would be needed, one for each). */
function revisionBlockers(application: KubeObject, { revision }: ArgoSyncOptions): readonly Blocker[] {
  if (revision === undefined || listAt(application, 'spec', 'sources').length === 0) return [];
  const message = `${nameOf(application)} has several sources; sync it without choosing a revision.`;
  return [{ code: 'usage', message, blocks: 'sync' }];
}

/** Without a version (an object from a file) the patch goes unguarded. */
function versionGuard(application: KubeObject): JsonObject {
  const resourceVersion = stringAt(application.metadata, 'resourceVersion');
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function destinationWords(application: KubeObject, target: ObjectName): string {
  const destination = valueAt(application, 'spec', 'destination');
  const namespace = stringAt(destination, 'namespace');
  const cluster = stringAt(destination, 'name') ?? stringAt(destination, 'server');
  const isElsewhere = cluster !== undefined && cluster !== 'https://kubernetes.default.svc' && cluster !== 'in-cluster';
  const into = namespace === undefined ? 'namespaces as declared' : `namespace ${namespace}`;
  const place = `${into}${isElsewhere ? ` of ${cluster}` : ''}`;
  return `${place} (Application in ${target.namespace})`;
}

function isCommit(revision: string | undefined): boolean {
  return revision !== undefined && /^[0-9a-f]{40,64}$/.test(revision);
}
