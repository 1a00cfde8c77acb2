import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { KubeObject } from '../model/resource.ts';

/** Live without what the server appends to declared lists that compare as wholes; templates are left as they are. */
export function withoutAdmitted(desired: KubeObject, live: KubeObject): KubeObject {
  if (live.apiVersion !== 'v1') return live;
  if (live.kind === 'Pod') return withList(live, 'tolerations', ownTolerations(desired, live));
  if (live.kind !== 'Service') return live;
  return ['ipFamilies', 'clusterIPs'].reduce((at, field) => withList(at, field, ownFamilies(desired, at, field)), live);
}

function withList(live: KubeObject, field: string, kept: readonly Json[] | undefined): KubeObject {
  return kept === undefined ? live : { ...live, spec: { ...objectAt(live, 'spec'), [field]: kept } };
}

/**
 * Without the two tolerations that the plugin DefaultTolerationSeconds gives to every Pod which declares none of its own
 * for them (k8s.io/kubernetes `plugin/pkg/admission/defaulttolerationseconds`).
 */
function ownTolerations(desired: KubeObject, live: KubeObject): readonly Json[] | undefined {
  const declared = listAt(desired, 'spec', 'tolerations');
  const held = listAt(live, 'spec', 'tolerations');
  const kept = held.filter((each) => !isDefaultToleration(each) || isDeclared(each, declared));
  return declared.length === 0 || kept.length === held.length ? undefined : kept;
}

/** Without the second address family that a Service which is not single-stack gets (`pkg/registry/core/service/storage/alloc.go`). */
function ownFamilies(desired: KubeObject, live: KubeObject, field: string): readonly Json[] | undefined {
  const declared = listAt(desired, 'spec', field);
  const held = listAt(live, 'spec', field);
  const isDual = (stringAt(live, 'spec', 'ipFamilyPolicy') ?? '').endsWith('DualStack');
  return isDual && declared.length === 1 && held.length === 2 ? held.slice(0, 1) : undefined;
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
