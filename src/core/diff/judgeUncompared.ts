import { whyExcluded } from '../argocd/kindFilter.ts';
import { listAt, numberAt, stringAt } from '../model/json.ts';
import type { ObjectDiff, Remark, Verdict } from '../model/difference.ts';
import { annotationOf, groupOf, labelOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { isArgo } from './diffInput.ts';
import type { AppFacts, DiffInput } from './diffInput.ts';
import { bearsFluxLabels, instanceLabelOf, trackingIdAnnotation } from './stamps.ts';

/** The judgement where there is nothing to compare: absent sides, hooks, objects taken out of reconciliation; `undefined` else. */
export function judgeUncompared(input: DiffInput): ObjectDiff | undefined {
  const { app, desired, live } = input;
  if (app?.renderError !== undefined) return judged('unknown', `The app could not be rendered: ${app.renderError}`);
  const refused = input.problems?.find((problem) => problem.severity === 'error');
  if (refused !== undefined) return judged('invalid', refused.message);
  if (desired === undefined) return judgeUndeclared(input, live);
  const skipped = whySkipped(input, desired, live);
  if (skipped !== undefined) return judged('skipped', skipped);
  if (live === undefined) return judgeAbsent(input, desired);
  if (isTerminating(live)) return terminating();
  return undefined;
}

function judged(verdict: Verdict, reason: string, remarks: readonly Remark[] = []): ObjectDiff {
  return { verdict, fields: [], remarks, reason };
}

function isTerminating(live: KubeObject): boolean {
  return stringAt(live.metadata, 'deletionTimestamp') !== undefined;
}

function terminating(): ObjectDiff {
  const message = 'The object is being deleted.';
  return judged('skipped', message, [{ kind: 'terminating', message }]);
}

/** Why a declared object takes no part in the comparison. */
function whySkipped(input: DiffInput, desired: KubeObject, live: KubeObject | undefined): string | undefined {
  if (nameOf(desired) === '') return 'An object without a name cannot be matched with a live one.';
  const { tool } = input.manager;
  if (isArgo(tool)) return whyKindIsExcluded(input, desired) ?? whyArgoSkips(desired);
  if (tool === 'flux-kustomize') return whyFluxSkips(desired, live);
  if (tool === 'flux-helm') return whyHelmSkips(input, desired);
  return undefined;
}

/** argo-cd `gitops-engine/pkg/sync/hook`: any Argo hook, and Helm's hooks but for `crd-install`, which is none. */
function whyArgoSkips(desired: KubeObject): string | undefined {
  const hook = annotationOf(desired, 'argocd.argoproj.io/hook');
  if (hook)
    return hook === 'Skip'
      ? 'The hook Skip takes it out of every sync.'
      : 'A hook runs during a sync and is not part of the state.';
  const helmHook = annotationOf(desired, 'helm.sh/hook');
  if (!helmHook || helmHook.split(',').some((each) => each.trim() === 'crd-install')) return undefined;
  return 'A Helm hook runs during a sync and is not part of the state.';
}

/** Objects of the app that live beside the Argo CD that manages them are on the cluster that it calls by this name. */
const ownServer = 'https://kubernetes.default.svc';

function whyKindIsExcluded({ app }: DiffInput, { apiVersion, kind }: KubeObject): string | undefined {
  return app?.kinds && whyExcluded(app.kinds, groupOf(apiVersion), kind, ownServer);
}

const fluxPrefix = 'kustomize.toolkit.fluxcd.io';

/** Flux reads its marks from annotations and labels, their values in any case (fluxcd/pkg `ssa/manager_apply.go`). */
function whyFluxSkips(desired: KubeObject, live: KubeObject | undefined): string | undefined {
  for (const object of live === undefined ? [desired] : [desired, live]) {
    if (isMarked(object, `${fluxPrefix}/reconcile`, 'disabled')) return 'Reconciliation is disabled for this object.';
    if (isMarked(object, `${fluxPrefix}/ssa`, 'ignore')) return 'The mark ssa: Ignore takes it out of reconciliation.';
  }
  const isOnce = live !== undefined && isMarked(desired, `${fluxPrefix}/ssa`, 'ifnotpresent');
  return isOnce ? 'The mark ssa: IfNotPresent leaves an object alone once it exists.' : undefined;
}

/** Tells whether an object bears a mark of Flux as annotation or label. */
export function isMarked(object: KubeObject, name: string, value: string): boolean {
  return [annotationOf(object, name), labelOf(object, name)].some((each) => each?.toLowerCase() === value);
}

function whyHelmSkips(input: DiffInput, desired: KubeObject): string | undefined {
  if (input.app?.skipsCrds === true && desired.kind === 'CustomResourceDefinition') {
    return 'The HelmRelease installs CRDs once and then leaves them.';
  }
  if (annotationOf(desired, 'helm.sh/hook')) return 'A Helm hook is not part of the release.';
  const detection = annotationOf(desired, 'helm.toolkit.fluxcd.io/driftDetection');
  return detection?.toLowerCase() === 'disabled' ? 'Drift detection is disabled for this object.' : undefined;
}

function judgeAbsent(input: DiffInput, desired: KubeObject): ObjectDiff {
  const { cluster } = input;
  if (cluster?.forbidden?.some((verb) => /^(?:get|list)\b/.test(verb)) === true) {
    return judged('unknown', 'The rights at hand do not allow reading this object.');
  }
  const remarks = [...renamedFrom(input, desired), ...expiredJob(desired)];
  if (isServed(input, desired)) return judged('missing', 'The cluster does not hold it.', remarks);
  const isDefinedHere = cluster?.alsoDesired?.some((each) => each.kind === 'CustomResourceDefinition') === true;
  if (isDefinedHere)
    return judged('missing', 'The cluster does not hold it; its kind comes with the same app.', remarks);
  return judged('invalid', `The cluster does not serve ${desired.kind} in ${desired.apiVersion}.`, remarks);
}

/** A finished Job may have been cleared away by its own time to live. */
function expiredJob(desired: KubeObject): readonly Remark[] {
  if (desired.kind !== 'Job' || numberAt(desired, 'spec', 'ttlSecondsAfterFinished') === undefined) return [];
  return [
    { kind: 'expired-job', message: 'A Job with a time to live goes away once it is done; a sync runs it again.' },
  ];
}

function isServed(input: DiffInput, desired: KubeObject): boolean {
  const versions = input.cluster?.served?.[groupOf(desired.apiVersion)];
  if (versions === undefined) return true;
  return versions.includes(desired.apiVersion.slice(desired.apiVersion.indexOf('/') + 1));
}

/** A generator's hash at the end of a name (kustomize); the same name before it is the same thing renamed. */
function baseName(name: string): string | undefined {
  return /^(.+)-[2456789bcdfghkmt]{10}$/.exec(name)?.[1];
}

function renamedFrom(input: DiffInput, desired: KubeObject): readonly Remark[] {
  return renames(nameOf(desired), desired.kind, input.cluster?.alsoLive, (other) => ({
    from: other,
    to: nameOf(desired),
  }));
}

function renamedTo(input: DiffInput, live: KubeObject): readonly Remark[] {
  return renames(nameOf(live), live.kind, input.cluster?.alsoDesired, (other) => ({ from: nameOf(live), to: other }));
}

function renames(
  name: string,
  kind: string,
  others: NonNullable<DiffInput['cluster']>['alsoLive'],
  pair: (other: string) => { readonly from: string; readonly to: string },
): readonly Remark[] {
  const base = baseName(name);
  const other = others?.find((each) => each.kind === kind && each.name !== name && baseName(each.name) === base);
  if (base === undefined || other === undefined) return [];
  const { from, to } = pair(other.name);
  return [{ kind: 'renamed', message: `A generator renamed ${from} to ${to}.` }];
}

function judgeUndeclared(input: DiffInput, live: KubeObject | undefined): ObjectDiff {
  const { app } = input;
  const open = [app?.capabilities, app?.lookups].find((each) => each?.isAnswered === false && each.asked.length > 0);
  if (open !== undefined) {
    return judged('unknown', `The chart asks the cluster for ${open.asked.join(', ')}, which the render was not told.`);
  }
  if (live === undefined) return judged('in-sync', 'It is neither declared nor there.');
  if (isTerminating(live)) return terminating();
  const { tool } = input.manager;
  if (app === undefined) return judged('skipped', 'Nothing says that it belongs to the app.');
  if (isArgo(tool)) return judgeArgoLeftover(input, app, live);
  if (tool === 'flux-kustomize') return judgeFluxLeftover(input, app, live, 'kustomize');
  if (tool === 'flux-helm') return judgeFluxLeftover(input, app, live, 'helm');
  return judged('skipped', 'kubectl keeps no record of what belongs to a set.');
}

/** Argo CD prunes what its tracking mark names itself; copies, owned objects and hooks are left (argo-cd `controller/state.go`). */
function judgeArgoLeftover(input: DiffInput, app: AppFacts, live: KubeObject): ObjectDiff {
  const hook = whyKindIsExcluded(input, live) ?? whyArgoSkips(live);
  if (hook !== undefined) return judged('skipped', hook);
  if (listAt(live.metadata, 'ownerReferences').length > 0) return judged('skipped', 'Another object owns it.');
  const id = annotationOf(live, trackingIdAnnotation);
  const isByLabel =
    (app.trackingMethod === 'label' || id === undefined) && labelOf(live, instanceLabelOf(app)) === app.name;
  if (!isByLabel && !namesItself(id, app, live))
    return judged('skipped', 'The tracking id does not name this object of this app.');
  return judged('extra', 'It is tracked by the app, and nothing renders it.', [
    ...renamedTo(input, live),
    ...argoPruneRemarks(live),
  ]);
}

/** Cluster-scoped objects carry some namespace in their id, which says nothing. */
function namesItself(id: string | undefined, app: AppFacts, live: KubeObject): boolean {
  const [, name, group, kind, namespace, object] = /^([^:]*):([^/]*)\/([^:]*):([^/]*)\/(.*)$/.exec(id ?? '') ?? [];
  const own = namespaceOf(live);
  return (
    name === app.name &&
    group === groupOf(live.apiVersion) &&
    kind === live.kind &&
    object === nameOf(live) &&
    (own === undefined || own === namespace)
  );
}

function argoPruneRemarks(live: KubeObject): readonly Remark[] {
  const options = (annotationOf(live, 'argocd.argoproj.io/sync-options') ?? '').split(',').map((each) => each.trim());
  const compare = annotationOf(live, 'argocd.argoproj.io/compare-options') ?? '';
  const isKept =
    options.includes('Prune=false') ||
    options.includes('Delete=false') ||
    annotationOf(live, 'helm.sh/resource-policy') === 'keep';
  return [
    ...(isKept ? [pruneBlocked('Its sync options keep Argo CD from pruning it.')] : []),
    ...(options.includes('Prune=confirm') ? [pruneBlocked('Argo CD prunes it only once somebody confirms.')] : []),
    ...(compare.includes('IgnoreExtraneous')
      ? [{ kind: 'not-counted', message: 'It does not make the app OutOfSync (IgnoreExtraneous).' }]
      : []),
  ];
}

function pruneBlocked(message: string): Remark {
  return { kind: 'prune-blocked', message };
}

/** Flux prunes what its inventory holds; its labels alone prove nothing. */
function judgeFluxLeftover(input: DiffInput, app: AppFacts, live: KubeObject, by: 'kustomize' | 'helm'): ObjectDiff {
  const isHeld = app.inventory?.some((entry) => entry.id === inventoryId(live));
  const isLabelled = bearsFluxLabels(app, live, by);
  if (isHeld === true)
    return judged('extra', 'The inventory holds it, and nothing renders it.', [
      ...renamedTo(input, live),
      ...fluxPruneRemarks(app, live),
    ]);
  if (!isLabelled) return judged('skipped', 'Nothing says that it belongs to the app.');
  if (app.inventory === undefined && by === 'helm')
    return judged('extra', 'The release bears its name, and nothing renders it.');
  const message = 'It bears the labels of the app, but the inventory does not hold it: nothing will prune it.';
  return judged('skipped', message, [{ kind: 'orphan', message }]);
}

/** `<namespace>_<name>_<group>_<kind>`, colons of RBAC names written `__` (fluxcd/cli-utils `object.ObjMetadata`). */
function inventoryId(live: KubeObject): string {
  const name = nameOf(live).replaceAll(':', '__');
  return `${namespaceOf(live) ?? ''}_${name}_${groupOf(live.apiVersion)}_${live.kind}`;
}

function fluxPruneRemarks(app: AppFacts, live: KubeObject): readonly Remark[] {
  if (isMarked(live, `${fluxPrefix}/prune`, 'disabled')) return [pruneBlocked('It is marked prune: disabled.')];
  if (annotationOf(live, 'helm.sh/resource-policy') === 'keep') return [pruneBlocked('Its resource policy is keep.')];
  return app.isPruneOff === true ? [pruneBlocked('The Kustomization does not prune.')] : [];
}
