package world

import (
	"crypto/sha256"
	"encoding/json"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"plumbline.dev/engine/admission/internal/shape"
)

// Type is what CEL's checker knows of the objects of a kind; nil of a kind whose schema is not at hand.
func (w *World) Type(of schema.GroupVersionKind) *apiservercel.DeclType {
	schemas, root, err := w.Schemas(of)
	if own, ok := w.schemaOf(of); err != nil || (ok && (own["x-kubernetes-preserve-unknown-fields"] == true || own["properties"] == nil)) {
		return nil
	}
	whole := references(schemas).resolve(*schemas[root], nil)
	made := openapi.SchemaDeclType(&whole, true)
	if made == nil || !made.IsObject() {
		return nil
	}
	return made.MaybeAssignTypeName(of.Kind)
}

// DefinitionOf identifies what a kind's CustomResourceDefinition says of its fields; empty for a kind without one.
func (w *World) DefinitionOf(kind schema.GroupVersionKind) string {
	if known, ok := w.definitions[kind]; ok {
		return known
	}
	found := ""
	if own, ok := w.schemaOf(kind); ok {
		// What came as JSON can be written as JSON.
		content, _ := json.Marshal(own)
		digest := sha256.Sum256(content)
		found = string(digest[:])
	}
	w.definitions[kind] = found
	return found
}

// references are schemas by the names by which others refer to them.
type references map[string]*spec.Schema

// resolve puts schemas in the place of references to them; one within itself ends as an object without fields. What an
// expression has as something else than its schema says becomes anything: a server's own checker doubts right
// expressions there, because admission gives texts where schemas speak of times, bytes and quantities.
func (r references) resolve(of spec.Schema, within []string) spec.Schema {
	if name, ok := referred(of); ok {
		if slices.Contains(within, name) || r[name] == nil {
			return spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}}}
		}
		return r.resolve(*r[name], append(slices.Clone(within), name))
	}
	if isOpen(of) {
		return anything
	}
	if of.Properties != nil {
		properties := make(map[string]spec.Schema, len(of.Properties))
		for name, each := range of.Properties {
			properties[name] = r.resolve(each, within)
		}
		of.Properties = properties
	}
	if more := of.AdditionalProperties; more != nil && more.Schema != nil {
		resolved := r.resolve(*more.Schema, within)
		of.AdditionalProperties = &spec.SchemaOrBool{Allows: true, Schema: &resolved}
	}
	if of.Items != nil && of.Items.Schema != nil {
		resolved := r.resolve(*of.Items.Schema, within)
		of.Items = &spec.SchemaOrArray{Schema: &resolved}
	}
	return of
}

func referred(of spec.Schema) (string, bool) {
	text := of.Ref.String()
	if len(text) <= len(shape.ReferencePrefix) {
		return "", false
	}
	return text[len(shape.ReferencePrefix):], true
}

// anything is of no type in particular for CEL.
var anything = spec.Schema{VendorExtensible: spec.VendorExtensible{Extensions: spec.Extensions{"x-kubernetes-int-or-string": true}}}

var openFormats = []string{"byte", "date", "date-time", "duration", "int-or-string"}

// isOpen says of a schema that it tells less than the objects hold, or something else.
func isOpen(of spec.Schema) bool {
	if slices.Contains(openFormats, of.Format) || len(of.Type) == 0 {
		return true
	}
	for _, extension := range []string{"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string"} {
		if is, ok := of.Extensions.GetBool(extension); ok && is {
			return true
		}
	}
	if of.Type.Contains("array") {
		return of.Items == nil || of.Items.Schema == nil
	}
	isObject := of.Type.Contains("object") && of.Properties == nil
	return isObject && (of.AdditionalProperties == nil || of.AdditionalProperties.Schema == nil)
}
