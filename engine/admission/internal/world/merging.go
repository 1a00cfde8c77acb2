package world

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
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
	schemas, _, err := w.Schemas(of)
	if err != nil {
		return nil, err
	}
	return managedfields.NewTypeConverter(schemas, false)
}
