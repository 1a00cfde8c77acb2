// Package v1 holds the lister through which apiserver's matcher asks for a Namespace.
package v1

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// NamespaceLister reads Namespaces that are known.
type NamespaceLister interface {
	List(selector labels.Selector) ([]*v1.Namespace, error)
	Get(name string) (*v1.Namespace, error)
}
