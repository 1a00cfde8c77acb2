import type { Json } from '../../src/core/model/json.ts';
import type { Random } from './random.ts';

/** What OpenAPI does not say of a field, by `Type.field`; a list gives values to choose from. */
export type Hint = readonly Json[] | 'skip';

const label = { app: 'surface' };
const selector = { matchLabels: label };
const neverAsked = ['none.example.com'];

/**
 * Facts of Kubernetes' validation that no answer of the server would teach, and values that keep the test's own cluster
 * alive: webhooks and policies that match nothing, few replicas, names of things that are there.
 */
const hints: Readonly<Record<string, Hint>> = {
  // A selector must choose the template's pods.
  'DeploymentSpec.selector': [selector],
  'ReplicaSetSpec.selector': [selector],
  'StatefulSetSpec.selector': [selector],
  'DaemonSetSpec.selector': [selector],
  'ReplicationControllerSpec.selector': [label],
  // Jobs choose their own selector unless told otherwise.
  'JobSpec.selector': 'skip',
  'JobSpec.manualSelector': 'skip',
  // Without completions kube-apiserver 1.34 panics in validateSuccessPolicyRule instead of answering.
  'JobSpec.successPolicy': 'skip',
  // A Job that ends may clear itself away under the test's hands.
  'JobSpec.ttlSecondsAfterFinished': [3600],
  'JobSpec.activeDeadlineSeconds': [3600],
  'JobSpec.managedBy': ['example.com/nobody'],
  'JobSpec.completions': [1, 2],
  // What admission looks up.
  'ObjectMeta.labels': [label],
  'PersistentVolumeClaimSpec.resources': [{ requests: { storage: '1024Mi' } }, { requests: { storage: '1.5Gi' } }],
  'PodSpec.serviceAccountName': ['default'],
  'PodSpec.serviceAccount': 'skip',
  'PodSpec.priorityClassName': 'skip',
  'PodSpec.priority': 'skip',
  'PodSpec.preemptionPolicy': ['PreemptLowerPriority'],
  'PodSpec.runtimeClassName': 'skip',
  'PodSpec.overhead': 'skip',
  'PodSpec.nodeName': 'skip',
  // Nothing of this test need run.
  'PodSpec.nodeSelector': [{ 'example.com/nowhere': 'true' }],
  'PodSpec.ephemeralContainers': 'skip',
  'Container.image': ['registry.example/web', 'registry.example/web:1.2', 'registry.example/web:latest'],
  'ContainerPort.containerPort': [8080],
  'ContainerPort.hostPort': [8080, 0],
  'EnvVar.name': ['MODE', 'LEVEL', 'a.dotted.name'],
  'PersistentVolumeSpec.claimRef': 'skip',
  'PersistentVolumeClaim.apiVersion': ['v1'],
  'PersistentVolumeClaim.kind': ['PersistentVolumeClaim'],
  'PersistentVolumeSpec.capacity': [{ storage: '1024Mi' }, { storage: 1073741824 }, { storage: '1.5Gi' }],
  'VolumeResourceRequirements.requests': [{ storage: '1024Mi' }, { storage: 1073741824 }, { storage: '1.5Gi' }],
  'VolumeResourceRequirements.limits': 'skip',
  'CrossVersionObjectReference.apiVersion': ['apps/v1'],
  'CrossVersionObjectReference.kind': ['Deployment'],
  'CrossVersionObjectReference.name': ['surface'],
  'CronJobSpec.schedule': ['0 0 1 1 *', '@yearly'],
  'CronJobSpec.timeZone': ['Etc/UTC'],
  'Event.type': ['Normal', 'Warning'],
  'Event.deprecatedCount': 'skip',
  'Event.deprecatedFirstTimestamp': 'skip',
  'Event.deprecatedLastTimestamp': 'skip',
  'Event.deprecatedSource': 'skip',
  'Toleration.tolerationSeconds': 'skip',
  'ServiceSpec.loadBalancerSourceRanges': [['10.20.0.0/16']],
  'APIServiceSpec.group': ['surface.example.com'],
  'APIServiceSpec.version': ['v1'],
  'CustomResourceDefinitionNames.shortNames': 'skip',
  'CustomResourceDefinitionSpec.group': ['surface.example.com'],
  'ResourceSliceSpec.allNodes': [true],
  'ResourceSliceSpec.nodeName': 'skip',
  'ResourceSliceSpec.nodeSelector': 'skip',
  'ResourceSliceSpec.perDeviceNodeSelection': 'skip',
  'ResourceSliceSpec.driver': ['driver.example.com'],
  'ResourcePool.name': ['pool'],
  'ResourcePool.resourceSliceCount': [1],
  'PersistentVolumeClaimSpec.volumeName': 'skip',
  'PersistentVolumeClaimSpec.dataSource': 'skip',
  'PersistentVolumeClaimSpec.dataSourceRef': 'skip',
  // Nothing of this test may wait for a webhook, a policy or a delegate.
  'RuleWithOperations.apiGroups': [neverAsked],
  'NamedRuleWithOperations.apiGroups': [neverAsked],
  'RuleWithOperations.operations': [['CREATE'], ['CREATE', 'UPDATE']],
  'NamedRuleWithOperations.operations': [['CREATE'], ['CREATE', 'UPDATE']],
  'RuleWithOperations.resources': [['things'], ['things', 'things/status']],
  'NamedRuleWithOperations.resources': [['things'], ['things', 'things/status']],
  'WebhookClientConfig.url': 'skip',
  'WebhookClientConfig.caBundle': 'skip',
  'MutatingWebhook.name': ['one.example.com', 'two.example.com'],
  'ValidatingWebhook.name': ['one.example.com', 'two.example.com'],
  'MutatingWebhook.admissionReviewVersions': [['v1'], ['v1', 'v1beta1']],
  'ValidatingWebhook.admissionReviewVersions': [['v1'], ['v1', 'v1beta1']],
  'MutatingWebhook.sideEffects': ['None', 'NoneOnDryRun'],
  'ValidatingWebhook.sideEffects': ['None', 'NoneOnDryRun'],
  'MatchCondition.expression': ['true', 'object.metadata.name != "x"'],
  'Validation.expression': ['true', 'object.metadata.name != "x"'],
  'Validation.messageExpression': ['"no"'],
  'AuditAnnotation.valueExpression': ['"yes"'],
  'Variable.expression': ['1 + 1'],
  'Variable.name': ['two', 'other'],
  'ParamKind.apiVersion': ['v1'],
  'ParamKind.kind': ['ConfigMap'],
  'ValidatingAdmissionPolicyBindingSpec.policyName': ['surface'],
  'APIServiceSpec.service': 'skip',
  'APIServiceSpec.caBundle': 'skip',
  'APIServiceSpec.insecureSkipTLSVerify': 'skip',
  'APIServiceSpec.groupPriorityMinimum': [100],
  'APIServiceSpec.versionPriority': [15],
  'ServiceSpec.externalName': 'skip',
  'ServiceSpec.clusterIP': ['None'],
  'ServiceSpec.clusterIPs': 'skip',
  'ServiceSpec.healthCheckNodePort': 'skip',
  'ServiceSpec.ipFamilies': [['IPv4']],
  'ServiceSpec.ipFamilyPolicy': ['SingleStack', 'PreferDualStack'],
  'ServicePort.nodePort': 'skip',
  'ServicePort.targetPort': ['http', 8080, 0],
  // No real group or version may be hidden by a definition of the test.
  'CustomResourceDefinitionSpec.versions': [
    [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 0, default: 1 },
                  port: { 'x-kubernetes-int-or-string': true },
                  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  list: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      },
    ],
    [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  ],
  'CustomResourceDefinitionSpec.conversion': [{ strategy: 'None' }],
  'CustomResourceDefinitionSpec.preserveUnknownFields': [false],
  'CertificateSigningRequestSpec.request': [
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlHUk1FVUNBUUF3RWpFUU1BNEdBMVVFQXd3SGMzVnlabUZqWlRBcU1BVUdBeXRsY0FNaEFLUHJYaC9hMGp3ZApVemhiZWpGMXBtWk5FZXNRSThSR0ZzU2VtUC9lcTBINm9BQXdCUVlESzJWd0EwRUFrdWRtMTVCU2NnUWdLRmxmCldQK2h0eDNxeno3b1BySkszOXFZTkV1NzZyUzd5dkxXZVNMMVVoanNkM1g0NXlnWGw5L0lCbENmQ1FURndCbWUKR3I0NENRPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==',
  ],
  'CertificateSigningRequestSpec.extra': 'skip',
  'CertificateSigningRequestSpec.groups': 'skip',
  'CertificateSigningRequestSpec.uid': 'skip',
  'CertificateSigningRequestSpec.username': 'skip',
  'CertificateSigningRequestSpec.signerName': ['example.com/nobody'],
  'CertificateSigningRequestSpec.usages': [['client auth'], ['digital signature', 'client auth']],
  'NonResourcePolicyRule.verbs': [['get'], ['get', 'head']],
  'NonResourcePolicyRule.nonResourceURLs': [['/healthz']],
  'ResourcePolicyRule.verbs': [['get'], ['get', 'list']],
  'CELDeviceSelector.expression': ['true'],
  'MetricTarget.type': ['AverageValue'],
  'MetricTarget.averageValue': ['1500m', '2'],
  'MetricTarget.averageUtilization': 'skip',
  'MetricTarget.value': 'skip',
  'VolumeAttachmentSpec.source': [{ persistentVolumeName: 'surface' }],
  'VolumeAttachmentSpec.attacher': ['driver.example.com'],
  'LabelSelectorRequirement.operator': ['Exists'],
  'LabelSelectorRequirement.values': 'skip',
  'NodeSelectorRequirement.operator': ['Exists'],
  'NodeSelectorRequirement.values': 'skip',
  'Toleration.operator': ['Exists'],
  'Toleration.value': 'skip',
  'PolicyRule.nonResourceURLs': 'skip',
  'PolicyRule.verbs': [['get'], ['get', 'list']],
  'PolicyRule.apiGroups': [[''], ['apps', '']],
  'PolicyRule.resources': [['configmaps'], ['pods', 'pods/log']],
  'PriorityClass.value': [1000, 0],
  'PriorityClass.globalDefault': [false],
  'Namespace.spec': 'skip',
  'NamespaceSpec.finalizers': 'skip',
  'NodeSpec.configSource': 'skip',
  'NodeSpec.taints': 'skip',
  'NodeSpec.podCIDRs': 'skip',
  'NodeSpec.podCIDR': 'skip',
  'ServiceCIDRSpec.cidrs': [['192.168.0.0/24'], ['2001:db8::/64']],
  'IPAddressSpec.parentRef': [{ group: '', resource: 'services', namespace: 'default', name: 'kubernetes' }],
  'LeaseSpec.strategy': 'skip',
  'LeaseSpec.preferredHolder': 'skip',
  'Event.involvedObject': [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: '{namespace}' }],
  'Event.regarding': [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: '{namespace}' }],
  'PriorityLevelConfigurationSpec.type': ['Limited'],
  'FlowSchemaSpec.matchingPrecedence': [9000],
  'UserSubject.name': ['nobody'],
  'GroupSubject.name': ['nobodies'],
};

/** Fields that are needed though no schema says so. */
export const always: ReadonlySet<string> = new Set([
  'PodTemplateSpec.metadata',
  'PersistentVolumeClaim.metadata',
  'PersistentVolumeClaimSpec.resources',
  'VolumeResourceRequirements.requests',
  'CronJob.spec',
  'PodSpec.nodeSelector',
  'Event.regarding',
  'Event.involvedObject',
  'ObjectReference.name',
  'LocalObjectReference.name',
  'Ingress.spec',
  'DaemonSet.spec',
  'Deployment.spec',
  'ReplicaSet.spec',
  'StatefulSet.spec',
  'ResourceSlice.spec',
  'ResourceSliceSpec.allNodes',
  'IngressSpec.defaultBackend',
  'Event.type',
  'IPAddress.spec',
  'CustomResourceDefinition.spec',
  'APIService.spec',
  'APIServiceSpec.group',
  'APIServiceSpec.version',
  'MetricTarget.averageValue',
  'CertificateSigningRequestSpec.request',
]);

/** Structs of which a server takes one member only. */
export const unions: ReadonlySet<string> = new Set([
  'Volume',
  'PersistentVolumeSpec',
  'VolumeProjection',
  'EnvVarSource',
  'EnvFromSource',
  'LifecycleHandler',
  'NetworkPolicyPeer',
  'IngressBackend',
]);

/** The hint for a field, `undefined` when the schema has to do. */
export function hintFor(key: string): Hint | undefined {
  return hints[key];
}

const texts: readonly (readonly [RegExp, readonly Json[]])[] = [
  [/cidr$/i, ['10.20.0.0/16']],
  [/(?:^|[a-z])ips?$/i, ['10.20.30.40']],
  [/iqn$/i, ['iqn.2026-01.com.example:disk']],
  [/[pP]ath$/, ['/srv/x', 'x/y']],
  [/^(?:host|hostname)$/, ['web.example.com', 'web']],
  [/key$/i, ['example.com/key', 'key']],
  [/url$/i, ['https://web.example.com/x', 'oci://web.example.com/x']],
  [/(?:interval|timeout|duration)$/i, ['90m', '1h30m']],
];

const words: readonly Json[] = [
  'surface',
  'example.com/surface',
  'a.example.com',
  '10.20.30.40',
  '/srv/x',
  '1',
  '50%',
  '10m',
];

/** Values worth trying for a string field, best first. */
export function wordsFor(field: string): readonly Json[] {
  const found = texts.find(([pattern]) => pattern.test(field))?.[1] ?? [];
  return [...found, ...words];
}

/** A value for a map's key or a plain quantity; written in forms that the server rewrites. */
export function quantity(random: Random): Json {
  return random.pick([
    '100m',
    '0.5',
    '1',
    1,
    '1000m',
    '1024Mi',
    '1.5Gi',
    '2e3',
    '0.1',
    '1500m',
    '1Gi',
    '3072Mi',
    '0.0005',
  ]);
}
