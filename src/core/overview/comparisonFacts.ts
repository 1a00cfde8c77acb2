import type { AppFacts, ApplyTool, ArgoIgnoreRule, DiffInput, FluxIgnoreRule } from '../diff/diffInput.ts';
import { lastAppliedAnnotation } from '../diff/secrets.ts';
import type { App } from '../model/app.ts';
import { isObject, listAt, stringAt, valueAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
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
    case 'argo-application':
      // Client-side and server-side apply use the same name (argo-cd `common.ArgoCDSSAManager`).
      return { tool: argoTool(app, desired), fieldManager: 'argocd-controller' };
    case 'kustomize':
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
    ignoreDifferences: listAt(object, 'spec', 'ignoreDifferences').flatMap(readArgoRule),
    ignore: listAt(object, 'spec', 'ignore').flatMap(readFluxRule),
    inventory: listAt(object, 'status', 'inventory', 'entries').flatMap((entry) => {
      const id = stringAt(entry, 'id');
      return id === undefined ? [] : [{ id, v: stringAt(entry, 'v') }];
    }),
    syncOptions: syncOptions(app),
    isPruneOff: app.kind === 'flux-kustomization' && valueAt(object, 'spec', 'prune') !== true,
  };
}

function syncOptions(app: App): readonly string[] {
  return strings(valueAt(app.declared?.object, 'spec', 'syncPolicy', 'syncOptions'));
}

function readArgoRule(rule: Json): readonly ArgoIgnoreRule[] {
  if (!isObject(rule)) return [];
  return [
    {
      group: stringAt(rule, 'group'),
      kind: stringAt(rule, 'kind'),
      name: stringAt(rule, 'name'),
      namespace: stringAt(rule, 'namespace'),
      jsonPointers: strings(rule.jsonPointers),
      jqPathExpressions: strings(rule.jqPathExpressions),
      managedFieldsManagers: strings(rule.managedFieldsManagers),
    },
  ];
}

function readFluxRule(rule: Json): readonly FluxIgnoreRule[] {
  const target = valueAt(rule, 'target');
  const part = (name: string): string | undefined => stringAt(target, name);
  return [
    {
      paths: strings(valueAt(rule, 'paths')),
      target: isObject(target)
        ? {
            group: part('group'),
            version: part('version'),
            kind: part('kind'),
            name: part('name'),
            namespace: part('namespace'),
            labelSelector: part('labelSelector'),
            annotationSelector: part('annotationSelector'),
          }
        : undefined,
    },
  ];
}

function strings(list: Json | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
}
