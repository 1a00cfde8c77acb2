import { isList, isObject, listAt, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { annotationOf, groupOf, nameOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { podHealth } from './argoPodHealth.ts';
import type { ScriptVerdict } from './healthScripts.ts';
import { conditionOf, conditionsOf, countAt, readCondition, textAt } from './readStatus.ts';
import type { Condition } from './readStatus.ts';

/** Argo CD's words for health. */
export type ArgoHealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

export interface ArgoHealth {
  readonly status: ArgoHealthStatus;
  /** As Argo CD words it, so that people find it again there; `''` for none. */
  readonly message: string;
}

/**
 * The health of a live object as Argo CD finds it: an object that is being deleted, then what its script said, then the
 * checks that are built in (gitops-engine `pkg/health.GetResourceHealth`). `undefined` for a kind without any, which
 * Argo CD leaves out of the app's health.
 */
export function argoHealth(object: KubeObject, script: ScriptVerdict): ArgoHealth | undefined {
  if (stringAt(object.metadata, 'deletionTimestamp') !== undefined && !hasHookFinalizer(object)) {
    return { status: 'Progressing', message: 'Pending deletion' };
  }
  switch (script.kind) {
    case 'unscripted':
      return checks[`${groupOf(object.apiVersion)}/${object.kind}`]?.(object);
    case 'silent':
      return undefined;
    case 'judged':
      return { status: readWord(script.status), message: script.message };
    case 'failed':
    case 'ambiguous':
      return { status: 'Unknown', message: script.message };
    case 'unjudged':
      return { status: 'Unknown', message: script.why };
  }
}

const words = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded'] as const;

function readWord(status: string): ArgoHealthStatus {
  return words.find((word) => word === status) ?? 'Unknown';
}

function hasHookFinalizer(object: KubeObject): boolean {
  return listAt(object.metadata, 'finalizers').includes('argocd.argoproj.io/hook-finalizer');
}

const checks: Readonly<Record<string, (object: KubeObject) => ArgoHealth>> = {
  'apps/Deployment': deploymentHealth,
  'apps/StatefulSet': statefulSetHealth,
  'apps/DaemonSet': daemonSetHealth,
  'apps/ReplicaSet': replicaSetHealth,
  '/Pod': podHealth,
  'batch/Job': jobHealth,
  '/PersistentVolumeClaim': claimHealth,
  '/Service': serviceHealth,
  'networking.k8s.io/Ingress': ingressHealth,
  'extensions/Ingress': ingressHealth,
  'autoscaling/HorizontalPodAutoscaler': autoscalerHealth,
  'apiregistration.k8s.io/APIService': apiServiceHealth,
  'argoproj.io/Workflow': workflowHealth,
};

const healthy: ArgoHealth = { status: 'Healthy', message: '' };

function progressing(message = ''): ArgoHealth {
  return { status: 'Progressing', message };
}

function isBehind(object: KubeObject): boolean {
  return (numberAt(object.metadata, 'generation') ?? 0) > countAt(object, 'status', 'observedGeneration');
}

function deploymentHealth(object: KubeObject): ArgoHealth {
  if (objectAt(object, 'spec')?.paused === true) return { status: 'Suspended', message: 'Deployment is paused' };
  const waiting = 'Waiting for rollout to finish:';
  if (isBehind(object)) return progressing(`${waiting} observed deployment generation less than desired generation`);
  if (conditionOf(object, 'Progressing')?.reason === 'ProgressDeadlineExceeded') {
    const message = `Deployment ${JSON.stringify(nameOf(object))} exceeded its progress deadline`;
    return { status: 'Degraded', message };
  }
  const wanted = numberAt(object, 'spec', 'replicas');
  const all = countAt(object, 'status', 'replicas');
  const updated = countAt(object, 'status', 'updatedReplicas');
  const available = countAt(object, 'status', 'availableReplicas');
  if (wanted !== undefined && updated < wanted) {
    return progressing(`${waiting} ${updated} out of ${wanted} new replicas have been updated...`);
  }
  if (all > updated) return progressing(`${waiting} ${all - updated} old replicas are pending termination...`);
  return available < updated
    ? progressing(`${waiting} ${available} of ${updated} updated replicas are available...`)
    : healthy;
}

function statefulSetHealth(object: KubeObject): ArgoHealth {
  if (countAt(object, 'status', 'observedGeneration') === 0 || isBehind(object)) {
    return progressing('Waiting for statefulset spec update to be observed...');
  }
  const wanted = numberAt(object, 'spec', 'replicas');
  const ready = countAt(object, 'status', 'readyReplicas');
  if (wanted !== undefined && ready < wanted) return progressing(`Waiting for ${wanted - ready} pods to be ready...`);
  const strategy = objectAt(object, 'spec', 'updateStrategy');
  const rolling = objectAt(strategy, 'rollingUpdate');
  if (strategy?.type === 'RollingUpdate' && rolling !== undefined) return partitionHealth(object, wanted, rolling);
  if (strategy?.type === 'OnDelete') return { status: 'Healthy', message: `statefulset has ${ready} ready pods` };
  const [current, updated] = [textAt(object, 'status', 'currentRevision'), textAt(object, 'status', 'updateRevision')];
  if (current !== updated) {
    const count = countAt(object, 'status', 'updatedReplicas');
    return progressing(`waiting for statefulset rolling update to complete ${count} pods at revision ${updated}...`);
  }
  const count = countAt(object, 'status', 'currentReplicas');
  return { status: 'Healthy', message: `statefulset rolling update complete ${count} pods at revision ${current}...` };
}

function partitionHealth(object: KubeObject, wanted: number | undefined, rolling: JsonObject): ArgoHealth {
  const partition = numberAt(rolling, 'partition');
  const updated = countAt(object, 'status', 'updatedReplicas');
  if (wanted !== undefined && partition !== undefined && updated < wanted - partition) {
    const share = `${updated} out of ${wanted - partition}`;
    return progressing(`Waiting for partitioned roll out to finish: ${share} new pods have been updated...`);
  }
  return { status: 'Healthy', message: `partitioned roll out complete: ${updated} new pods have been updated...` };
}

function daemonSetHealth(object: KubeObject): ArgoHealth {
  if (isBehind(object)) {
    return progressing('Waiting for rollout to finish: observed daemon set generation less than desired generation');
  }
  const wanted = countAt(object, 'status', 'desiredNumberScheduled');
  const updated = countAt(object, 'status', 'updatedNumberScheduled');
  const available = countAt(object, 'status', 'numberAvailable');
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return { status: 'Healthy', message: `daemon set ${updated} out of ${wanted} new pods have been updated` };
  }
  const waiting = `Waiting for daemon set ${JSON.stringify(nameOf(object))} rollout to finish:`;
  if (updated < wanted) return progressing(`${waiting} ${updated} out of ${wanted} new pods have been updated...`);
  return available < wanted
    ? progressing(`${waiting} ${available} of ${wanted} updated pods are available...`)
    : healthy;
}

function replicaSetHealth(object: KubeObject): ArgoHealth {
  const waiting = 'Waiting for rollout to finish:';
  if (isBehind(object)) return progressing(`${waiting} observed replica set generation less than desired generation`);
  const failure = conditionOf(object, 'ReplicaFailure');
  if (failure?.status === 'True') return { status: 'Degraded', message: failure.message };
  const wanted = numberAt(object, 'spec', 'replicas') ?? 0;
  const available = countAt(object, 'status', 'availableReplicas');
  return available < wanted
    ? progressing(`${waiting} ${available} out of ${wanted} new replicas are available...`)
    : healthy;
}

/** Any condition of Suspended counts as an end, so that a resumed Job reads Healthy while it runs: Argo CD's own way. */
function jobHealth(object: KubeObject): ArgoHealth {
  const conditions = conditionsOf(object).filter(({ type }) => ['Failed', 'Complete', 'Suspended'].includes(type));
  if (conditions.length === 0) return progressing();
  const failed = conditions.findLast(({ type }) => type === 'Failed');
  if (failed !== undefined) return { status: 'Degraded', message: failed.message };
  const isSuspended = conditions.some(({ type, status }) => type === 'Suspended' && status === 'True');
  if (isSuspended) return { status: 'Suspended', message: '' };
  return { status: 'Healthy', message: conditions.at(-1)?.message ?? '' };
}

const claimStatuses: Readonly<Record<string, ArgoHealthStatus>> = {
  Lost: 'Degraded',
  Pending: 'Progressing',
  Bound: 'Healthy',
};

function claimHealth(object: KubeObject): ArgoHealth {
  return { status: claimStatuses[textAt(object, 'status', 'phase')] ?? 'Unknown', message: '' };
}

function serviceHealth(object: KubeObject): ArgoHealth {
  return textAt(object, 'spec', 'type') === 'LoadBalancer' ? ingressHealth(object) : healthy;
}

function ingressHealth(object: KubeObject): ArgoHealth {
  return listAt(object, 'status', 'loadBalancer', 'ingress').length > 0 ? healthy : progressing();
}

const failingScales: ReadonlySet<string> = new Set([
  'AbleToScale FailedGetScale',
  'AbleToScale FailedUpdateScale',
  'ScalingActive FailedGetResourceMetric',
  'ScalingActive InvalidSelector',
]);

/** The first condition that says something decides. */
function autoscalerHealth(object: KubeObject): ArgoHealth {
  for (const { type, status, reason, message } of scalingConditions(object)) {
    if (failingScales.has(`${type} ${reason}`)) return { status: 'Degraded', message };
    const isFine = (type === 'AbleToScale' || type === 'ScalingLimited') && status === 'True';
    if (isFine) return { status: 'Healthy', message };
  }
  return progressing('Waiting to Autoscale');
}

/** autoscaling/v1 has no conditions and keeps them in an annotation. */
function scalingConditions(object: KubeObject): readonly Condition[] {
  if (object.apiVersion !== 'autoscaling/v1') return conditionsOf(object);
  try {
    const value: unknown = JSON.parse(annotationOf(object, 'autoscaling.alpha.kubernetes.io/conditions') ?? '[]');
    return isList(value) ? value.filter(isObject).map(readCondition) : [];
  } catch {
    return [];
  }
}

function apiServiceHealth(object: KubeObject): ArgoHealth {
  const available = conditionOf(object, 'Available');
  if (available === undefined) return progressing('Waiting to be processed');
  const message = `${available.reason}: ${available.message}`;
  return { status: available.status === 'True' ? 'Healthy' : 'Progressing', message };
}

const workflowStatuses: Readonly<Record<string, ArgoHealthStatus>> = {
  '': 'Progressing',
  Pending: 'Progressing',
  Running: 'Progressing',
  Succeeded: 'Healthy',
  Failed: 'Degraded',
  Error: 'Degraded',
};

function workflowHealth(object: KubeObject): ArgoHealth {
  const phase = textAt(object, 'status', 'phase');
  return { status: workflowStatuses[phase] ?? 'Unknown', message: textAt(object, 'status', 'message') };
}
