// Package v1 holds the Namespace that CEL reads as `namespaceObject`, and what apiserver says of service accounts.
package v1

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// FinalizerName is a finalizer.
type FinalizerName string

// NamespacePhase is where a Namespace is in its life.
type NamespacePhase string

// NamespaceSpec is what a Namespace is asked to be.
type NamespaceSpec struct {
	Finalizers []FinalizerName `json:"finalizers,omitempty"`
}

// NamespaceStatus is what a Namespace is.
type NamespaceStatus struct {
	Phase NamespacePhase `json:"phase,omitempty"`
}

// Namespace is a namespace.
type Namespace struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              NamespaceSpec   `json:"spec,omitempty"`
	Status            NamespaceStatus `json:"status,omitempty"`
}

// DeepCopyObject copies.
func (in *Namespace) DeepCopyObject() runtime.Object {
	out := &Namespace{TypeMeta: in.TypeMeta, Spec: in.Spec, Status: in.Status}
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Spec.Finalizers = slices.Clone(in.Spec.Finalizers)
	return out
}

// SecretType is what a Secret is for.
type SecretType string

// What apiserver looks for in the token of a service account.
const (
	SecretTypeServiceAccountToken SecretType = "kubernetes.io/service-account-token"
	ServiceAccountNameKey                    = "kubernetes.io/service-account.name"
	ServiceAccountUIDKey                     = "kubernetes.io/service-account.uid"
)

// Secret is a Secret without what is secret.
type Secret struct {
	metav1.ObjectMeta
	Type SecretType
}

// ServiceAccount is a service account.
type ServiceAccount struct{ metav1.ObjectMeta }
