import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';
import { without } from './without.ts';

/**
 * Live without what admission appends to lists that compare as wholes: the two tolerations that the plugin
 * DefaultTolerationSeconds gives to every Pod which declares none of its own for them (k8s.io/kubernetes
 * `plugin/pkg/admission/defaulttolerationseconds`). Pods alone: templates are left as they are.
 */
export function withoutAdmitted(desired: KubeObject, live: KubeObject): KubeObject {
  if (live.kind !== 'Pod' || live.apiVersion !== 'v1') return live;
  const declared = listAt(desired, 'spec', 'tolerations');
  const held = listAt(live, 'spec', 'tolerations');
  const kept = held.filter((each) => !isDefaultToleration(each) || isDeclared(each, declared));
  if (declared.length === 0 || kept.length === held.length) return live;
  return { ...live, spec: { ...without(objectAt(live, 'spec') ?? {}, 'tolerations'), tolerations: kept } };
}

function isDefaultToleration(toleration: Json): boolean {
  const key = stringAt(toleration, 'key') ?? '';
  const isTaintOfNode = key === 'node.kubernetes.io/not-ready' || key === 'node.kubernetes.io/unreachable';
  return (
    isTaintOfNode && stringAt(toleration, 'operator') === 'Exists' && stringAt(toleration, 'effect') === 'NoExecute'
  );
}

function isDeclared(toleration: Json, declared: readonly Json[]): boolean {
  const key = stringAt(toleration, 'key');
  return declared.some((each) => stringAt(each, 'key') === key);
}
