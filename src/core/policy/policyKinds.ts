import { objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { groupOf } from '../model/resource.ts';
import type { PolicyEngineName } from './judgement.ts';

/**
 * What a document that rules is for. Documents that judge (`policy`, `constraint`, `mutator`) give results of their own;
 * the others only say how those judge: where (`binding`), how (`template`), except (`exception`), beside (`settings`).
 */
export type PolicyRole = 'policy' | 'constraint' | 'mutator' | 'binding' | 'template' | 'exception' | 'settings';

/** Which engine a document is for, and what it is there. */
export interface PolicyKind {
  readonly engine: PolicyEngineName;
  readonly role: PolicyRole;
}

const admission = 'admissionregistration.k8s.io';
const kyverno = 'policies.kyverno.io';

/** `group/Kind`; versions do not matter, as every engine reads all of its own. `*` is every kind of the group. */
const kinds: ReadonlyMap<string, PolicyKind> = new Map([
  ...entries('admission', admission, 'policy', ['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy']),
  ...entries('admission', admission, 'binding', ['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding']),
  ...entries('kyverno', 'kyverno.io', 'policy', ['ClusterPolicy', 'Policy', 'ClusterCleanupPolicy', 'CleanupPolicy']),
  ...entries('kyverno', 'kyverno.io', 'exception', ['PolicyException']),
  ...entries('kyverno', 'kyverno.io', 'settings', ['GlobalContextEntry']),
  ...entries('kyverno', kyverno, 'policy', ['ValidatingPolicy', 'NamespacedValidatingPolicy']),
  ...entries('kyverno', kyverno, 'policy', ['MutatingPolicy', 'NamespacedMutatingPolicy']),
  ...entries('kyverno', kyverno, 'policy', ['ImageValidatingPolicy', 'NamespacedImageValidatingPolicy']),
  ...entries('kyverno', kyverno, 'policy', ['GeneratingPolicy', 'NamespacedGeneratingPolicy']),
  ...entries('kyverno', kyverno, 'policy', ['DeletingPolicy', 'NamespacedDeletingPolicy']),
  ...entries('kyverno', kyverno, 'exception', ['PolicyException']),
  ...entries('gatekeeper', 'templates.gatekeeper.sh', 'template', ['ConstraintTemplate']),
  ...entries('gatekeeper', 'constraints.gatekeeper.sh', 'constraint', ['*']),
  ...entries('gatekeeper', 'mutations.gatekeeper.sh', 'mutator', ['*']),
  ...entries('gatekeeper', 'config.gatekeeper.sh', 'settings', ['Config']),
  ...entries('gatekeeper', 'expansion.gatekeeper.sh', 'settings', ['ExpansionTemplate']),
  ...entries('gatekeeper', 'externaldata.gatekeeper.sh', 'settings', ['Provider']),
]);

function entries(
  engine: PolicyEngineName,
  group: string,
  role: PolicyRole,
  names: readonly string[],
): readonly (readonly [string, PolicyKind])[] {
  return names.map((name) => [`${group}/${name}`, { engine, role }]);
}

/** Tells what objects of a kind are to policy engines; `undefined` for kinds that do not rule. */
export function policyKind(group: string, kind: string): PolicyKind | undefined {
  return kinds.get(`${group}/${kind}`) ?? kinds.get(`${group}/*`);
}

/** Tells what a document is to policy engines; `undefined` for one that does not rule. */
export function policyKindOf(object: JsonObject): PolicyKind | undefined {
  const kind = stringAt(object, 'kind') ?? '';
  const found = policyKind(groupOf(stringAt(object, 'apiVersion') ?? ''), kind);
  if (found !== undefined || kind !== 'ConfigMap') return found;
  // Kyverno's own configuration: `resourceFilters` and `webhooks` decide what it is asked about at all.
  const isKyverno = stringAt(object, 'metadata', 'name') === 'kyverno';
  const isItsOwn = isKyverno && stringAt(object, 'metadata', 'namespace') === 'kyverno';
  return isItsOwn ? { engine: 'kyverno', role: 'settings' } : undefined;
}

const judging: ReadonlySet<PolicyRole> = new Set(['policy', 'constraint', 'mutator']);

/** Parts of `apiVersion`s by which a text can hold a document that rules. */
const groups: readonly string[] = [...new Set([...kinds.keys()].map((key) => key.slice(0, key.indexOf('/'))))];

/** Tells whether a text can hold a document that rules, before it is parsed. */
export function namesPolicy(text: string): boolean {
  return groups.some((group) => text.includes(`${group}/`));
}

/** Tells whether a document gives results of its own. */
export function isJudging(object: JsonObject): boolean {
  const found = policyKindOf(object);
  return found !== undefined && judging.has(found.role);
}

/** Tells whether a document that says how to judge says it of a document that judges; `undefined` when it says it of all. */
export function belongsTo(support: JsonObject, judge: JsonObject): boolean | undefined {
  switch (policyKindOf(support)?.role) {
    case 'binding':
      return stringAt(support, 'spec', 'policyName') === stringAt(judge, 'metadata', 'name');
    case 'template':
      return stringAt(support, 'spec', 'crd', 'spec', 'names', 'kind') === judge.kind;
    default:
      return undefined;
  }
}

/** Prefix of the Namespace labels by which Pod Security is asked for. */
const podSecurity = 'pod-security.kubernetes.io/';

/** Tells whether a Namespace asks for Pod Security. */
export function asksPodSecurity(object: JsonObject): boolean {
  if (object.kind !== 'Namespace' || object.apiVersion !== 'v1') return false;
  return Object.keys(objectAt(object, 'metadata', 'labels') ?? {}).some((label) => label.startsWith(podSecurity));
}
