import { stringAt } from '../model/json.ts';
import { groupOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';

/** Tells whether objects of a kind live in a namespace. */
export interface KindScope {
  isNamespaced(object: KubeObject): boolean;
}

/**
 * Cluster-scoped kinds of Kubernetes and of the add-ons that most repositories carry, `group/Kind`
 * (`kubectl api-resources --namespaced=false`); every other kind counts as namespaced.
 */
const clusterScoped: ReadonlySet<string> = new Set(
  [
    '/ComponentStatus /Namespace /Node /PersistentVolume',
    'admissionregistration.k8s.io/MutatingAdmissionPolicy admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
    'admissionregistration.k8s.io/MutatingWebhookConfiguration admissionregistration.k8s.io/ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    'apiextensions.k8s.io/CustomResourceDefinition apiregistration.k8s.io/APIService',
    'authentication.k8s.io/SelfSubjectReview authentication.k8s.io/TokenReview',
    'authorization.k8s.io/SelfSubjectAccessReview authorization.k8s.io/SelfSubjectRulesReview',
    'authorization.k8s.io/SubjectAccessReview certificates.k8s.io/CertificateSigningRequest',
    'certificates.k8s.io/ClusterTrustBundle flowcontrol.apiserver.k8s.io/FlowSchema',
    'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration networking.k8s.io/IngressClass networking.k8s.io/IPAddress',
    'networking.k8s.io/ServiceCIDR node.k8s.io/RuntimeClass policy/PodSecurityPolicy',
    'rbac.authorization.k8s.io/ClusterRole rbac.authorization.k8s.io/ClusterRoleBinding',
    'resource.k8s.io/DeviceClass resource.k8s.io/ResourceSlice scheduling.k8s.io/PriorityClass',
    'storage.k8s.io/CSIDriver storage.k8s.io/CSINode storage.k8s.io/StorageClass storage.k8s.io/VolumeAttachment',
    'storage.k8s.io/VolumeAttributesClass snapshot.storage.k8s.io/VolumeSnapshotClass',
    'snapshot.storage.k8s.io/VolumeSnapshotContent gateway.networking.k8s.io/GatewayClass',
    'cert-manager.io/ClusterIssuer external-secrets.io/ClusterSecretStore external-secrets.io/ClusterExternalSecret',
    'kyverno.io/ClusterPolicy kyverno.io/ClusterCleanupPolicy kyverno.io/GlobalContextEntry policies.kyverno.io/ValidatingPolicy',
    'policies.kyverno.io/MutatingPolicy policies.kyverno.io/ImageValidatingPolicy policies.kyverno.io/GeneratingPolicy',
    'policies.kyverno.io/DeletingPolicy',
    'templates.gatekeeper.sh/ConstraintTemplate karpenter.sh/NodePool karpenter.sh/NodeClaim karpenter.k8s.aws/EC2NodeClass',
    'cilium.io/CiliumClusterwideNetworkPolicy crd.projectcalico.org/GlobalNetworkPolicy projectcalico.org/GlobalNetworkPolicy',
    'pkg.crossplane.io/Provider pkg.crossplane.io/Configuration apiextensions.crossplane.io/Composition',
    'apiextensions.crossplane.io/CompositeResourceDefinition operator.tigera.io/Installation',
  ].flatMap((line) => line.split(' ')),
);

/** The scopes as built in, corrected by the CustomResourceDefinitions among the objects themselves. */
export function scopeFrom(objects: readonly KubeObject[]): KindScope {
  const declared = new Map(
    objects
      .filter((each) => each.kind === 'CustomResourceDefinition')
      .map((crd) => [
        `${stringAt(crd, 'spec', 'group') ?? ''}/${stringAt(crd, 'spec', 'names', 'kind') ?? ''}`,
        stringAt(crd, 'spec', 'scope') !== 'Cluster',
      ]),
  );
  return {
    isNamespaced: (object) => {
      const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
      return declared.get(kind) ?? !clusterScoped.has(kind);
    },
  };
}
