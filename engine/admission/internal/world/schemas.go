package world

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/contract"
)

// Schemas are the kind's fields as OpenAPI has them, by the names of their types, and the name of the kind's own: from
// the API's own types, or from the kind's CustomResourceDefinition. Unknown when there is neither.
func (w *World) Schemas(of schema.GroupVersionKind) (map[string]*spec.Schema, string, error) {
	if shape.BuiltIn().Has(of) {
		return shape.BuiltIn().Schemas(of)
	}
	own, ok := w.schemaOf(of)
	if !ok {
		return nil, "", &Unknown{Reason: fmt.Sprintf("needs the CustomResourceDefinition of %s", of.Kind)}
	}
	all, metadata := shape.BuiltIn().MetadataSchemas()
	properties := contract.Object{"apiVersion": contract.Object{"type": "string"}, "kind": contract.Object{"type": "string"}}
	given, _ := own["properties"].(contract.Object)
	for name, property := range given {
		properties[name] = property
	}
	properties["metadata"] = contract.Object{"$ref": shape.ReferencePrefix + metadata}
	all["custom"] = contract.Object{
		"type": "object", "properties": properties,
		"x-kubernetes-group-version-kind": []any{contract.Object{"group": of.Group, "version": of.Version, "kind": of.Kind}},
	}
	schemas, err := shape.Decode(all)
	return schemas, "custom", err
}

// schemaOf is what the kind's CustomResourceDefinition says of its fields.
func (w *World) schemaOf(of schema.GroupVersionKind) (contract.Object, bool) {
	for _, definition := range w.objects[schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}] {
		spec, _ := definition["spec"].(contract.Object)
		names, _ := spec["names"].(contract.Object)
		if text(spec["group"]) != of.Group || text(names["kind"]) != of.Kind {
			continue
		}
		versions, _ := spec["versions"].([]any)
		for _, each := range versions {
			version, _ := each.(contract.Object)
			holder, _ := version["schema"].(contract.Object)
			if own, ok := holder["openAPIV3Schema"].(contract.Object); ok && text(version["name"]) == of.Version {
				return own, true
			}
		}
	}
	return nil, false
}
