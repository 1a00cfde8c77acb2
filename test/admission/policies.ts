import type { JsonObject } from '../../src/core/model/json.ts';
import type { Random } from '../surface/random.ts';

/** A policy with its bindings, which apply to objects labelled with the policy's name only. */
export interface PolicySample {
  readonly name: string;
  readonly policy: JsonObject;
  readonly bindings: readonly JsonObject[];
}

/** Conditions over any object; some fail to evaluate on some. */
const expressions = [
  'object.spec.replicas <= 3',
  '!has(object.spec) || !has(object.spec.replicas) || object.spec.replicas > 0',
  "object.metadata.labels['team'] == 'shop'",
  "has(object.metadata.annotations) && object.metadata.annotations.owner == 'ann'",
  "!('absent' in object.metadata.labels)",
  "object.spec.template.spec.containers.all(c, c.image.startsWith('registry.example.com/'))",
  "object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'IfNotPresent')",
  "object.spec.template.spec.containers.exists(c, has(c.resources.limits) && quantity(c.resources.limits.memory).isGreaterThan(quantity('1Gi')))",
  "object.spec.template.spec.containers.all(c, !has(c.resources.limits) || c.resources.limits.memory == '1Gi')",
  'object.spec.template.spec.containers.all(c, !has(c.resources.requests))',
  'object.spec.template.spec.containers.all(c, has(c.securityContext) && c.securityContext.privileged == false)',
  'object.spec.template.spec.containers.all(c, !has(c.securityContext) || has(c.securityContext.privileged))',
  "object.spec.template.spec.containers.all(c, c.terminationMessagePath == '/dev/termination-log')",
  'object.spec.template.spec.containers.all(c, !has(c.readinessProbe) || c.readinessProbe.failureThreshold == 3)',
  'object.spec.template.spec.containers.all(c, !has(c.env) || c.env.all(e, has(e.value)))',
  'has(object.spec.template.spec.hostNetwork)',
  'has(object.spec.template.spec.serviceAccount)',
  'has(object.spec.template.spec.securityContext)',
  '!has(object.spec.template.spec.volumes) || object.spec.template.spec.volumes.exists(v, has(v.emptyDir))',
  "object.spec.strategy.rollingUpdate.maxSurge == '25%'",
  'has(object.spec.paused)',
  'object.spec.revisionHistoryLimit == 10 && object.spec.progressDeadlineSeconds == 600',
  'has(object.status) && size(object.status) == 0',
  "object.status.phase == 'Pending' && object.status.qosClass == 'Burstable'",
  "object.spec.serviceAccountName == 'default' && object.spec.serviceAccount == 'default'",
  "object.spec.tolerations.exists(t, t.key == 'node.kubernetes.io/not-ready' && t.tolerationSeconds == 300)",
  'object.spec.volumes.all(v, !has(v.projected))',
  'object.spec.volumes[size(object.spec.volumes) - 1].projected.sources.size() == 3',
  'object.spec.containers.all(c, has(c.volumeMounts) && c.volumeMounts.exists(m, m.readOnly))',
  'object.spec.priority == 0 && has(object.spec.preemptionPolicy)',
  'object.spec.containers.all(c, !has(c.resources.limits) || has(c.resources.requests))',
  'object.spec.enableServiceLinks && has(object.spec.securityContext)',
  '!object.spec.hostNetwork || object.spec.containers.all(c, !has(c.ports) || c.ports.all(p, p.hostPort == p.containerPort))',
  "object.spec.concurrencyPolicy == 'Allow' && object.spec.suspend == false",
  "object.spec.jobTemplate.spec.template.spec.restartPolicy == 'Never'",
  'has(object.spec.jobTemplate.spec.completions)',
  "object.spec.type in ['ClusterIP', 'NodePort']",
  "has(object.spec.externalTrafficPolicy) == (object.spec.type != 'ClusterIP')",
  'object.spec.ports.all(p, p.targetPort == p.port)',
  "object.spec.ports.all(p, type(p.targetPort) == int && p.protocol == 'TCP')",
  'has(object.spec.sessionAffinityConfig)',
  "isQuantity(object.data.size) && quantity(object.data.size).isLessThan(quantity('1Gi'))",
  "isURL(object.data.host) && url(object.data.host).getScheme() == 'https'",
  "isIP(object.data.ip) && cidr('10.0.0.0/8').containsIP(object.data.ip)",
  "object.data.all(k, k.matches('^[a-z]+$'))",
  'size(object.data) > 0',
  "object.?data.size.orValue('none') != 'none'",
  "sets.contains(['shop', 'lab'], [object.metadata.labels.team])",
  'format.dns1123Label().validate(object.metadata.name).hasValue() == false',
  "object.kind == 'Deployment' && object.apiVersion == 'apps/v1'",
  "request.operation == 'CREATE' && request.name == object.metadata.name && request.namespace == object.metadata.namespace",
  "request.kind.kind == object.kind && request.resource.resource != ''",
  "request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups",
  "request.userInfo.username.startsWith('system:serviceaccount:')",
  'oldObject == null && request.dryRun in [true, false]',
  "namespaceObject.metadata.labels['env'] == 'prod'",
  "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == object.metadata.namespace",
  "namespaceObject.status.phase == 'Active' && 'kubernetes' in namespaceObject.spec.finalizers",
  "variables.images.all(i, i.contains(':'))",
  'variables.count < 2',
  'variables.broken == 1 || variables.count == 1',
  '1 / (size(object.metadata.name) - size(object.metadata.name)) == 1',
  'object.metadata.labels.transformMapEntry(k, v, {v: k}).size() >= 0',
  "semver('1.2.3').isGreaterThan(semver('1.0.0')) && has(object.metadata.uid)",
] as const;

const variables = [
  { name: 'containers', expression: 'has(object.spec.template) ? object.spec.template.spec.containers : []' },
  { name: 'images', expression: 'variables.containers.map(c, c.image)' },
  { name: 'count', expression: 'variables.containers.size()' },
  { name: 'broken', expression: "int(object.metadata.labels['absent'])" },
] as const;

const messages: readonly JsonObject[] = [
  {},
  { message: 'a fixed message ' },
  { messageExpression: "'it is ' + object.metadata.name + ' in ' + namespaceObject.metadata.name" },
  { messageExpression: "string(object.metadata.labels['absent'])", message: 'the expression failed' },
  { messageExpression: "'two\\nlines'", message: 'one line' },
  { messageExpression: "'   '" },
  { message: 'forbidden', reason: 'Forbidden' },
];

const conditions: readonly JsonObject[] = [
  { name: 'yes', expression: 'true' },
  { name: 'kind', expression: "object.kind != 'Service'" },
  { name: 'error', expression: "object.metadata.labels['absent'] == 'x'" },
  { name: 'namespace', expression: "namespaceObject.metadata.labels['env'] == 'prod'" },
  { name: 'user', expression: "request.userInfo.username != 'nobody'" },
];

const actions = [['Deny'], ['Deny'], ['Warn'], ['Audit'], ['Deny', 'Audit'], ['Warn', 'Audit']] as const;
const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] };
const rules: readonly JsonObject[] = [
  everything,
  { ...everything, operations: ['*'], scope: 'Namespaced' },
  { ...everything, apiGroups: ['apps', 'batch'], apiVersions: ['v1'], resources: ['deployments', 'cronjobs'] },
  { ...everything, apiGroups: [''], apiVersions: ['v1'], resources: ['services', 'configmaps'] },
];

/** A policy of one to three validations over the objects that carry its name as label `case`. */
export function makePolicy(random: Random, name: string): PolicySample {
  const count = random.pick([1, 1, 2, 3]);
  const validations = Array.from({ length: count }, () => ({
    expression: random.pick(expressions),
    ...random.pick(messages),
  }));
  const asksParameter = random.isLikely(0.2);
  const spec: JsonObject = {
    ...(random.isLikely(0.6) && { failurePolicy: random.pick(['Fail', 'Ignore']) }),
    ...(asksParameter && { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    matchConstraints: {
      objectSelector: { matchLabels: { case: name } },
      resourceRules: [random.pick(rules)],
      ...(random.isLikely(0.2) && {
        excludeResourceRules: [{ ...everything, apiGroups: [''], resources: ['services'] }],
      }),
      ...(random.isLikely(0.2) && {
        namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['prod'] }] },
      }),
    },
    ...(random.isLikely(0.3) && { matchConditions: [random.pick(conditions)] }),
    variables,
    validations: asksParameter ? [...validations, { expression: "params.data.max != '0'" }] : validations,
    ...(random.isLikely(0.2) && {
      auditAnnotations: [
        { key: 'note', valueExpression: random.pick(["'seen'", "string(object.metadata.labels['absent'])", 'null']) },
      ],
    }),
  };
  return { name, policy: document('ValidatingAdmissionPolicy', name, spec), bindings: makeBindings(random, name) };
}

function makeBindings(random: Random, name: string): readonly JsonObject[] {
  const binding = (suffix: string): JsonObject =>
    document('ValidatingAdmissionPolicyBinding', `${name}-${suffix}`, {
      policyName: name,
      validationActions: random.pick(actions),
      ...(random.isLikely(0.8) && { paramRef: random.pick(parameters) }),
      ...(random.isLikely(0.2) && {
        matchResources: { namespaceSelector: { matchLabels: { env: random.pick(['prod', 'dev']) } } },
      }),
    });
  return random.isLikely(0.2) ? [binding('a'), binding('b')] : [binding('a')];
}

const parameters: readonly JsonObject[] = [
  { name: 'limits', namespace: 'parameters', parameterNotFoundAction: 'Deny' },
  { selector: { matchLabels: { limits: 'true' } }, namespace: 'parameters', parameterNotFoundAction: 'Deny' },
  { name: 'limits', parameterNotFoundAction: 'Deny' },
  { name: 'absent', namespace: 'parameters', parameterNotFoundAction: 'Allow' },
];

/** A document of the policies' own group. */
export function document(kind: string, name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec };
}
