package schema

import (
	"reflect"
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	text, number := map[string]any{"type": "string"}, map[string]any{"type": "integer"}
	root := map[string]any{"type": "object", "required": []any{"labels"}, "properties": map[string]any{
		"labels": map[string]any{"type": "array", "items": map[string]any{"type": "object", "properties": map[string]any{
			"key": text, "regex": map[string]any{"type": "string", "default": ".*"},
		}}},
		"max":  number,
		"port": map[string]any{"x-kubernetes-int-or-string": true},
		"any":  map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
		"map":  map[string]any{"type": "object", "additionalProperties": text},
	}}
	for name, each := range map[string]struct {
		given, want any
		unknown     []string
		misfit      string
	}{
		"defaults reach into lists": {
			given: map[string]any{"labels": []any{map[string]any{"key": "a"}}},
			want:  map[string]any{"labels": []any{map[string]any{"key": "a", "regex": ".*"}}},
		},
		"unknown fields are dropped where they are not allowed": {
			given:   map[string]any{"labels": []any{}, "x/y": 1, "any": map[string]any{"z": "1"}, "map": map[string]any{"k": "v"}},
			want:    map[string]any{"labels": []any{}, "any": map[string]any{"z": "1"}, "map": map[string]any{"k": "v"}},
			unknown: []string{"/x~1y"},
		},
		"a number or a text": {
			given: map[string]any{"labels": []any{}, "port": "http"},
			want:  map[string]any{"labels": []any{}, "port": "http"},
		},
		"a wrong type is a misfit": {
			given: map[string]any{"labels": []any{}, "max": "3"}, want: map[string]any{"labels": []any{}, "max": "3"},
			misfit: "max in body must be of type integer",
		},
		"what is required must be there": {given: map[string]any{}, want: map[string]any{}, misfit: "labels in body is required"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := Parse(root, false)
			if err != nil {
				t.Fatal(err)
			}
			got, unknown, misfits := parsed.Apply(each.given)
			if !reflect.DeepEqual(got, each.want) || !reflect.DeepEqual(unknown, each.unknown) {
				t.Errorf("got %v, unknown %v", got, unknown)
			}
			if all := strings.Join(misfits, "; "); !strings.Contains(all, each.misfit) || each.misfit == "" && all != "" {
				t.Errorf("misfits: %q", all)
			}
		})
	}
}

func TestStructuralSchemasHaveTypes(t *testing.T) {
	root := map[string]any{"type": "object", "properties": map[string]any{"a": map[string]any{}}}
	if _, err := Parse(root, false); err == nil || !strings.Contains(err.Error(), "openAPIV3Schema.a") {
		t.Errorf("got %v", err)
	}
	legacy, err := Parse(root, true)
	if err != nil {
		t.Fatal(err)
	}
	if got, unknown, _ := legacy.Apply(map[string]any{"b": "c"}); len(unknown) > 0 || got.(map[string]any)["b"] != "c" {
		t.Errorf("a legacy schema drops fields: %v", unknown)
	}
}
