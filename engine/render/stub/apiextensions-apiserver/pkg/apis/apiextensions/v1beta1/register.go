// Package v1beta1 stands in for the API types of CustomResourceDefinitions: Helm only registers that they exist.
package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// AddToScheme makes the group version known.
func AddToScheme(scheme *runtime.Scheme) error {
	version := schema.GroupVersion{Group: "apiextensions.k8s.io", Version: "v1beta1"}
	scheme.AddKnownTypeWithName(version.WithKind("Status"), &metav1.Status{})
	return nil
}
