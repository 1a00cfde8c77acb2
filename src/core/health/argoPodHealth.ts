import { isObject, listAt, numberAt, objectAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ArgoHealth } from './argoHealth.ts';
import { conditionOf, textAt } from './readStatus.ts';

/** The health of a Pod by Argo CD's check; one that runs to an end (`restartPolicy` not Always) progresses until then. */
export function podHealth(pod: KubeObject): ArgoHealth {
  const isAlwaysRestarted = textAt(pod, 'spec', 'restartPolicy') === 'Always';
  const message = textAt(pod, 'status', 'message');
  const failing = isAlwaysRestarted ? containersOf(pod, 'containerStatuses').filter(isFailingToStart) : [];
  if (failing.length > 0) {
    return {
      status: 'Degraded',
      message: failing.map((each) => textAt(each, 'state', 'waiting', 'message')).join(', '),
    };
  }
  switch (textAt(pod, 'status', 'phase')) {
    case 'Pending':
      return { status: 'Progressing', message };
    case 'Succeeded':
      return { status: 'Healthy', message };
    case 'Failed':
      return { status: 'Degraded', message: message || failureOf(pod) };
    case 'Running':
      return runningHealth(pod, isAlwaysRestarted, message);
    default:
      return { status: 'Unknown', message };
  }
}

function containersOf(pod: KubeObject, list: 'containerStatuses' | 'initContainerStatuses'): readonly JsonObject[] {
  return listAt(pod, 'status', list).filter(isObject);
}

function isFailingToStart(container: JsonObject): boolean {
  return /^Err|Error$|BackOff$/.test(textAt(container, 'state', 'waiting', 'reason'));
}

function runningHealth(pod: KubeObject, isAlwaysRestarted: boolean, message: string): ArgoHealth {
  const policy = textAt(pod, 'spec', 'restartPolicy');
  if (!isAlwaysRestarted) return { status: /^(?:OnFailure|Never)$/.test(policy) ? 'Progressing' : 'Unknown', message };
  if (conditionOf(pod, 'Ready')?.status === 'True') return { status: 'Healthy', message };
  const hasEndedBefore = containersOf(pod, 'containerStatuses').some(
    (each) => objectAt(each, 'lastState', 'terminated') !== undefined,
  );
  return { status: hasEndedBefore ? 'Degraded' : 'Progressing', message };
}

/** What the first container that failed says. */
function failureOf(pod: KubeObject): string {
  const all = [...containersOf(pod, 'initContainerStatuses'), ...containersOf(pod, 'containerStatuses')];
  return all.map(containerFailure).find((each) => each !== '') ?? '';
}

function containerFailure(container: JsonObject): string {
  const ended = objectAt(container, 'state', 'terminated');
  const message = textAt(ended, 'message');
  if (message !== '') return message;
  if (textAt(ended, 'reason') === 'OOMKilled') return 'OOMKilled';
  const code = numberAt(ended, 'exitCode') ?? 0;
  return code === 0 ? '' : `container ${JSON.stringify(textAt(container, 'name'))} failed with exit code ${code}`;
}
