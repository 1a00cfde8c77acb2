import { argoNamespace } from '../argocd/argoSettings.ts';
import type { ArgoSettings } from '../argocd/argoSettings.ts';
import type { AppFacts, ApplyTool, DiffInput } from '../diff/diffInput.ts';
import { readArgoRules, readFluxRules, readInventory } from '../diff/readAppRules.ts';
import { lastAppliedAnnotation } from '../diff/secrets.ts';
import type { App } from '../model/app.ts';
import { managesNamespace } from '../render/managedNamespace.ts';
import { listAt, stringsAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { RenderedObject } from '../model/rendering.ts';
import { annotationOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { leavesDefinition } from '../render/crdPolicy.ts';
import { fluxReleaseName } from '../render/releaseName.ts';

/** Who applies an object of the app, and under which field manager. */
export function managerOf(
  app: App,
  desired: KubeObject | undefined,
  live: KubeObject | undefined,
): DiffInput['manager'] {
  switch (app.kind) {
    case 'flux-kustomization':
      return { tool: 'flux-kustomize', fieldManager: 'kustomize-controller' };
    case 'flux-helmrelease':
      return { tool: 'flux-helm', fieldManager: 'helm-controller' };
    case 'argo-application':
      // Client-side and server-side apply use the same name (argo-cd `common.ArgoCDSSAManager`).
      return { tool: argoTool(app, desired), fieldManager: 'argocd-controller' };
    case 'kustomize':
    case 'helm':
    case 'manifests':
      return kubectlManager(live);
  }
}

function argoTool(app: App, desired: KubeObject | undefined): ApplyTool {
  const own = desired && annotationOf(desired, 'argocd.argoproj.io/sync-options');
  const options = own === undefined ? [] : own.split(',').map((option) => option.trim());
  const isServerSide = [...options, ...syncOptions(app)].includes('ServerSideApply=true');
  return isServerSide && !options.includes('ServerSideApply=false') ? 'argocd-ssa' : 'argocd-csa';
}

function kubectlManager(live: KubeObject | undefined): DiffInput['manager'] {
  const isClientSide = live !== undefined && annotationOf(live, lastAppliedAnnotation) !== undefined;
  return isClientSide
    ? { tool: 'kubectl-csa', fieldManager: 'kubectl-client-side-apply' }
    : { tool: 'kubectl-ssa', fieldManager: 'kubectl' };
}

/** What the comparison must know of the app: from the reconciler's live object where there is one, else from Git. */
export function comparisonFacts(
  app: App,
  reconciler: KubeObject | undefined,
  settings: ArgoSettings,
): AppFacts | undefined {
  if (app.declared === undefined) return undefined;
  const object = reconciler ?? app.declared.object;
  return {
    name: app.name,
    namespace: app.destination.namespace,
    ownNamespace: app.namespace,
    ...(app.kind === 'argo-application' ? argoFacts(app, object, settings) : {}),
    ignore: readFluxRules(fluxRules(object)),
    releaseName: app.kind === 'flux-helmrelease' ? fluxReleaseName(app) : undefined,
    inventory: readInventory(listAt(object, 'status', 'inventory', 'entries')),
    syncOptions: syncOptions(app),
    managesNamespace: managesNamespace(app),
    isPruneOff: app.kind === 'flux-kustomization' && valueAt(object, 'spec', 'prune') !== true,
  };
}

function argoFacts({ name }: App, application: KubeObject, settings: ArgoSettings): Partial<AppFacts> {
  const namespace = namespaceOf(application);
  return {
    // An Application outside of Argo CD's own namespace marks its objects with both names (`InstanceName`).
    name: namespace === undefined || namespace === argoNamespace(application) ? name : `${namespace}_${name}`,
    trackingMethod: settings.trackingMethod,
    instanceLabel: settings.instanceLabel,
    installationId: settings.installationId,
    kinds: settings.kinds,
    ignoresAggregatedRoles: settings.ignoresAggregatedRoles,
    ignoreDifferences: [
      ...settings.ignoreDifferences,
      ...readArgoRules(listAt(application, 'spec', 'ignoreDifferences')),
    ],
  };
}

/** A Kustomization's rules stand in its spec, a HelmRelease's under its drift detection. */
function fluxRules(object: KubeObject): readonly Json[] {
  return [...listAt(object, 'spec', 'ignore'), ...listAt(object, 'spec', 'driftDetection', 'ignore')];
}

/** What one rendered object adds to the facts of its app. */
export function objectFacts(
  app: App,
  facts: AppFacts | undefined,
  rendered: RenderedObject | undefined,
  isLive: boolean,
  reconciler: KubeObject | undefined,
): AppFacts | undefined {
  if (facts === undefined || rendered === undefined) return facts;
  const { second, undecided, isChartCrd } = rendered;
  if (second === undefined && undecided === undefined && isChartCrd === undefined) return facts;
  return { ...facts, secondRender: second, undecided, skipsCrds: leavesCrd(app, rendered, isLive, reconciler) };
}

function leavesCrd(
  app: App,
  { isChartCrd }: RenderedObject,
  isLive: boolean,
  reconciler: KubeObject | undefined,
): boolean {
  if (app.kind !== 'flux-helmrelease' || isChartCrd !== true) return false;
  const isInstalled = listAt(reconciler, 'status', 'history').length > 0;
  return leavesDefinition((reconciler ?? app.declared?.object)?.spec, isLive, isInstalled);
}

function syncOptions(app: App): readonly string[] {
  return stringsAt(app.declared?.object, 'spec', 'syncPolicy', 'syncOptions');
}
