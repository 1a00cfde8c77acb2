import { isObject, listAt, numberAt, stringAt } from '../model/json.ts';
import { groupOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { conditionOf, conditionsOf, countAt, textAt } from './readStatus.ts';

/** kstatus' words (sigs.k8s.io/cli-utils, Flux' fork); `Unknown` where the library returns an error. */
export type KStatusWord = 'InProgress' | 'Failed' | 'Current' | 'Terminating' | 'Unknown';

export interface KStatus {
  readonly status: KStatusWord;
  /** As the library words it, so that people find it again in Flux' messages. */
  readonly message: string;
}

/** The status of a live object as Flux sees it: generic rules first, then the kind's own, then its `Ready` condition. */
export function kstatus(object: KubeObject, now: Date): KStatus {
  return (
    genericStatus(object) ??
    checks[`${groupOf(object.apiVersion)}/${object.kind}`]?.(object, now) ??
    readyStatus(object) ??
    current('Resource is current')
  );
}

type Check = (object: KubeObject, now: Date) => KStatus;

const alwaysReady: Check = () => current('Resource is always ready');

const checks: Readonly<Record<string, Check>> = {
  '/Service': serviceStatus,
  '/Pod': podStatus,
  '/Secret': alwaysReady,
  '/ConfigMap': alwaysReady,
  '/PersistentVolumeClaim': claimStatus,
  'apps/StatefulSet': statefulSetStatus,
  'apps/DaemonSet': daemonSetStatus,
  'extensions/DaemonSet': daemonSetStatus,
  'apps/Deployment': deploymentStatus,
  'extensions/Deployment': deploymentStatus,
  'apps/ReplicaSet': replicaSetStatus,
  'extensions/ReplicaSet': replicaSetStatus,
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),
  'batch/CronJob': alwaysReady,
  'batch/Job': jobStatus,
  'apiextensions.k8s.io/CustomResourceDefinition': definitionStatus,
};

function current(message: string): KStatus {
  return { status: 'Current', message };
}

function inProgress(message: string): KStatus {
  return { status: 'InProgress', message };
}

function failed(message: string): KStatus {
  return { status: 'Failed', message };
}

function genericStatus(object: KubeObject): KStatus | undefined {
  if (stringAt(object.metadata, 'deletionTimestamp')) {
    return { status: 'Terminating', message: 'Resource scheduled for deletion' };
  }
  const generation = numberAt(object.metadata, 'generation');
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (generation !== undefined && observed !== undefined && generation !== observed) {
    return inProgress(`${object.kind} generation is ${generation}, but latest observed generation is ${observed}`);
  }
  for (const { type, status, message } of conditionsOf(object)) {
    if (type === 'Reconciling' && status === 'True') return inProgress(message);
    if (type === 'Stalled' && status === 'True') return failed(message);
  }
  return undefined;
}

/** `Ready=False` is never a failure here: only `Stalled` is. */
function readyStatus(object: KubeObject): KStatus | undefined {
  const ready = conditionOf(object, 'Ready');
  if (ready?.status === 'True') return current('Resource is Ready');
  return ready?.status === 'False' || ready?.status === 'Unknown' ? inProgress(ready.message) : undefined;
}

/** A count that must reach another: the first rule that is not met is what is waited for. */
interface Rule {
  readonly isUnmet: boolean;
  readonly message: string;
}

function atLeast(word: string, have: number, want: number): Rule {
  return { isUnmet: have < want, message: `${word}: ${have}/${want}` };
}

function noneExtra(have: number, want: number): Rule {
  return { isUnmet: have > want, message: `Pending termination: ${have - want}` };
}

function unmet(...rules: readonly Rule[]): KStatus | undefined {
  const rule = rules.find(({ isUnmet }) => isUnmet);
  return rule && inProgress(rule.message);
}

function statusCount(object: KubeObject, name: string, absent = 0): number {
  return countAt(object, 'status', name, absent);
}

function deploymentStatus(object: KubeObject): KStatus {
  const progressing = conditionsOf(object).filter(({ type }) => type === 'Progressing');
  if (progressing.some(({ reason }) => reason === 'ProgressDeadlineExceeded'))
    return failed('Progress deadline exceeded');
  const wanted = countAt(object, 'spec', 'replicas', 1);
  const all = statusCount(object, 'replicas');
  const updated = statusCount(object, 'updatedReplicas');
  const hasDeadline = numberAt(object, 'spec', 'progressDeadlineSeconds') !== undefined;
  const isRolledOut = progressing.some(
    ({ status, reason }) => status === 'True' && reason === 'NewReplicaSetAvailable',
  );
  return (
    unmet(
      atLeast('Replicas', all, wanted),
      atLeast('Updated', updated, wanted),
      noneExtra(all, wanted),
      atLeast('Available', statusCount(object, 'availableReplicas'), updated),
      atLeast('Ready', statusCount(object, 'readyReplicas'), wanted),
      { isUnmet: hasDeadline && !isRolledOut, message: 'ReplicaSet not Available' },
      { isUnmet: conditionOf(object, 'Available')?.status !== 'True', message: 'Deployment not Available' },
    ) ?? current(`Deployment is available. Replicas: ${all}`)
  );
}

function statefulSetStatus(object: KubeObject): KStatus {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current('StatefulSet is using the ondelete update strategy');
  }
  const wanted = countAt(object, 'spec', 'replicas', 1);
  const all = statusCount(object, 'replicas');
  const waiting = unmet(
    atLeast('Replicas', all, wanted),
    atLeast('Ready', statusCount(object, 'readyReplicas'), wanted),
    noneExtra(all, wanted),
  );
  if (waiting !== undefined) return waiting;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const updated = statusCount(object, 'updatedReplicas');
  if (partition !== undefined) {
    const done = current(`Partition rollout complete. updated: ${updated}`);
    return unmet(atLeast('updated', updated, wanted - partition)) ?? done;
  }
  const isMixed = textAt(object, 'status', 'currentRevision') !== textAt(object, 'status', 'updateRevision');
  return (
    unmet(atLeast('current', statusCount(object, 'currentReplicas'), wanted), {
      isUnmet: isMixed,
      message: 'Waiting for updated revision to match current',
    }) ?? current(`All replicas scheduled as expected. Replicas: ${all}`)
  );
}

function daemonSetStatus(object: KubeObject): KStatus {
  const generation = numberAt(object.metadata, 'generation');
  if (generation === undefined) return inProgress(`${object.kind} metadata.generation not found`);
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return inProgress(`${object.kind} status.observedGeneration not found`);
  }
  const wanted = statusCount(object, 'desiredNumberScheduled', -1);
  return (
    unmet(
      { isUnmet: wanted === -1, message: 'Missing .status.desiredNumberScheduled' },
      atLeast('Current', statusCount(object, 'currentNumberScheduled'), wanted),
      atLeast('Updated', statusCount(object, 'updatedNumberScheduled'), wanted),
      atLeast('Available', statusCount(object, 'numberAvailable'), wanted),
      atLeast('Ready', statusCount(object, 'numberReady'), wanted),
    ) ?? current(`All replicas scheduled as expected. Replicas: ${wanted}`)
  );
}

function replicaSetStatus(object: KubeObject): KStatus {
  if (conditionOf(object, 'ReplicaFailure')?.status === 'True')
    return inProgress('Replica Failure condition. Check Pods');
  const wanted = countAt(object, 'spec', 'replicas', 1);
  const all = statusCount(object, 'replicas');
  return (
    unmet(
      atLeast('Labelled', statusCount(object, 'fullyLabeledReplicas'), wanted),
      atLeast('Available', statusCount(object, 'availableReplicas'), wanted),
      atLeast('Ready', statusCount(object, 'readyReplicas'), wanted),
      noneExtra(all, wanted),
    ) ?? current(`ReplicaSet is available. Replicas: ${all}`)
  );
}

function podStatus(object: KubeObject, now: Date): KStatus {
  const phase = textAt(object, 'status', 'phase');
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully');
    case 'Failed':
      return current('Pod has completed, but not successfully');
    case 'Running':
      return runningPodStatus(object);
    case 'Pending':
      return pendingPodStatus(object, now);
    case '':
      return inProgress('Pod phase not available');
    default:
      return { status: 'Unknown', message: `unknown phase ${phase}` };
  }
}

function runningPodStatus(object: KubeObject): KStatus {
  if (conditionOf(object, 'Ready')?.status === 'True') return current('Pod is Ready');
  const crashing = listAt(object, 'status', 'containerStatuses')
    .filter(isObject)
    .filter((each) => textAt(each, 'state', 'waiting', 'reason') === 'CrashLoopBackOff')
    .map((each) => textAt(each, 'name'));
  if (crashing.length > 0) return failed(`Containers in CrashLoop state: ${crashing.join(',')}`);
  return inProgress('Pod is running but is not Ready');
}

/** The scheduler gets 15 seconds before a Pod counts as unschedulable. */
const scheduleWindow = 15_000;

function pendingPodStatus(object: KubeObject, now: Date): KStatus {
  const scheduled = conditionOf(object, 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') {
    return inProgress('Pod is in the Pending phase');
  }
  const created = Date.parse(textAt(object.metadata, 'creationTimestamp'));
  if (now.getTime() - scheduleWindow < created) return inProgress('Pod has not been scheduled');
  return failed('Pod could not be scheduled');
}

function claimStatus(object: KubeObject): KStatus {
  const phase = stringAt(object, 'status', 'phase') ?? 'unknown';
  return phase === 'Bound' ? current('PVC is Bound') : inProgress(`PVC is not Bound. phase: ${phase}`);
}

function serviceStatus(object: KubeObject): KStatus {
  const isWaiting = textAt(object, 'spec', 'type') === 'LoadBalancer' && textAt(object, 'spec', 'clusterIP') === '';
  return isWaiting ? inProgress('ClusterIP not set. Service type: LoadBalancer') : current('Service is ready');
}

function jobStatus(object: KubeObject): KStatus {
  const [succeeded, active, failures] = ['succeeded', 'active', 'failed'].map((name) => statusCount(object, name));
  const completions = countAt(object, 'spec', 'completions', countAt(object, 'spec', 'parallelism', 1));
  for (const { type, status } of conditionsOf(object)) {
    if (status !== 'True') continue;
    if (type === 'Complete') return current(`Job Completed. succeeded: ${succeeded ?? 0}/${completions}`);
    if (type === 'Failed') return failed(`Job Failed. failed: ${failures ?? 0}/${completions}`);
  }
  if (textAt(object, 'status', 'startTime') === '') return inProgress('Job not started');
  return current(`Job in progress. success:${succeeded ?? 0}, active: ${active ?? 0}, failed: ${failures ?? 0}`);
}

function definitionStatus(object: KubeObject): KStatus {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(message);
    if (type !== 'Established') continue;
    if (status === 'False' && reason !== 'Installing') return failed(message);
    if (status === 'True') return current('CRD is established');
  }
  return inProgress('Install in progress');
}
