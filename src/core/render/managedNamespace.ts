import type { App } from '../model/app.ts';
import { listAt, objectAt } from '../model/json.ts';
import type { RenderedObject } from '../model/rendering.ts';
import { asKubeObject, keyOf } from '../model/resource.ts';

/** Other labels and annotations of the live Namespace stay. */
const appliedBySide = { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true' };

/**
 * The Namespace that Argo CD declares beside an app's own objects: the destination's, with the labels and annotations of
 * `managedNamespaceMetadata`. Without those it is only created when missing, and nobody declares it (argo-cd
 * `controller/sync_namespace.go`, `controller/state.go`).
 */
export function managedNamespace(app: App, objects: readonly RenderedObject[]): readonly RenderedObject[] {
  const { namespace: name } = app.destination;
  if (!managesNamespace(app) || name === undefined) return [];
  const managed = objectAt(app.declared?.object, 'spec', 'syncPolicy', 'managedNamespaceMetadata') ?? {};
  const annotations = objectAt(managed, 'annotations') ?? {};
  const metadata = {
    name,
    ...(managed.labels === undefined ? {} : { labels: managed.labels }),
    annotations: { ...annotations, ...appliedBySide },
  };
  const object = asKubeObject({ apiVersion: 'v1', kind: 'Namespace', metadata });
  const isDeclared = object === undefined || objects.some(({ key }) => key === keyOf(object));
  return isDeclared ? [] : [{ key: keyOf(object), object, transformations: [] }];
}

/** Whether Argo CD declares the Namespace of an app's destination. */
export function managesNamespace({ kind, declared }: App): boolean {
  const policy = objectAt(declared?.object, 'spec', 'syncPolicy');
  const isCreated = listAt(policy, 'syncOptions').includes('CreateNamespace=true');
  return kind === 'argo-application' && isCreated && objectAt(policy, 'managedNamespaceMetadata') !== undefined;
}
