// Package kube reads fields of Kubernetes objects.
package kube

import (
	"strings"

	"plumbline.dev/engine/contract"
)

// Object is a Kubernetes object; its whole numbers are int64, as Kubernetes' own decoders make them.
type Object map[string]any

// At gives the value at a path of keys, nil where there is none.
func (o Object) At(path ...string) any {
	var value any = map[string]any(o)
	for _, key := range path {
		inside, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = inside[key]
	}
	return value
}

// Text gives the text at a path, empty where there is none.
func (o Object) Text(path ...string) string {
	text, _ := o.At(path...).(string)
	return text
}

// Map gives the object at a path, nil where there is none.
func (o Object) Map(path ...string) map[string]any {
	inside, _ := o.At(path...).(map[string]any)
	return inside
}

// List gives the list at a path, nil where there is none.
func (o Object) List(path ...string) []any {
	list, _ := o.At(path...).([]any)
	return list
}

// Texts gives the map of texts at a path, leaving out values that are none.
func (o Object) Texts(path ...string) map[string]string {
	texts := map[string]string{}
	for key, value := range o.Map(path...) {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}

// GVK is the object's kind with its group and version.
func (o Object) GVK() contract.GVK {
	group, version, hasGroup := strings.Cut(o.Text("apiVersion"), "/")
	if !hasGroup {
		group, version = "", group
	}
	return contract.GVK{Group: group, Version: version, Kind: o.Text("kind")}
}

// Name is the object's metadata.name.
func (o Object) Name() string { return o.Text("metadata", "name") }

// Namespace is the object's metadata.namespace.
func (o Object) Namespace() string { return o.Text("metadata", "namespace") }

// IsNamespace says whether the object is a Namespace.
func (o Object) IsNamespace() bool {
	kind := o.GVK()
	return kind.Group == "" && kind.Kind == "Namespace"
}

// Copy is a deep copy.
func (o Object) Copy() Object {
	if o == nil {
		return nil
	}
	copied, _ := copyValue(map[string]any(o)).(map[string]any)
	return copied
}

func copyValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		into := make(map[string]any, len(value))
		for key, each := range value {
			into[key] = copyValue(each)
		}
		return into
	case []any:
		into := make([]any, len(value))
		for i, each := range value {
			into[i] = copyValue(each)
		}
		return into
	default:
		return value
	}
}
