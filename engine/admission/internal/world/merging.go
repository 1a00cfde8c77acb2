package world

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"

	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/contract"
)

// Converter knows how objects of a kind are merged: by the API's own types, or by the kind's CustomResourceDefinition.
// Unknown when there is neither.
func (w *World) Converter(of schema.GroupVersionKind) (managedfields.TypeConverter, error) {
	if known, ok := w.converters[of]; ok {
		return known, nil
	}
	made, err := w.makeConverter(of)
	if err == nil {
		w.converters[of] = made
	}
	return made, err
}

func (w *World) makeConverter(of schema.GroupVersionKind) (managedfields.TypeConverter, error) {
	if shape.BuiltIn().Has(of) {
		schemas, err := shape.BuiltIn().Schemas(of)
		if err != nil {
			return nil, err
		}
		return managedfields.NewTypeConverter(schemas, false)
	}
	own, ok := w.schemaOf(of)
	if !ok {
		return nil, &Unknown{Reason: fmt.Sprintf("needs the CustomResourceDefinition of %s", of.Kind)}
	}
	all, metadata := shape.BuiltIn().MetadataSchemas()
	properties := contract.Object{"apiVersion": contract.Object{"type": "string"}, "kind": contract.Object{"type": "string"}}
	given, _ := own["properties"].(contract.Object)
	for name, property := range given {
		properties[name] = property
	}
	properties["metadata"] = contract.Object{"$ref": "#/components/schemas/" + metadata}
	all["custom"] = contract.Object{
		"type": "object", "properties": properties,
		"x-kubernetes-group-version-kind": []any{contract.Object{"group": of.Group, "version": of.Version, "kind": of.Kind}},
	}
	schemas, err := shape.Decode(all)
	if err != nil {
		return nil, err
	}
	return managedfields.NewTypeConverter(schemas, false)
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
