import { readArgoStatus } from '../live/argoStatus.ts';
import { readFluxStatus } from '../live/fluxStatus.ts';
import { findObject } from '../live/liveStore.ts';
import type { LiveStore } from '../live/liveStore.ts';
import type { ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { App } from '../model/app.ts';
import { resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';

/** The key of the reconciler's own object of an app; `undefined` for bare roots. */
export function reconcilerKey(app: App): ResourceKey | undefined {
  const { namespace, name } = app;
  // The declared name, because an app declared twice carries its file in `id` but not in `name`.
  switch (app.kind) {
    case 'argo-application':
      return resourceKey({ group: 'argoproj.io', kind: 'Application', namespace, name });
    case 'flux-kustomization':
      return resourceKey({ group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace, name });
    case 'flux-helmrelease':
      return resourceKey({ group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace, name });
    case 'kustomize':
    case 'helm':
    case 'manifests':
      return undefined;
  }
}

/** The reconciler's object of an app as a cluster holds it. */
export function findReconciler(app: App, store: LiveStore): KubeObject | undefined {
  const key = reconcilerKey(app);
  return key === undefined ? undefined : findObject(store, key);
}

/** What the reconciler says of an app; `undefined` when this cluster does not run it. */
export function readReconciler(app: App, store: LiveStore): ReconcilerStatus | undefined {
  const object = findReconciler(app, store);
  if (object === undefined) return undefined;
  return app.kind === 'argo-application' ? readArgoStatus(object) : readFluxStatus(object, findFluxSource(app, store));
}

/** The GitRepository that a Flux app follows, where the cluster showed it. */
export function findFluxSource(app: App, store: LiveStore): KubeObject | undefined {
  if (app.source.kind !== 'here' || app.source.sourceRef === undefined) return undefined;
  const { namespace, name } = app.source.sourceRef;
  return findObject(store, resourceKey({ group: 'source.toolkit.fluxcd.io', kind: 'GitRepository', namespace, name }));
}
