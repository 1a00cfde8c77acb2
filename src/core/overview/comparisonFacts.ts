import type { AppFacts, ApplyTool, DiffInput } from '../diff/diffInput.ts';
import { readArgoRules, readFluxRules, readInventory, stringsAt } from '../diff/readAppRules.ts';
import { lastAppliedAnnotation } from '../diff/secrets.ts';
import type { App } from '../model/app.ts';
import { managesNamespace } from '../render/managedNamespace.ts';
import { listAt, valueAt } from '../model/json.ts';
import { annotationOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';

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
export function comparisonFacts(app: App, reconciler: KubeObject | undefined): AppFacts | undefined {
  if (app.declared === undefined) return undefined;
  const object = reconciler ?? app.declared.object;
  return {
    name: app.name,
    namespace: app.destination.namespace,
    ownNamespace: app.namespace,
    ignoreDifferences: readArgoRules(listAt(object, 'spec', 'ignoreDifferences')),
    ignore: readFluxRules(listAt(object, 'spec', 'ignore')),
    inventory: readInventory(listAt(object, 'status', 'inventory', 'entries')),
    syncOptions: syncOptions(app),
    managesNamespace: managesNamespace(app),
    isPruneOff: app.kind === 'flux-kustomization' && valueAt(object, 'spec', 'prune') !== true,
  };
}

function syncOptions(app: App): readonly string[] {
  return stringsAt(app.declared?.object, 'spec', 'syncPolicy', 'syncOptions');
}
