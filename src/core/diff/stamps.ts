import { isObject, objectAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { annotationOf, groupOf, labelOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { isArgo } from './diffInput.ts';
import type { AppFacts, DiffInput } from './diffInput.ts';

export const trackingIdAnnotation = 'argocd.argoproj.io/tracking-id';
const installationAnnotation = 'argocd.argoproj.io/installation-id';

/** The label by which Argo CD tracks an app's objects where it does so by label. */
export function instanceLabelOf({ instanceLabel }: AppFacts): string {
  return instanceLabel ?? 'app.kubernetes.io/instance';
}

interface Stamps {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const noStamps: Stamps = { labels: {}, annotations: {} };

/** What the tool writes onto every object it applies; counts as declared (README of the diff cases). */
export function stampsOf(input: DiffInput, desired: KubeObject): Stamps {
  const { app, manager, live } = input;
  if (app === undefined) return noStamps;
  if (isArgo(manager.tool)) return argoStamps(app, desired, live);
  if (manager.tool === 'flux-kustomize') return { labels: fluxLabels('kustomize', app), annotations: {} };
  if (manager.tool === 'flux-helm') return helmStamps(app);
  return noStamps;
}

/** The desired object with the tool's stamps; labels or annotations declared null or empty become the stamps alone. */
export function withStamps(desired: KubeObject, stamps: Stamps): KubeObject {
  const metadata: Record<string, Json> = { ...desired.metadata };
  for (const part of ['labels', 'annotations'] as const) {
    // Every writer keeps its marks there: a null for the whole map declares nothing rather than a removal of them all.
    const isDeclared = metadata[part] !== undefined && metadata[part] !== null;
    if (isDeclared && !isObject(metadata[part])) continue;
    metadata[part] = { ...objectAt(metadata, part), ...stamps[part] };
  }
  return { ...desired, metadata };
}

/** Argo CD's tracking id: `<app>:<group>/<kind>:<namespace>/<name>`; CRDs bear none (argo-cd `resource_tracking.md`). */
function trackingIdOf(app: AppFacts, object: KubeObject): string {
  const namespace = namespaceOf(object) ?? app.namespace ?? '';
  return `${app.name}:${groupOf(object.apiVersion)}/${object.kind}:${namespace}/${nameOf(object)}`;
}

function argoStamps(app: AppFacts, desired: KubeObject, live: KubeObject | undefined): Stamps {
  if (desired.kind === 'CustomResourceDefinition') return noStamps;
  if (app.managesNamespace === true && desired.kind === 'Namespace' && nameOf(desired) === app.namespace)
    return noStamps;
  const method = app.trackingMethod ?? 'annotation';
  const labels = method === 'annotation' ? {} : { [instanceLabelOf(app)]: app.name.slice(0, 63) };
  if (method === 'label' || isMigrating(app, live)) return { labels, annotations: {} };
  const installation = app.installationId === undefined ? {} : { [installationAnnotation]: app.installationId };
  return { labels, annotations: { [trackingIdAnnotation]: trackingIdOf(app, desired), ...installation } };
}

/** A live object tracked by label only: Argo CD fills the annotation in before it compares. */
export function isMigrating(app: AppFacts, live: KubeObject | undefined): boolean {
  if (live === undefined || annotationOf(live, trackingIdAnnotation) !== undefined) return false;
  return labelOf(live, instanceLabelOf(app)) === app.name.slice(0, 63);
}

function fluxLabels(controller: 'kustomize' | 'helm', app: AppFacts): Readonly<Record<string, string>> {
  const prefix = `${controller}.toolkit.fluxcd.io`;
  return { [`${prefix}/name`]: app.name, [`${prefix}/namespace`]: app.ownNamespace ?? app.namespace ?? '' };
}

function helmStamps(app: AppFacts): Stamps {
  return {
    labels: { 'app.kubernetes.io/managed-by': 'Helm', ...fluxLabels('helm', app) },
    annotations: {
      'meta.helm.sh/release-name': app.releaseName ?? app.name,
      'meta.helm.sh/release-namespace': app.namespace ?? '',
    },
  };
}

/** Tells whether Flux' owner labels on a live object name this app. */
export function bearsFluxLabels(app: AppFacts, live: KubeObject, controller: 'kustomize' | 'helm'): boolean {
  return Object.entries(fluxLabels(controller, app)).every(([label, value]) => labelOf(live, label) === value);
}
