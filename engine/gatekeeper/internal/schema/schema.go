// Package schema applies the schema that a constraint template gives for its parameters, as the API server applies the
// CustomResourceDefinition that Gatekeeper makes of it: defaults are filled in, unknown fields are dropped, the rest
// must fit (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/).
package schema

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// Schema is the schema of the parameters.
type Schema struct {
	root      map[string]any
	isLegacy  bool
	validator *validate.SchemaValidator
}

// Parse reads an openAPIV3Schema. A legacy schema allows unknown fields everywhere and may leave types out.
func Parse(root map[string]any, isLegacy bool) (*Schema, error) {
	if root == nil {
		return &Schema{root: map[string]any{}, isLegacy: isLegacy}, nil
	}
	if !isLegacy {
		if missing := untyped(root, ""); missing != "" {
			return nil, fmt.Errorf("the schema of the parameters has no type at %s, which the API server refuses", missing)
		}
	}
	text, err := json.Marshal(forValidation(root))
	if err != nil {
		return nil, err
	}
	var parsed spec.Schema
	if err := json.Unmarshal(text, &parsed); err != nil {
		return nil, fmt.Errorf("the schema of the parameters cannot be read: %w", err)
	}
	return &Schema{root, isLegacy, validate.NewSchemaValidator(&parsed, nil, "", strfmt.Default)}, nil
}

// IsTyped says whether the schema knows any parameter; one that does not drops all of them unless it is legacy.
func (s *Schema) IsTyped() bool { return len(s.root) > 0 }

// untyped finds the first part of a structural schema without a type, as a path; empty where all have one.
func untyped(schema map[string]any, path string) string {
	if schema["type"] == nil && schema["x-kubernetes-int-or-string"] != true && schema["x-kubernetes-preserve-unknown-fields"] != true {
		return "openAPIV3Schema" + path
	}
	for _, name := range sortedKeys(mapAt(schema, "properties")) {
		inside, _ := mapAt(schema, "properties")[name].(map[string]any)
		if missing := untyped(inside, path+"."+name); missing != "" {
			return missing
		}
	}
	for _, name := range []string{"items", "additionalProperties"} {
		if inside := mapAt(schema, name); inside != nil {
			if missing := untyped(inside, path+"."+name); missing != "" {
				return missing
			}
		}
	}
	return ""
}

// forValidation says in plain OpenAPI what Kubernetes says by extensions.
func forValidation(value any) any {
	switch value := value.(type) {
	case map[string]any:
		into := make(map[string]any, len(value))
		for key, each := range value {
			into[key] = forValidation(each)
		}
		if value["x-kubernetes-int-or-string"] == true {
			into["type"] = []any{"integer", "string"}
		}
		return into
	case []any:
		into := make([]any, len(value))
		for i, each := range value {
			into[i] = forValidation(each)
		}
		return into
	default:
		return value
	}
}

// Apply gives the parameters with defaults and without unknown fields. Unknown are the JSON pointers of dropped fields,
// misfits what does not fit; both are in order.
func (s *Schema) Apply(parameters any) (applied any, unknown []string, misfits []string) {
	applied = s.prune(parameters, s.root, "", &unknown)
	applied = fillIn(applied, s.root)
	if s.validator == nil || applied == nil {
		return applied, unknown, nil
	}
	result := s.validator.Validate(applied)
	for _, err := range result.Errors {
		misfits = append(misfits, strings.TrimPrefix(err.Error(), "."))
	}
	sort.Strings(misfits)
	return applied, unknown, misfits
}

func (s *Schema) prune(value any, schema map[string]any, path string, unknown *[]string) any {
	if s.isLegacy || schema["x-kubernetes-preserve-unknown-fields"] == true && schema["properties"] == nil {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		return s.pruneObject(value, schema, path, unknown)
	case []any:
		into := make([]any, len(value))
		for i, each := range value {
			into[i] = s.prune(each, mapAt(schema, "items"), path+"/"+strconv.Itoa(i), unknown)
		}
		return into
	default:
		return value
	}
}

func (s *Schema) pruneObject(value, schema map[string]any, path string, unknown *[]string) any {
	into := make(map[string]any, len(value))
	properties, additional := mapAt(schema, "properties"), schema["additionalProperties"]
	for _, key := range sortedKeys(value) {
		at := path + contract.Pointer(key)
		inside, isKnown := properties[key].(map[string]any)
		others, hasOthers := additional.(map[string]any)
		switch {
		case isKnown:
			into[key] = s.prune(value[key], inside, at, unknown)
		case hasOthers:
			into[key] = s.prune(value[key], others, at, unknown)
		case additional == true, schema["x-kubernetes-preserve-unknown-fields"] == true:
			into[key] = value[key]
		default:
			*unknown = append(*unknown, at)
		}
	}
	return into
}

// fillIn puts defaults where nothing is, also inside of what is there, and null where it is not allowed.
func fillIn(value any, schema map[string]any) any {
	switch value := value.(type) {
	case map[string]any:
		properties := mapAt(schema, "properties")
		for _, key := range sortedKeys(properties) {
			inside, _ := properties[key].(map[string]any)
			existing, isThere := value[key]
			preset, hasPreset := inside["default"]
			if hasPreset && (!isThere || existing == nil && inside["nullable"] != true) {
				value[key] = kube.Object{"": preset}.Copy()[""]
			}
			if existing, isThere = value[key]; isThere {
				value[key] = fillIn(existing, inside)
			}
		}
		if others := mapAt(schema, "additionalProperties"); others != nil {
			for key, each := range value {
				if properties[key] == nil {
					value[key] = fillIn(each, others)
				}
			}
		}
		return value
	case []any:
		for i, each := range value {
			value[i] = fillIn(each, mapAt(schema, "items"))
		}
		return value
	default:
		return value
	}
}

func mapAt(schema map[string]any, key string) map[string]any {
	inside, _ := schema[key].(map[string]any)
	return inside
}

func sortedKeys(of map[string]any) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
