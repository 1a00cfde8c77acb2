import type { AutoscalerFact, ClusterFacts } from '../diff/diffInput.ts';
import { objectsOfKind } from '../live/liveStore.ts';
import type { LiveStore } from '../live/liveStore.ts';
import { numberAt, stringAt } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ServedKind } from '../ports.ts';

/** Every autoscaler that a cluster's store holds. */
export function autoscalersOf(store: LiveStore): readonly KubeObject[] {
  return objectsOfKind(store, 'autoscaling', 'HorizontalPodAutoscaler');
}

/** What a cluster tells beside the compared object. */
export function clusterFacts(autoscalers: readonly KubeObject[], kinds: readonly ServedKind[]): ClusterFacts {
  return { hpa: autoscalers.flatMap(readAutoscaler), served: servedVersions(kinds) };
}

function readAutoscaler(object: KubeObject): readonly AutoscalerFact[] {
  const kind = stringAt(object, 'spec', 'scaleTargetRef', 'kind');
  const name = stringAt(object, 'spec', 'scaleTargetRef', 'name');
  if (kind === undefined || name === undefined) return [];
  const target = { apiVersion: stringAt(object, 'spec', 'scaleTargetRef', 'apiVersion'), kind, name };
  // Without minReplicas the API means one.
  return [
    { target, min: numberAt(object, 'spec', 'minReplicas') ?? 1, max: numberAt(object, 'spec', 'maxReplicas') ?? 1 },
  ];
}

function servedVersions(kinds: readonly ServedKind[]): Readonly<Record<string, readonly string[]>> {
  const served: Record<string, string[]> = {};
  for (const { group, version } of kinds) {
    const versions = (served[group] ??= []);
    if (!versions.includes(version)) versions.push(version);
  }
  return served;
}
