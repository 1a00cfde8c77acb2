import type { JsonObject } from '../../src/core/model/json.ts';

/** What one ValidatingAdmissionPolicy says beside its name. */
type Family = (index: number) => JsonObject;

const core = ['pods', 'services', 'configmaps'];

function over(apiGroup: string, resources: readonly string[]): JsonObject {
  const rule = { apiGroups: [apiGroup], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources };
  return { matchConstraints: { resourceRules: [rule] } };
}

const families: readonly Family[] = [
  (index) => ({
    ...over('apps', ['deployments']),
    validations: [{ expression: `object.spec.replicas <= ${String(1 + index)}`, message: 'too many replicas' }],
  }),
  (index) => ({
    ...over('', core),
    validations: [
      {
        expression: `has(object.metadata.labels) && 'label-${String(index)}' in object.metadata.labels`,
        messageExpression: `object.metadata.name + ' lacks label-${String(index)}'`,
      },
    ],
  }),
  (index) => ({
    ...over('apps', ['deployments']),
    variables: [{ name: 'containers', expression: 'object.spec.template.spec.containers' }],
    validations: [
      { expression: "variables.containers.all(c, c.image.startsWith('registry.example.com/'))" },
      { expression: `variables.containers.all(c, !c.image.endsWith(':v${String(index)}'))` },
    ],
  }),
  (index) => ({
    ...over('', ['pods']),
    matchConditions: [{ name: 'not-host', expression: '!has(object.spec.hostNetwork)' }],
    validations: [
      {
        expression:
          'object.spec.containers.all(c, has(c.resources) && has(c.resources.limits) && ' +
          `!quantity(c.resources.limits.memory).isGreaterThan(quantity('${String(100 * (index + 1))}Mi')))`,
      },
    ],
  }),
  (index) => ({
    ...over('', ['services']),
    validations: [
      { expression: "object.spec.type != 'LoadBalancer' || namespaceObject.metadata.labels.tier == 'front'" },
      { expression: `object.spec.ports.all(p, p.port > ${String(index)} && p.port < 9000)` },
    ],
  }),
];

/** Some ValidatingAdmissionPolicies, each with a binding. */
export function admissionPolicies(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const spec = families[index % families.length]?.(Math.floor(index / families.length)) ?? {};
    const name = `rule-${String(index)}`;
    const apiVersion = 'admissionregistration.k8s.io/v1';
    return [
      { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: { failurePolicy: 'Fail', ...spec } },
      {
        ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name } },
        spec: { policyName: name, validationActions: ['Deny'] },
      },
    ];
  }).flat();
}
