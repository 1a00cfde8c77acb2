import type { JsonObject } from '../../src/core/model/json.ts';

/** A policy whose types are checked. */
interface TypeSample {
  readonly name: string;
  readonly rules: readonly JsonObject[];
  readonly expression: string;
  readonly messageExpression?: string;
  readonly variables?: readonly JsonObject[];
  readonly paramKind?: JsonObject;
  /** The expression is right and works, and the controller warns all the same. */
  readonly isDoubtedWrongly?: true;
}

/** A custom kind with what schemas can leave open. */
export const definition: JsonObject = {
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: 'widgets.shop.example' },
  spec: {
    ...{ group: 'shop.example', scope: 'Namespaced' },
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  size: { type: 'integer' },
                  names: { type: 'array', items: { type: 'string' } },
                  port: { 'x-kubernetes-int-or-string': true },
                  until: { type: 'string', format: 'date-time' },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const over = (group: string, ...resources: readonly string[]): JsonObject => ({
  ...{ apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources },
});
const deployments = over('apps', 'deployments');
const pods = over('', 'pods');
const widgets = over('shop.example', 'widgets');
const widgetParam = { apiVersion: 'shop.example/v1', kind: 'Widget' };

export const samples: readonly TypeSample[] = [
  { name: 'right', rules: [deployments], expression: 'object.spec.replicas > 1 && oldObject != null' },
  { name: 'typo', rules: [deployments], expression: 'object.spec.replicsa > 1' },
  { name: 'typo-in-list', rules: [pods], expression: "object.spec.containers.all(c, c.imagee != '')" },
  { name: 'typo-in-old-object', rules: [pods], expression: 'oldObject.spek == null' },
  { name: 'wrong-type', rules: [deployments], expression: "object.spec.replicas == 'three'" },
  { name: 'object-as-text', rules: [deployments], expression: "object.spec == 'three'" },
  { name: 'number-as-label', rules: [deployments], expression: "object.metadata.labels['a'] == 1" },
  { name: 'two-faults', rules: [deployments], expression: 'object.spek == null || object.metadata.nam == null' },
  { name: 'two-rules', rules: [deployments, pods], expression: 'object.spec.replicas > 1' },
  { name: 'both-rules', rules: [over('apps', 'statefulsets', 'deployments'), pods], expression: 'object.spek == null' },
  { name: 'message', rules: [deployments], expression: 'true', messageExpression: "'has ' + object.spec.replicas" },
  {
    ...{ name: 'variable', rules: [deployments], expression: "variables.count == 'a'" },
    variables: [{ name: 'count', expression: 'object.spec.replicas' }],
  },
  {
    ...{ name: 'misfit-variable', rules: [deployments], expression: "variables.count == 'a'" },
    variables: [{ name: 'count', expression: 'object.spek.replicas' }],
  },
  { name: 'custom', rules: [widgets], expression: "object.spec.size > 1 && object.metadata.labels['a'] == 'b'" },
  { name: 'custom-typo', rules: [widgets], expression: "object.spec.sise > 1 && object.spec.names == ['a']" },
  { name: 'custom-type', rules: [widgets], expression: 'object.spec.names.exists(n, n == 1)' },
  { name: 'custom-port', rules: [widgets], expression: "object.spec.port == 1 || object.spec.port == 'a'" },
  { name: 'param', rules: [deployments], paramKind: widgetParam, expression: 'object.spec.replicas < params.spec.size' },
  { name: 'param-typo', rules: [pods], paramKind: widgetParam, expression: 'params.spec.sise > 1' },
  {
    ...{ name: 'param-config-map', rules: [over('', 'configmaps')], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
    expression: "object.data['a'] == params.dat['a']",
  },
  { name: 'any-group', rules: [{ ...deployments, apiGroups: ['*'] }], expression: 'object.spek == null' },
  { name: 'any-resource', rules: [over('apps', '*')], expression: 'object.spek == null' },
  { name: 'subresource', rules: [over('apps', 'deployments/scale')], expression: 'object.spek == null' },
  { name: 'not-served', rules: [over('gone.example', 'ghosts')], expression: 'object.spek == null' },
  { name: 'port', rules: [over('', 'services')], expression: "object.spec.ports.all(p, p.targetPort == 'http')" },
  {
    ...{ name: 'quantity', rules: [pods], isDoubtedWrongly: true },
    expression: "object.spec.containers.all(c, c.resources.limits.cpu == '1')",
  },
  { name: 'bytes', rules: [over('', 'secrets')], expression: "object.data['a'] == 'YQ=='", isDoubtedWrongly: true },
  { name: 'time', rules: [pods], expression: "object.metadata.creationTimestamp != ''", isDoubtedWrongly: true },
  { name: 'open', rules: [widgets], expression: 'object.spec.free.x == 1', isDoubtedWrongly: true },
  {
    ...{ name: 'authorizer', rules: [pods], isDoubtedWrongly: true },
    expression: "authorizer.requestResource.check('get').allowed()",
  },
];

/** The policy of a sample. */
export function typePolicy({ name, rules, expression, messageExpression, variables, paramKind }: TypeSample): JsonObject {
  return {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name } },
    spec: {
      matchConstraints: { resourceRules: rules },
      validations: [{ expression, ...(messageExpression !== undefined && { messageExpression }) }],
      ...(variables && { variables }),
      ...(paramKind && { paramKind }),
    },
  };
}
