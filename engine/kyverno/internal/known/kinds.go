package known

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
)

// Kinds knows the plural names and scopes of kinds: the question's, those of CustomResourceDefinitions at hand, the
// built-in ones; others get the plural that English would give them.
type Kinds struct {
	byKind     map[schema.GroupKind]resource
	byResource map[schema.GroupResource]string
}

type resource struct {
	plural       string
	isNamespaced bool
}

// Names of built-in kinds whose plural is not guessed right, and of those without namespace.
// https://kubernetes.io/docs/reference/kubernetes-api/
const clusterScoped = `Namespace Node PersistentVolume ComponentStatus ClusterRole.rbac.authorization.k8s.io
ClusterRoleBinding.rbac.authorization.k8s.io StorageClass.storage.k8s.io CSIDriver.storage.k8s.io CSINode.storage.k8s.io
VolumeAttachment.storage.k8s.io VolumeAttributesClass.storage.k8s.io PriorityClass.scheduling.k8s.io
RuntimeClass.node.k8s.io IngressClass.networking.k8s.io IPAddress.networking.k8s.io ServiceCIDR.networking.k8s.io
CustomResourceDefinition.apiextensions.k8s.io APIService.apiregistration.k8s.io
MutatingWebhookConfiguration.admissionregistration.k8s.io ValidatingWebhookConfiguration.admissionregistration.k8s.io
ValidatingAdmissionPolicy.admissionregistration.k8s.io ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io
MutatingAdmissionPolicy.admissionregistration.k8s.io MutatingAdmissionPolicyBinding.admissionregistration.k8s.io
CertificateSigningRequest.certificates.k8s.io ClusterTrustBundle.certificates.k8s.io FlowSchema.flowcontrol.apiserver.k8s.io
PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io DeviceClass.resource.k8s.io ResourceSlice.resource.k8s.io
TokenReview.authentication.k8s.io SelfSubjectReview.authentication.k8s.io SubjectAccessReview.authorization.k8s.io
SelfSubjectAccessReview.authorization.k8s.io SelfSubjectRulesReview.authorization.k8s.io
ClusterPolicy.kyverno.io ClusterCleanupPolicy.kyverno.io GlobalContextEntry.kyverno.io`

// newKinds takes the question's kinds and the CustomResourceDefinitions among objects.
func newKinds(kinds []contract.Kind, objects []contract.Object) *Kinds {
	k := &Kinds{byKind: map[schema.GroupKind]resource{}, byResource: map[schema.GroupResource]string{}}
	for _, each := range strings.Fields(clusterScoped) {
		kind, group, _ := strings.Cut(each, ".")
		k.add(group, kind, "", false)
	}
	k.add("", "Endpoints", "endpoints", true)
	for _, object := range objects {
		if object["kind"] == "CustomResourceDefinition" {
			k.addDefinition(object)
		}
	}
	for _, each := range kinds {
		k.add(each.Group, each.Kind, each.Plural, each.IsNamespaced)
	}
	return k
}

func (k *Kinds) addDefinition(object contract.Object) {
	spec, _ := object["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	group, _ := spec["group"].(string)
	kind, _ := names["kind"].(string)
	plural, _ := names["plural"].(string)
	if kind != "" {
		k.add(group, kind, plural, spec["scope"] != "Cluster")
	}
}

func (k *Kinds) add(group, kind, plural string, isNamespaced bool) {
	if plural == "" {
		plural = guess(kind)
	}
	k.byKind[schema.GroupKind{Group: group, Kind: kind}] = resource{plural: plural, isNamespaced: isNamespaced}
	k.byResource[schema.GroupResource{Group: group, Resource: plural}] = kind
}

func guess(kind string) string {
	plural, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Kind: kind})
	return plural.Resource
}

// Resource gives the plural name under which the API server serves a kind.
func (k *Kinds) Resource(gvk schema.GroupVersionKind) schema.GroupVersionResource {
	if found, ok := k.byKind[gvk.GroupKind()]; ok {
		return gvk.GroupVersion().WithResource(found.plural)
	}
	return gvk.GroupVersion().WithResource(guess(gvk.Kind))
}

// IsNamespaced tells whether objects of a kind have a namespace; kinds that nobody told of have one.
func (k *Kinds) IsNamespaced(group, kind string) bool {
	found, ok := k.byKind[schema.GroupKind{Group: group, Kind: kind}]
	return !ok || found.isNamespaced
}
