package shape

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// ReferencePrefix stands before a type's name where a schema refers to it.
const ReferencePrefix = "#/components/schemas/"

// Schemas are a built-in kind's fields as OpenAPI has them, with how lists and maps are merged: what a server-side apply
// goes by. They are by the name of each type; the kind's own, whose name is returned too, says which kind it is.
func (t *Table) Schemas(of schema.GroupVersionKind) (map[string]*spec.Schema, string, error) {
	kind, ok := t.kinds[of]
	if !ok || kind.Type < 0 {
		return nil, "", fmt.Errorf("%s is no built-in kind", of.Kind)
	}
	made := map[string]any{}
	t.addSchema(kind.Type, made)
	root := schemaName(kind.Type)
	top, _ := made[root].(fields)
	top["x-kubernetes-group-version-kind"] = []any{fields{"group": of.Group, "version": of.Version, "kind": of.Kind}}
	schemas, err := Decode(made)
	return schemas, root, err
}

// MetadataSchemas are those of ObjectMeta; `metadata` of every kind refers to it by the name returned.
func (t *Table) MetadataSchemas() (map[string]any, string) {
	for id := range t.types {
		if t.types[id].Name == "ObjectMeta" {
			made := map[string]any{}
			t.addSchema(id, made)
			return made, schemaName(id)
		}
	}
	return nil, ""
}

// Decode makes schemas of JSON.
func Decode(schemas map[string]any) (map[string]*spec.Schema, error) {
	data, err := json.Marshal(schemas)
	if err != nil {
		return nil, err
	}
	var read map[string]*spec.Schema
	err = json.Unmarshal(data, &read)
	return read, err
}

func schemaName(id int) string { return "type" + strconv.Itoa(id) }

func (t *Table) addSchema(id int, into map[string]any) {
	name := schemaName(id)
	if _, ok := into[name]; ok {
		return
	}
	properties := fields{}
	made := fields{"type": "object", "properties": properties}
	into[name] = made
	if t.types[id].Atomic {
		made["x-kubernetes-map-type"] = "atomic"
	}
	for _, field := range t.types[id].Fields {
		property := t.schemaOf(field.Kind, into)
		if field.Default != nil {
			property["default"] = field.Default
		}
		switch {
		case strings.HasPrefix(field.Kind, "[") && field.List != "":
			property["x-kubernetes-list-type"] = field.List
			if len(field.Keys) > 0 {
				property["x-kubernetes-list-map-keys"] = field.Keys
			}
		case field.List == "atomic":
			property["x-kubernetes-map-type"] = "atomic"
		}
		properties[field.Name] = property
	}
}

var scalars = map[string]fields{
	"s": {"type": "string"},
	"b": {"type": "boolean"},
	"i": {"type": "integer", "format": "int64"},
	"n": {"type": "number"},
	"q": {"type": "string", "format": "int-or-string"},
	"o": {"type": "string", "format": "int-or-string"},
	"t": {"type": "string", "format": "date-time"},
	"y": {"type": "string", "format": "byte"},
	"x": {"type": "object"},
}

func (t *Table) schemaOf(kind string, into map[string]any) fields {
	switch {
	case strings.HasPrefix(kind, "["):
		return fields{"type": "array", "items": t.schemaOf(kind[1:], into)}
	case strings.HasPrefix(kind, "<"):
		return fields{"type": "object", "additionalProperties": t.schemaOf(kind[1:], into)}
	}
	if id, err := strconv.Atoi(kind); err == nil {
		t.addSchema(id, into)
		return fields{"$ref": ReferencePrefix + schemaName(id)}
	}
	made := fields{}
	for key, value := range scalars[kind] {
		made[key] = value
	}
	return made
}
