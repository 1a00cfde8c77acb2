import { isObject, listAt, numberAt, objectAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { FieldDifference } from '../model/difference.ts';
import { describeKey, parseKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { ObjectEffect } from './changeSet.ts';

/** Something worth a second look before the change is made; never a reason to refuse. */
export interface RiskNote {
  readonly kind: 'replicas-zero' | 'image-tag' | 'immutable-field' | 'prune' | 'crd-removal' | 'namespace-removal';
  readonly object: ResourceKey;
  readonly message: string;
}

/** Finds the risks of a change, one note for each object and kind of risk. */
export function findRisks(effects: readonly ObjectEffect[]): readonly RiskNote[] {
  return effects.flatMap((effect) => rules.flatMap((rule) => rule(effect)));
}

const rules: readonly ((effect: ObjectEffect) => readonly RiskNote[])[] = [
  removalRisk,
  replicasRisk,
  imageRisk,
  immutableRisk,
];

/** Fields that the API server refuses to change; only deleting and making the object anew does (`kubectl replace --force`). */
const immutable: Readonly<Record<string, readonly string[]>> = {
  'apps/Deployment': ['/spec/selector'],
  'apps/DaemonSet': ['/spec/selector'],
  'apps/ReplicaSet': ['/spec/selector'],
  'apps/StatefulSet': [
    '/spec/selector',
    '/spec/serviceName',
    '/spec/volumeClaimTemplates',
    '/spec/podManagementPolicy',
  ],
  'batch/Job': ['/spec/selector', '/spec/template', '/spec/completionMode'],
  '/Service': ['/spec/clusterIP', '/spec/clusterIPs'],
  '/PersistentVolumeClaim': ['/spec/accessModes', '/spec/storageClassName', '/spec/selector', '/spec/volumeName'],
  'rbac.authorization.k8s.io/RoleBinding': ['/roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['/roleRef'],
  'storage.k8s.io/StorageClass': ['/provisioner', '/parameters', '/reclaimPolicy', '/volumeBindingMode'],
};

function removalRisk({ key, change }: ObjectEffect): readonly RiskNote[] {
  if (change !== 'removed') return [];
  const { group, kind } = parseKey(key);
  if (kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io') {
    const message = `${describeKey(key)} is removed: pruning it deletes every object of that kind in the cluster.`;
    return [{ kind: 'crd-removal', object: key, message }];
  }
  if (kind === 'Namespace' && group === '') {
    const message = `${describeKey(key)} is removed: pruning it deletes everything in that namespace.`;
    return [{ kind: 'namespace-removal', object: key, message }];
  }
  return [{ kind: 'prune', object: key, message: `${describeKey(key)} is removed: a sync that prunes deletes it.` }];
}

function replicasRisk({ key, before, after }: ObjectEffect): readonly RiskNote[] {
  const isZero = numberAt(after?.spec, 'replicas') === 0 && numberAt(before?.spec, 'replicas') !== 0;
  return isZero ? [{ kind: 'replicas-zero', object: key, message: `${describeKey(key)} is scaled to zero.` }] : [];
}

function imageRisk({ key, before, after }: ObjectEffect): readonly RiskNote[] {
  const old = new Set(imagesOf(before));
  const tagged = imagesOf(after).filter((image) => !old.has(image) && !image.includes('@sha256:'));
  if (tagged.length === 0) return [];
  const message = `${describeKey(key)} names ${tagged.join(', ')} by tag; a tag can be moved, a digest cannot.`;
  return [{ kind: 'image-tag', object: key, message }];
}

function immutableRisk({ key, change, fields, before }: ObjectEffect): readonly RiskNote[] {
  if (change !== 'changed') return [];
  const { group, kind } = parseKey(key);
  const guarded = [
    ...(immutable[`${group}/${kind}`] ?? []),
    ...(isImmutable(before) ? ['/data', '/binaryData', '/stringData'] : []),
  ];
  const hit = guarded.filter((pointer) => fields.some((field) => touches(field, pointer)));
  if (hit.length === 0) return [];
  const message = `${describeKey(key)}: ${hit.join(', ')} cannot be changed in place; the server will refuse it.`;
  return [{ kind: 'immutable-field', object: key, message }];
}

function isImmutable(object: KubeObject | undefined): boolean {
  return object?.immutable === true;
}

function touches({ path }: FieldDifference, pointer: string): boolean {
  return path === pointer || path.startsWith(`${pointer}/`);
}

function imagesOf(object: KubeObject | undefined): readonly string[] {
  return podSpecsOf(object).flatMap((spec) =>
    ['initContainers', 'containers'].flatMap((list) =>
      listAt(spec, list).flatMap((container) => stringAt(container, 'image') ?? []),
    ),
  );
}

/** Where the built-in workload kinds keep their pod spec. */
function podSpecsOf(object: KubeObject | undefined): readonly Json[] {
  const spec = objectAt(object, 'spec');
  const places = [spec, objectAt(spec, 'template', 'spec'), objectAt(spec, 'jobTemplate', 'spec', 'template', 'spec')];
  return places.filter((place) => isObject(place));
}
