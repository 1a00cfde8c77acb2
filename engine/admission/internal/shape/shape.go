package shape

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Apply returns the object as a server has it; an object of any other kind is returned as it is. The object given is
// not changed, and shares with the one returned what did not need to be.
func (t *Table) Apply(object map[string]any) map[string]any {
	kind, ok := t.kinds[gvkOf(object)]
	if !ok || kind.Type < 0 {
		return object
	}
	shaped, _ := t.value(strconv.Itoa(kind.Type), object).(map[string]any)
	return shaped
}

// Has says whether the fields of the object's kind are known.
func (t *Table) Has(gvk schema.GroupVersionKind) bool {
	kind, ok := t.kinds[gvk]
	return ok && kind.Type >= 0
}

func gvkOf(object map[string]any) schema.GroupVersionKind {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return schema.FromAPIVersionAndKind(apiVersion, kind)
}

// value shapes what is there; what has another type than the field's is left as it is, for the server to refuse.
func (t *Table) value(kind string, value any) any {
	switch {
	case strings.HasPrefix(kind, "["):
		return t.list(kind[1:], value)
	case strings.HasPrefix(kind, "<"):
		return t.dictionary(kind[1:], value)
	case kind == "q":
		return quantity(value)
	case kind == "n":
		if number, ok := value.(int64); ok {
			return float64(number)
		}
		return value
	}
	if named, ok := t.structOf(kind); ok {
		if fields, ok := value.(map[string]any); ok {
			return t.object(named, fields)
		}
	}
	return value
}

func (t *Table) list(kind string, value any) any {
	items, ok := value.([]any)
	if !ok {
		return value
	}
	shaped := make([]any, len(items))
	for i, item := range items {
		if item == nil {
			item = t.zero(kind)
		}
		shaped[i] = t.value(kind, item)
	}
	return shaped
}

func (t *Table) dictionary(kind string, value any) any {
	entries, ok := value.(map[string]any)
	if !ok {
		return value
	}
	shaped := make(map[string]any, len(entries))
	for key, entry := range entries {
		if entry == nil {
			entry = t.zero(kind)
		}
		shaped[key] = t.value(kind, entry)
	}
	return shaped
}

func (t *Table) object(named *Type, value map[string]any) map[string]any {
	shaped := make(map[string]any, len(value)+4)
	for i := range named.Fields {
		field := &named.Fields[i]
		given, ok := value[field.Name]
		if !ok || given == nil {
			continue
		}
		shaped[field.Name] = t.value(field.Kind, given)
	}
	fill(named, shaped)
	for i := range named.Fields {
		t.settle(&named.Fields[i], shaped)
	}
	return shaped
}

// settle gives an absent field its default or Go's zero, and takes an empty one out where Go would leave it out.
func (t *Table) settle(field *Field, in map[string]any) {
	value, ok := in[field.Name]
	if (!ok || (!field.Pointer && isEmpty(value))) && field.Default != nil {
		in[field.Name] = field.Default
		return
	}
	if ok {
		if field.Omit && isEmpty(value) && (!field.Pointer || isCollection(value)) && !t.isStruct(field.Kind) {
			delete(in, field.Name)
		}
		return
	}
	if field.Pointer {
		if !field.Omit {
			in[field.Name] = nil
		}
		return
	}
	if named, isStruct := t.structOf(field.Kind); isStruct {
		in[field.Name] = t.object(named, map[string]any{})
	} else if !field.Omit {
		in[field.Name] = t.zero(field.Kind)
	}
}

func (t *Table) isStruct(kind string) bool {
	_, ok := t.structOf(kind)
	return ok
}

// zero is what Go has where nothing was said, as JSON.
func (t *Table) zero(kind string) any {
	if t.isStruct(kind) {
		return map[string]any{}
	}
	switch kind {
	case "s":
		return ""
	case "b":
		return false
	case "i", "o":
		return int64(0)
	case "n":
		return float64(0)
	case "q":
		return "0"
	}
	return nil
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case bool:
		return !value
	case int64:
		return value == 0
	case float64:
		return value == 0
	}
	return isCollection(value) && length(value) == 0
}

func isCollection(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

func length(value any) int {
	switch value := value.(type) {
	case []any:
		return len(value)
	case map[string]any:
		return len(value)
	}
	return 0
}

// quantity is written as the server writes it back: `1000m` is `1`, `1024Mi` is `1Gi`.
func quantity(value any) any {
	var text string
	switch value := value.(type) {
	case string:
		text = value
	case int64:
		return resource.NewQuantity(value, resource.DecimalSI).String()
	case float64:
		text = strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return value
	}
	parsed, err := resource.ParseQuantity(text)
	if err != nil {
		return value
	}
	return parsed.String()
}
