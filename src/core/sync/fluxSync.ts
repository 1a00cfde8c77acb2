import { stringAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { shortRevision } from '../model/words.ts';
import { conditionOf } from '../live/conditions.ts';
import type { Blocker } from '../change/blocker.ts';
import { mergePatch } from './syncPlan.ts';
import type { ObjectName, SyncAct, SyncPlan, SyncStep, SyncTicket } from './syncPlan.ts';

/** Annotation that asks a Flux controller for a run now; the answer is `status.lastHandledReconcileAt` (fluxcd/pkg `apis/meta`). */
const requestedAt = 'reconcile.fluxcd.io/requestedAt';
/** Beside it with the same token: a HelmRelease is installed or upgraded though nothing changed, or may fail as often again. */
const forceAt = 'reconcile.fluxcd.io/forceAt';
const resetAt = 'reconcile.fluxcd.io/resetAt';

/** A Kustomization or HelmRelease; without its GitRepository (seen or in rights) the source is left alone. */
export interface FluxObjects {
  readonly app: KubeObject;
  readonly source?: KubeObject | undefined;
}

/** What a person may choose beside the run itself; for HelmReleases only. */
export interface FluxSyncOptions {
  /** One upgrade even when neither chart nor values changed. */
  readonly isForced?: boolean | undefined;
  /** Count failures from zero, also of a release that has not given up yet. */
  readonly isReset?: boolean | undefined;
}

/**
 * Plans a reconciliation: the source first, so that the newest commit is there, then the app. A new artifact starts
 * another run by itself, which is why both can be asked at once.
 */
export function planFluxSync(
  { app, source }: FluxObjects,
  commit: string | undefined,
  ticket: SyncTicket,
  options: FluxSyncOptions = {},
): SyncPlan {
  const annotate = { metadata: { annotations: { [requestedAt]: ticket.token } } };
  const target = source && fluxTarget(source);
  const fetch = target && step(`Fetch ${target.kind} ${target.name}`, target, annotate);
  const apply = applyStep(app, ticket, options);
  const what = commit === undefined ? 'the newest revision' : shortRevision(commit);
  const plan = planOf('sync', app, ticket, `Reconcile ${nameOf(app)} to ${what}`);
  return {
    ...plan,
    source: target,
    commit,
    steps: fetch === undefined ? [apply] : [fetch, apply],
    blockers: [app, ...(source === undefined ? [] : [source])].flatMap(suspendBlockers),
  };
}

function applyStep(app: KubeObject, { token }: SyncTicket, options: FluxSyncOptions): SyncStep {
  const { isForced } = options;
  const isRelease = app.kind === 'HelmRelease';
  const isReset = isRelease && (options.isReset === true || hasGivenUp(app));
  const annotations = {
    [requestedAt]: token,
    ...(isReset ? { [resetAt]: token } : {}),
    ...(isRelease && isForced === true ? { [forceAt]: token } : {}),
  };
  const also = isReset ? ', counting its failures from zero' : '';
  const how = isRelease && isForced === true ? 'Force an upgrade of' : 'Apply';
  return step(`${how} ${app.kind} ${nameOf(app)}${also}`, fluxTarget(app), { metadata: { annotations } });
}

/** A release that failed as often as it may: helm-controller does nothing more unless its failures are reset. */
function hasGivenUp(release: KubeObject): boolean {
  const stalled = conditionOf(release, 'Stalled');
  return stalled?.status === 'True' && stalled.reason === 'RetriesExceeded';
}

/** Stops or restarts a Flux object's reconciliation by `spec.suspend`. */
export function planFluxSuspend(app: KubeObject, isSuspended: boolean, ticket: SyncTicket): SyncPlan {
  const words = `${isSuspended ? 'Suspend' : 'Resume'} ${nameOf(app)}`;
  const body = { spec: { suspend: isSuspended } };
  const plan = planOf(isSuspended ? 'suspend' : 'resume', app, ticket, words);
  const isSo = valueAt(app, 'spec', 'suspend') === true;
  const message = `${app.kind} ${nameOf(app)} is ${isSo ? 'suspended already' : 'not suspended'}.`;
  const blockers: readonly Blocker[] = isSo === isSuspended ? [{ code: 'usage', message, blocks: 'sync' }] : [];
  return { ...plan, steps: [step(words, fluxTarget(app), body)], blockers };
}

/** The reference of a Flux app to its source, with the namespace Flux assumes; only GitRepositories are followed. */
export function sourceOf(app: KubeObject): { readonly namespace: string; readonly name: string } | undefined {
  const path = app.kind === 'HelmRelease' ? ['chart', 'spec', 'sourceRef'] : ['sourceRef'];
  const reference = valueAt(app, 'spec', ...path);
  const name = stringAt(reference, 'name');
  if (name === undefined || stringAt(reference, 'kind') !== 'GitRepository') return undefined;
  return { name, namespace: stringAt(reference, 'namespace') ?? namespaceOf(app) ?? 'flux-system' };
}

/** The name of a Flux object in the API. */
function fluxTarget(object: KubeObject): ObjectName {
  return {
    group: groupOf(object.apiVersion),
    version: object.apiVersion.slice(object.apiVersion.lastIndexOf('/') + 1),
    kind: object.kind,
    plural: object.kind === 'GitRepository' ? 'gitrepositories' : `${object.kind.toLowerCase()}s`,
    namespace: namespaceOf(object) ?? 'flux-system',
    name: nameOf(object),
  };
}

function planOf(act: SyncAct, app: KubeObject, ticket: SyncTicket, words: string): SyncPlan {
  const target = fluxTarget(app);
  const own = app.kind === 'HelmRelease' ? target.namespace : undefined;
  const into = stringAt(app, 'spec', 'targetNamespace') ?? own;
  const place = into === undefined ? 'namespaces as declared' : `namespace ${into}`;
  return {
    reconciler: 'flux',
    act,
    ...ticket,
    target,
    steps: [],
    summary: `${words}. Cluster ${ticket.context}, ${place} (${target.kind} in ${target.namespace}).`,
    blockers: [],
  };
}

function step(title: string, target: ObjectName, body: JsonObject): SyncStep {
  return { title, request: mergePatch(target, body) };
}

function suspendBlockers(object: KubeObject): readonly Blocker[] {
  if (valueAt(object, 'spec', 'suspend') !== true) return [];
  const message = `${object.kind} ${nameOf(object)} is suspended; resume it first.`;
  return [{ code: 'app-suspended', message, blocks: 'sync' }];
}
