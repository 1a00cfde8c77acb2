// Package scheme stands in for client-go's: it knows the group versions of its Kubernetes release and no types. Helm makes
// `.Capabilities.APIVersions` of them.
package scheme

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// groupVersions are those of client-go v0.37.1 (`kubernetes/scheme`, AllKnownTypes).
const groupVersions = `
	admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1alpha1
	admissionregistration.k8s.io/v1beta1 apps/v1 apps/v1beta1 apps/v1beta2 authentication.k8s.io/v1
	authentication.k8s.io/v1alpha1 authentication.k8s.io/v1beta1 authorization.k8s.io/v1
	authorization.k8s.io/v1beta1 autoscaling/v1 autoscaling/v2 batch/v1 batch/v1beta1
	certificates.k8s.io/v1 certificates.k8s.io/v1alpha1 certificates.k8s.io/v1beta1
	coordination.k8s.io/v1 coordination.k8s.io/v1alpha2 coordination.k8s.io/v1beta1 discovery.k8s.io/v1
	discovery.k8s.io/v1beta1 events.k8s.io/v1 events.k8s.io/v1beta1 extensions/v1beta1
	flowcontrol.apiserver.k8s.io/v1 flowcontrol.apiserver.k8s.io/v1beta1
	flowcontrol.apiserver.k8s.io/v1beta2 flowcontrol.apiserver.k8s.io/v1beta3
	internal.apiserver.k8s.io/v1alpha1 lifecycle.k8s.io/v1alpha1 networking.k8s.io/v1
	networking.k8s.io/v1beta1 node.k8s.io/v1 node.k8s.io/v1alpha1 node.k8s.io/v1beta1 policy/v1
	policy/v1beta1 rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1alpha1
	rbac.authorization.k8s.io/v1beta1 resource.k8s.io/v1 resource.k8s.io/v1alpha3
	resource.k8s.io/v1beta1 resource.k8s.io/v1beta2 scheduling.k8s.io/v1 scheduling.k8s.io/v1alpha3
	scheduling.k8s.io/v1beta1 storage.k8s.io/v1 storage.k8s.io/v1alpha1 storage.k8s.io/v1beta1
	storagemigration.k8s.io/v1 storagemigration.k8s.io/v1beta1 v1
`

// Scheme holds one type in every group version, so that the version counts as known.
var Scheme = runtime.NewScheme()

func init() {
	for _, each := range strings.Fields(groupVersions) {
		version, err := schema.ParseGroupVersion(each)
		if err != nil {
			panic(err)
		}
		Scheme.AddKnownTypeWithName(version.WithKind("Status"), &metav1.Status{})
	}
}
