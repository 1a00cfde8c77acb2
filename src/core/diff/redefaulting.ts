import { isList, isObject, listAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { isSame } from './confirm.ts';
import { partsOf, valueUnder } from './path.ts';
import type { Path } from './path.ts';
import { isSameQuantity } from './quantity.ts';
import { childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';

/** Tells whether the server would set a removed value again to what it is now; then only a dry-run can say what a removal changes. */
export function wouldReturn(root: Json, path: Path, type: TypeNode): boolean {
  const parts = partsOf(path);
  const value = valueUnder(root, parts);
  if (value === undefined) return false;
  return isDefaultAll(value, type) || contextual.some((rule) => rule(root, parts, value));
}

function isDefaultAll(value: Json, type: TypeNode): boolean {
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.every((key) => isDefaultAll(value[key] ?? null, childType(type, key)));
  }
  if (isList(value)) return value.length === 0;
  return type.kind === 'scalar' && type.default !== undefined && type.default === value;
}

/** Says whether a value at reference tokens returns by a rule that looks at its neighbours. */
type ContextualRule = (root: Json, parts: readonly (string | number)[], value: Json) => boolean;

/** k8s.io/kubernetes `pkg/apis/core/v1/defaults.go` and the registries' `patchAllocatedValues`. */
const contextual: readonly ContextualRule[] = [
  returnsPullPolicy,
  returnsRequests,
  returnsAllocated,
  returnsTargetPort,
  returnsListDefault,
  returnsSubjectGroup,
  returnsDefinitionName,
  returnsHostPort,
  returnsAccountName,
  returnsJobDefault,
  returnsClaimMark,
];

function returnsPullPolicy(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (parts.at(-1) !== 'imagePullPolicy') return false;
  const image = stringAt(valueUnder(root, parts.slice(0, -1)), 'image') ?? '';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const isLatest = !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  return value === (isLatest ? 'Always' : 'IfNotPresent');
}

/** Requests that are not declared are taken from the limits. */
function returnsRequests(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  const at = parts.lastIndexOf('requests');
  if (at < 1 || parts[at - 1] !== 'resources' || at < parts.length - 2) return false;
  // A Pod's own requests are the sum of its containers', as far as they are not the limits.
  if (stringAt(root, 'kind') === 'Pod' && at === 2) return true;
  const limits = valueUnder(root, [...parts.slice(0, at), 'limits']);
  const requests = isObject(value) ? value : { [String(parts.at(-1))]: value };
  return Object.entries(requests).every(([name, amount]) => {
    const limit = isObject(limits) ? limits[name] : undefined;
    return limit !== undefined && isSameQuantity(amount, limit);
  });
}

/** The server keeps what it once allocated to a Service. */
function returnsAllocated(root: Json, parts: readonly (string | number)[]): boolean {
  if (stringAt(root, 'kind') !== 'Service') return false;
  return /^(?:clusterIPs?|nodePort|healthCheckNodePort|ipFamil\w+)$/.test(String(parts.at(-1)));
}

/** A Service's port leads to the container port of the same number. */
function returnsTargetPort(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (parts.at(-1) !== 'targetPort' || stringAt(root, 'kind') !== 'Service') return false;
  return value === valueUnder(root, [...parts.slice(0, -1), 'port']);
}

/** Lists with a default of their own, by kind and field (the same `defaults.go` of each group). */
const listDefaults: Readonly<Record<string, readonly Json[]>> = {
  'CSIDriver volumeLifecycleModes': [['Persistent']],
  'Namespace finalizers': [['kubernetes']],
  'HorizontalPodAutoscaler metrics': [
    [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
  ],
  'HorizontalPodAutoscaler policies': [
    [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  ],
};

/** `policyTypes` of a NetworkPolicy follow from what it has rules for. */
function returnsListDefault(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  const field = String(parts.at(-1));
  const kind = stringAt(root, 'kind') ?? '';
  if (listDefaults[`${kind} ${field}`]?.some((each) => isSame(value, each)) === true) return true;
  if (kind !== 'NetworkPolicy' || field !== 'policyTypes') return false;
  const hasEgress = listAt(valueUnder(root, parts.slice(0, -1)), 'egress').length > 0;
  return isSame(value, hasEgress ? ['Ingress', 'Egress'] : ['Ingress']);
}

/** Of the two names of a pod's account each is written into the other. */
function returnsAccountName(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  const twin = { serviceAccount: 'serviceAccountName', serviceAccountName: 'serviceAccount' }[String(parts.at(-1))];
  return twin !== undefined && value === valueUnder(root, [...parts.slice(0, -1), twin]);
}

/** What a Job's other policies make the default (k8s.io/kubernetes `pkg/apis/batch/v1/defaults.go`). */
function returnsJobDefault(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  const spec = valueUnder(root, parts.slice(0, -1));
  if (parts.at(-1) === 'podReplacementPolicy') return value === 'Failed' && hasField(spec, 'podFailurePolicy');
  return parts.at(-1) === 'backoffLimit' && value === 2 ** 31 - 1 && hasField(spec, 'backoffLimitPerIndex');
}

function hasField(value: Json | undefined, field: string): boolean {
  return isObject(value) && value[field] !== undefined;
}

/** A StatefulSet's claims are written out as the objects that they will be. */
function returnsClaimMark(root: Json, parts: readonly (string | number)[]): boolean {
  if (stringAt(root, 'kind') !== 'StatefulSet' || parts[1] !== 'volumeClaimTemplates') return false;
  return parts[3] === 'apiVersion' || parts[3] === 'kind' || parts[3] === 'status';
}

/** Users and groups are of RBAC's own API group, service accounts of none. */
function returnsSubjectGroup(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (parts.at(-1) !== 'apiGroup' || parts.at(-3) !== 'subjects') return false;
  return stringAt(valueUnder(root, parts.slice(0, -1)), 'kind') !== 'ServiceAccount' && value === rbacGroup;
}

const rbacGroup = 'rbac.authorization.k8s.io';

/** k8s.io/apiextensions-apiserver `pkg/apis/apiextensions/v1/defaults.go`. */
function returnsDefinitionName(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (stringAt(root, 'kind') !== 'CustomResourceDefinition' || parts.at(-2) !== 'names') return false;
  const kind = stringAt(root, 'spec', 'names', 'kind') ?? '';
  if (parts.at(-1) === 'singular') return value === kind.toLowerCase();
  return parts.at(-1) === 'listKind' && value === `${kind}List`;
}

/** In the host's network a container port is a port of the host. */
function returnsHostPort(root: Json, parts: readonly (string | number)[], value: Json): boolean {
  if (parts.at(-1) !== 'hostPort') return false;
  const spec = valueUnder(root, parts.slice(0, -5));
  const port = valueUnder(root, [...parts.slice(0, -1), 'containerPort']);
  return isObject(spec) && spec.hostNetwork === true && value === port;
}
