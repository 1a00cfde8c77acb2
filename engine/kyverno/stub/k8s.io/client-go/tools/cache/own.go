package cache

import "k8s.io/apimachinery/pkg/api/meta"

// ObjectName names an object within its kind.
type ObjectName struct{ Namespace, Name string }

// String is `namespace/name`, or the name alone.
func (n ObjectName) String() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// MetaObjectToName gives the name of an object.
func MetaObjectToName(object interface {
	GetNamespace() string
	GetName() string
}) ObjectName {
	return ObjectName{object.GetNamespace(), object.GetName()}
}

// MetaNamespaceKeyFunc gives the name of an object as text.
func MetaNamespaceKeyFunc(object interface{}) (string, error) {
	found, err := meta.Accessor(object)
	if err != nil {
		return "", err
	}
	return MetaObjectToName(found).String(), nil
}
