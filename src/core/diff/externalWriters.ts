import { objectAt } from '../model/json.ts';
import { annotationOf, groupOf, nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { AutoscalerFact, DiffInput } from './diffInput.ts';
import type { PlacedFinding } from './findings.ts';

/** Tells whether another writer holds a differing field by right, so that the difference is nobody's drift. */
export function isHeldByRight(input: DiffInput, desired: KubeObject, finding: PlacedFinding): boolean {
  return (
    isAutoscaled(input, desired, finding) ||
    (isAggregated(desired) && finding.place[0] === 'rules') ||
    isInjected(input, desired, finding)
  );
}

/** Annotations by which a declaration itself asks for its CA bundle to be filled in (cert-manager, OpenShift service CA). */
const injections = [
  'cert-manager.io/inject-ca-from',
  'cert-manager.io/inject-ca-from-secret',
  'cert-manager.io/inject-apiserver-ca',
  'service.beta.openshift.io/inject-cabundle',
];

function isInjected(input: DiffInput, desired: KubeObject, { place, writer }: PlacedFinding): boolean {
  if (place.at(-1) !== 'caBundle' || writer === undefined || writer.manager === input.manager.fieldManager)
    return false;
  return injections.some((name) => annotationOf(desired, name) !== undefined);
}

/**
 * The replica count of a workload that an autoscaler targets, as long as it came through the scale subresource from no
 * person's client, or by nobody recorded and within the autoscaler's bounds.
 */
function isAutoscaled(input: DiffInput, desired: KubeObject, finding: PlacedFinding): boolean {
  const { place, writer, live } = finding;
  if (place.length !== 2 || place[0] !== 'spec' || place[1] !== 'replicas' || typeof live !== 'number') return false;
  const scaler = input.cluster?.hpa?.find((each) => isTarget(each, desired));
  if (scaler === undefined) return false;
  if (writer === undefined) return live >= scaler.min && live <= scaler.max;
  return writer.subresource === 'scale' && !writer.manager.startsWith('kubectl');
}

function isTarget(scaler: AutoscalerFact, object: KubeObject): boolean {
  const { apiVersion, kind, name } = scaler.target;
  if (kind !== object.kind || name !== nameOf(object)) return false;
  return apiVersion === undefined || groupOf(apiVersion) === groupOf(object.apiVersion);
}

/** Whether the aggregation controller fills in the rules of a ClusterRole, whatever Git says of them. */
export function isAggregated(desired: KubeObject): boolean {
  return desired.kind === 'ClusterRole' && objectAt(desired, 'aggregationRule') !== undefined;
}
