import { isObject, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { without } from '../../src/core/diff/without.ts';
import { document } from './policies.ts';

/** What tells that everything made before it is in force. */
export interface Sentinels {
  /** To be made first. */
  readonly namespace: JsonObject;
  /** To be made then, in this order. */
  readonly documents: readonly JsonObject[];
  /** To be dry-run until `isInForce` says so of the answer. */
  readonly probe: JsonObject;
  isInForce(answered: JsonObject, warnings: readonly string[]): boolean;
}

/**
 * One policy of each sort for each kind of parameters, with a parameter and a Namespace made after all others: the
 * server follows each of them in the order it was written. `paramKinds` says which of them live in Namespaces.
 */
export function sentinels(wave: number, paramKinds: ReadonlyMap<string, boolean>): Sentinels {
  const name = `wave-${String(wave)}`;
  const kinds = [...paramKinds].map(([word, isNamespaced], i) => {
    const [apiVersion = '', kind = ''] = word.split(' ');
    return { own: `${name}-${String(i)}`, apiVersion, kind, namespace: isNamespaced ? name : undefined };
  });
  const documents = kinds.flatMap(({ own, apiVersion, kind, namespace }) => {
    const spec = { paramKind: { apiVersion, kind }, matchConstraints: constraintsOf(name) };
    const paramRef = { name, ...(namespace !== undefined && { namespace }), parameterNotFoundAction: 'Allow' };
    const validations = [{ expression: "params.metadata.name == ''", message: `${own} is in force` }];
    return [
      document('ValidatingAdmissionPolicy', own, { ...spec, validations }),
      document('ValidatingAdmissionPolicyBinding', own, { policyName: own, validationActions: ['Warn'], paramRef }),
      beta('MutatingAdmissionPolicy', own, {
        ...{ ...spec, failurePolicy: 'Fail', reinvocationPolicy: 'Never' },
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: annotate(own) } }],
      }),
      beta('MutatingAdmissionPolicyBinding', own, { policyName: own, paramRef }),
      { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } },
    ];
  });
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { wave: name } } },
    documents,
    probe: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe', namespace: name } },
    isInForce: (answered, warnings) =>
      kinds.every(({ own }) => {
        const annotation = stringAt(answered, 'metadata', 'annotations', own);
        return annotation === name && warnings.some((each) => each.includes(`${own} is in force`));
      }),
  };
}

function constraintsOf(wave: string): JsonObject {
  return {
    namespaceSelector: { matchLabels: { wave } },
    resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
  };
}

function annotate(name: string): string {
  return `Object{metadata: Object.metadata{annotations: {'${name}': params.metadata.name}}}`;
}

function beta(kind: string, name: string, spec: JsonObject): JsonObject {
  return { ...document(kind, name, spec), apiVersion: 'admissionregistration.k8s.io/v1beta1' };
}

/** An object as it would be created, without what a server draws by lot or takes from the clock. */
export function withoutChance(object: JsonObject): JsonObject {
  const metadata = without(objectAt(object, 'metadata') ?? {}, 'uid', 'creationTimestamp', 'managedFields');
  const text = JSON.stringify({ ...object, metadata }).replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access');
  const parsed: unknown = JSON.parse(text);
  return isObject(parsed) ? parsed : {};
}
