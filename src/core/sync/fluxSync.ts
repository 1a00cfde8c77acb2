import { stringAt, valueAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { shortRevision } from '../model/words.ts';
import type { Blocker } from '../change/blocker.ts';
import { mergePatch } from './syncPlan.ts';
import type { ObjectName, SyncAct, SyncPlan, SyncStep, SyncTicket } from './syncPlan.ts';

/** Annotation that asks a Flux controller for a run now; the answer is `status.lastHandledReconcileAt` (fluxcd/pkg `apis/meta`). */
const requestedAt = 'reconcile.fluxcd.io/requestedAt';

/** The objects of one Flux app; without its GitRepository (seen or in rights) the source is left alone. */
export interface FluxObjects {
  readonly kustomization: KubeObject;
  readonly gitRepository?: KubeObject | undefined;
}

/**
 * Plans a reconciliation: the GitRepository first, so that the newest commit is there, then the Kustomization. A new
 * artifact starts another run by itself, which is why both can be asked at once.
 */
export function planFluxSync(objects: FluxObjects, commit: string | undefined, ticket: SyncTicket): SyncPlan {
  const { kustomization, gitRepository } = objects;
  const annotate = { metadata: { annotations: { [requestedAt]: ticket.token } } };
  const source = gitRepository && fluxTarget(gitRepository);
  const fetch = source && step(`Fetch GitRepository ${source.name}`, source, annotate);
  const apply = step(`Apply Kustomization ${nameOf(kustomization)}`, fluxTarget(kustomization), annotate);
  const what = commit === undefined ? 'the newest revision' : shortRevision(commit);
  const plan = planOf('sync', kustomization, ticket, `Reconcile ${nameOf(kustomization)} to ${what}`);
  return {
    ...plan,
    source,
    commit,
    steps: fetch === undefined ? [apply] : [fetch, apply],
    blockers: [kustomization, ...(gitRepository === undefined ? [] : [gitRepository])].flatMap(suspendBlockers),
  };
}

/** Stops or restarts a Flux object's reconciliation by `spec.suspend`. */
export function planFluxSuspend(kustomization: KubeObject, isSuspended: boolean, ticket: SyncTicket): SyncPlan {
  const words = `${isSuspended ? 'Suspend' : 'Resume'} ${nameOf(kustomization)}`;
  const body = { spec: { suspend: isSuspended } };
  const plan = planOf(isSuspended ? 'suspend' : 'resume', kustomization, ticket, words);
  return { ...plan, steps: [step(words, fluxTarget(kustomization), body)] };
}

/** The reference of a Kustomization to its source, with the namespace Flux assumes; only GitRepositories are followed. */
export function sourceOf(kustomization: KubeObject): { readonly namespace: string; readonly name: string } | undefined {
  const reference = valueAt(kustomization, 'spec', 'sourceRef');
  const name = stringAt(reference, 'name');
  if (name === undefined || stringAt(reference, 'kind') !== 'GitRepository') return undefined;
  return { name, namespace: stringAt(reference, 'namespace') ?? namespaceOf(kustomization) ?? 'flux-system' };
}

/** The name of a Flux object in the API. */
export function fluxTarget(object: KubeObject): ObjectName {
  return {
    group: groupOf(object.apiVersion),
    version: object.apiVersion.slice(object.apiVersion.lastIndexOf('/') + 1),
    kind: object.kind,
    plural: object.kind === 'GitRepository' ? 'gitrepositories' : `${object.kind.toLowerCase()}s`,
    namespace: namespaceOf(object) ?? 'flux-system',
    name: nameOf(object),
  };
}

function planOf(act: SyncAct, kustomization: KubeObject, ticket: SyncTicket, words: string): SyncPlan {
  const target = fluxTarget(kustomization);
  const into = stringAt(kustomization, 'spec', 'targetNamespace');
  const place = into === undefined ? 'namespaces as declared' : `namespace ${into}`;
  return {
    reconciler: 'flux',
    act,
    ...ticket,
    target,
    steps: [],
    summary: `${words}. Cluster ${ticket.context}, ${place} (Kustomization in ${target.namespace}).`,
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
