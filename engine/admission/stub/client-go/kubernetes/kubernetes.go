// Package kubernetes holds the part of client-go's interface through which apiserver's matcher asks for a Namespace.
package kubernetes

import (
	"context"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Interface leads to the clients of the API groups; only the core one is asked.
type Interface interface {
	CoreV1() CoreV1Interface
}

// CoreV1Interface leads to the core group's resources.
type CoreV1Interface interface {
	Namespaces() NamespaceInterface
}

// NamespaceInterface reads one Namespace.
type NamespaceInterface interface {
	Get(ctx context.Context, name string, options metav1.GetOptions) (*v1.Namespace, error)
}
