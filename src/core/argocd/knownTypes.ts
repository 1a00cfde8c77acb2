import { builtIn } from '../diff/schema/builtInSchemas.ts';
import { anyType, childType } from '../diff/schema/typeSchemas.ts';
import type { TypeNode, TypeSchemas } from '../diff/schema/typeSchemas.ts';
import { isList, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { groupOf } from '../model/resource.ts';

/** Fields of a custom kind that hold one of Kubernetes' own types, whose spellings are then equal. */
export interface KnownTypeField {
  readonly group: string;
  readonly kind: string;
  readonly path: readonly string[];
  readonly type: TypeNode;
}

/** Where each type of the core API stands in the built-in kinds: kind and a path, `*` for the items of a list. */
const places: Readonly<Record<string, string>> = {
  Affinity: 'Pod spec.affinity',
  Capabilities: 'Pod spec.containers.*.securityContext.capabilities',
  ConfigMap: 'ConfigMap',
  ConfigMapEnvSource: 'Pod spec.containers.*.envFrom.*.configMapRef',
  ConfigMapKeySelector: 'Pod spec.containers.*.env.*.valueFrom.configMapKeyRef',
  ConfigMapVolumeSource: 'Pod spec.volumes.*.configMap',
  Container: 'Pod spec.containers.*',
  ContainerPort: 'Pod spec.containers.*.ports.*',
  EmptyDirVolumeSource: 'Pod spec.volumes.*.emptyDir',
  EnvFromSource: 'Pod spec.containers.*.envFrom.*',
  EnvVar: 'Pod spec.containers.*.env.*',
  EnvVarSource: 'Pod spec.containers.*.env.*.valueFrom',
  EphemeralVolumeSource: 'Pod spec.volumes.*.ephemeral',
  ExecAction: 'Pod spec.containers.*.livenessProbe.exec',
  HTTPGetAction: 'Pod spec.containers.*.livenessProbe.httpGet',
  HostAlias: 'Pod spec.hostAliases.*',
  KeyToPath: 'Pod spec.volumes.*.configMap.items.*',
  Lifecycle: 'Pod spec.containers.*.lifecycle',
  LifecycleHandler: 'Pod spec.containers.*.lifecycle.postStart',
  LimitRange: 'LimitRange',
  LimitRangeItem: 'LimitRange spec.limits.*',
  LimitRangeSpec: 'LimitRange spec',
  LocalObjectReference: 'Pod spec.imagePullSecrets.*',
  Namespace: 'Namespace',
  NodeAffinity: 'Pod spec.affinity.nodeAffinity',
  NodeSelector: 'Pod spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution',
  ObjectFieldSelector: 'Pod spec.containers.*.env.*.valueFrom.fieldRef',
  PersistentVolume: 'PersistentVolume',
  PersistentVolumeClaim: 'PersistentVolumeClaim',
  PersistentVolumeClaimSpec: 'PersistentVolumeClaim spec',
  PersistentVolumeClaimTemplate: 'Pod spec.volumes.*.ephemeral.volumeClaimTemplate',
  PersistentVolumeSpec: 'PersistentVolume spec',
  Pod: 'Pod',
  PodAffinity: 'Pod spec.affinity.podAffinity',
  PodAffinityTerm: 'Pod spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.*',
  PodAntiAffinity: 'Pod spec.affinity.podAntiAffinity',
  PodDNSConfig: 'Pod spec.dnsConfig',
  PodSecurityContext: 'Pod spec.securityContext',
  PodSpec: 'Pod spec',
  PodTemplate: 'PodTemplate',
  PodTemplateSpec: 'PodTemplate template',
  PreferredSchedulingTerm: 'Pod spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.*',
  Probe: 'Pod spec.containers.*.livenessProbe',
  ProjectedVolumeSource: 'Pod spec.volumes.*.projected',
  ReplicationController: 'ReplicationController',
  ReplicationControllerSpec: 'ReplicationController spec',
  ResourceFieldSelector: 'Pod spec.containers.*.env.*.valueFrom.resourceFieldRef',
  ResourceList: 'Pod spec.containers.*.resources.limits',
  ResourceQuota: 'ResourceQuota',
  ResourceQuotaSpec: 'ResourceQuota spec',
  ResourceRequirements: 'Pod spec.containers.*.resources',
  SELinuxOptions: 'Pod spec.securityContext.seLinuxOptions',
  SeccompProfile: 'Pod spec.securityContext.seccompProfile',
  Secret: 'Secret',
  SecretEnvSource: 'Pod spec.containers.*.envFrom.*.secretRef',
  SecretKeySelector: 'Pod spec.containers.*.env.*.valueFrom.secretKeyRef',
  SecretVolumeSource: 'Pod spec.volumes.*.secret',
  SecurityContext: 'Pod spec.containers.*.securityContext',
  Service: 'Service',
  ServiceAccount: 'ServiceAccount',
  ServicePort: 'Service spec.ports.*',
  ServiceSpec: 'Service spec',
  TCPSocketAction: 'Pod spec.containers.*.livenessProbe.tcpSocket',
  Toleration: 'Pod spec.tolerations.*',
  TopologySpreadConstraint: 'Pod spec.topologySpreadConstraints.*',
  Volume: 'Pod spec.volumes.*',
  VolumeDevice: 'Pod spec.containers.*.volumeDevices.*',
  VolumeMount: 'Pod spec.containers.*.volumeMounts.*',
  VolumeProjection: 'Pod spec.volumes.*.projected.sources.*',
  VolumeResourceRequirements: 'PersistentVolumeClaim spec.resources',
  WeightedPodAffinityTerm: 'Pod spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution.*',
};

const scalars: Readonly<Record<string, TypeNode>> = {
  'core/Quantity': { kind: 'scalar', of: 'quantity', zero: 'different' },
  'meta/v1/Duration': { kind: 'scalar', of: 'duration', zero: 'different' },
};

/** A type by the name that Argo CD gives it (`util/argo/normalizers/diffing_known_types.txt`); `undefined` for others. */
function typeNamed(name: string): TypeNode | undefined {
  const scalar = scalars[name];
  if (scalar !== undefined) return scalar;
  const place = name.startsWith('core/v1/') ? places[name.slice('core/v1/'.length)] : undefined;
  if (place === undefined) return undefined;
  const [kind = '', path = ''] = place.split(' ');
  const root = builtIn.typeOf('v1', kind) ?? anyType;
  const steps = path === '' ? [] : path.split('.');
  const found = steps.reduce((node, step) => childType(node, step === '*' ? 0 : step), root);
  return found.kind === 'any' ? undefined : spelledAlike(found);
}

/**
 * What a custom resource takes over of a type: the spellings of its values. Which items of a list belong together and what
 * the server fills in is left to the custom kind's own definition.
 */
function spelledAlike(node: TypeNode): TypeNode {
  switch (node.kind) {
    case 'struct':
      return {
        ...node,
        isAlwaysPresent: false,
        fieldOf: (name) => {
          const found = node.fieldOf(name);
          return found && spelledAlike(found);
        },
      };
    case 'list':
      return { ...node, list: 'atomic', keys: [], items: spelledAlike(node.items) };
    case 'map':
      return { ...node, values: spelledAlike(node.values) };
    case 'scalar':
      return { ...node, default: undefined };
    case 'any':
      return node;
  }
}

/** Reads the known types of one kind: a list of `field` and `type`; trouble is said under the key. */
export function readKnownTypes(
  at: { readonly group: string; readonly kind: string; readonly key: string },
  value: Json | undefined,
  problems: string[],
): readonly KnownTypeField[] {
  return (isList(value) ? value : []).flatMap((entry) => {
    const field = stringAt(entry, 'field');
    const name = stringAt(entry, 'type');
    if (field === undefined || name === undefined) return [];
    const type = typeNamed(name);
    if (type !== undefined) return [{ group: at.group, kind: at.kind, path: field.split('.'), type }];
    problems.push(`${at.key}: the type "${name}" of ${field} is not known here, so it is compared as it is written.`);
    return [];
  });
}

/** What holds without any setting, unless the settings say something of the kind (argo-cd `ensureDefaultCRDsConfigured`). */
const rollout = { group: 'argoproj.io', kind: 'Rollout' } as const;

/**
 * Schemas in which some fields of custom kinds have types that their definitions do not tell: Argo CD compares such fields
 * in the form that the type's own marshaller gives them, on both sides (argo-cd `knowntypes_normalizer.go`).
 */
export function withKnownTypes(base: TypeSchemas, fields: readonly KnownTypeField[]): TypeSchemas {
  const hasRollout = fields.some(({ group, kind }) => group === rollout.group && kind === rollout.kind);
  const type = typeNamed('core/v1/PodSpec') ?? anyType;
  const all = hasRollout ? fields : [...fields, { ...rollout, path: ['spec', 'template', 'spec'], type }];
  const made = new Map<string, TypeNode>();
  return {
    typeOf: (apiVersion, kind) => {
      const own = all.filter((field) => field.kind === kind && field.group === groupOf(apiVersion));
      if (own.length === 0) return base.typeOf(apiVersion, kind);
      const name = `${apiVersion} ${kind}`;
      const root = base.typeOf(apiVersion, kind) ?? anyType;
      const type = made.get(name) ?? own.reduce((node, field) => replaced(node, field.path, field.type), root);
      made.set(name, type);
      return type;
    },
  };
}

/** A type with another one at a path of field names; lists on the way are gone into. */
function replaced(node: TypeNode, path: readonly string[], type: TypeNode): TypeNode {
  if (node.kind === 'list') return { ...node, items: replaced(node.items, path, type) };
  const [head, ...rest] = path;
  if (head === undefined) return type;
  const kept = node.kind === 'struct' ? node : undefined;
  if (kept === undefined && node.kind !== 'any') return node;
  const below = replaced(kept?.fieldOf(head) ?? anyType, rest, type);
  return {
    kind: 'struct',
    isAtomic: kept?.isAtomic ?? false,
    isAlwaysPresent: kept?.isAlwaysPresent ?? false,
    fieldOf: (name) => (name === head ? below : kept?.fieldOf(name)),
  };
}
