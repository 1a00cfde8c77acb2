package modern

import (
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

// converters say how objects merge: built-in kinds by the schema of the API that kustomize's library carries, so that
// containers merge by name, and fields newer than it are kept; others as plain JSON, where lists are replaced.
type converters struct{}

// GetTypeConverter gives the rules for a kind.
func (converters) GetTypeConverter(kind schema.GroupVersionKind) managedfields.TypeConverter {
	known := builtIn()
	if known.converter != nil && known.kinds[kind] {
		return known.converter
	}
	return managedfields.NewDeducedTypeConverter()
}

type builtInKinds struct {
	converter managedfields.TypeConverter
	kinds     map[schema.GroupVersionKind]bool
}

var builtIn = sync.OnceValue(func() builtInKinds {
	definitions := map[string]*spec.Schema{}
	found := builtInKinds{kinds: map[schema.GroupVersionKind]bool{}}
	for name, definition := range openapi.Schema().Definitions {
		definitions[name] = &definition
		for _, kind := range kindsOf(definition) {
			found.kinds[kind] = true
		}
	}
	converter, err := managedfields.NewTypeConverter(definitions, true)
	if err != nil {
		return builtInKinds{}
	}
	found.converter = converter
	return found
})

// kindsOf reads the kinds that a definition says it is of.
func kindsOf(definition spec.Schema) []schema.GroupVersionKind {
	named, _ := definition.Extensions["x-kubernetes-group-version-kind"].([]any)
	var kinds []schema.GroupVersionKind
	for _, each := range named {
		if each, ok := each.(map[string]any); ok {
			word := func(name string) string {
				text, _ := each[name].(string)
				return text
			}
			kinds = append(kinds, schema.GroupVersionKind{Group: word("group"), Version: word("version"), Kind: word("kind")})
		}
	}
	return kinds
}
