package appset

import (
	"fmt"
	"slices"
	"strconv"
)

// selector is a label selector without Kubernetes' limits on values, as Argo CD uses it: values may be addresses.
type selector []requirement

type requirement struct {
	key      string
	operator string
	values   []string
}

func selectorOf(written map[string]any) (selector, error) {
	all := selector{}
	for key, value := range mapAt(written, "matchLabels") {
		all = append(all, requirement{key, "In", []string{fmt.Sprint(value)}})
	}
	for _, each := range listAt(written, "matchExpressions") {
		expression, _ := each.(map[string]any)
		found := requirement{key: stringAt(expression, "key"), operator: stringAt(expression, "operator")}
		for _, value := range listAt(expression, "values") {
			found.values = append(found.values, fmt.Sprint(value))
		}
		switch found.operator {
		case "In", "NotIn", "Exists", "DoesNotExist":
		default:
			return nil, fmt.Errorf("%q is not a valid label selector operator", found.operator)
		}
		all = append(all, found)
	}
	return all, nil
}

func (s selector) isEmpty() bool { return len(s) == 0 }

func (s selector) matches(labels map[string]string) bool {
	for _, each := range s {
		value, isThere := labels[each.key]
		var holds bool
		switch each.operator {
		case "In":
			holds = isThere && slices.Contains(each.values, value)
		case "NotIn":
			holds = !isThere || !slices.Contains(each.values, value)
		case "Exists":
			holds = isThere
		default:
			holds = !isThere
		}
		if !holds {
			return false
		}
	}
	return true
}

// flatten gives nested parameters names with dots, list members by their position.
func flatten(values map[string]any) map[string]string {
	flat := map[string]string{}
	flattenInto(flat, "", values)
	return flat
}

func flattenInto(flat map[string]string, prefix string, value any) {
	switch found := value.(type) {
	case map[string]any:
		for key, each := range found {
			flattenInto(flat, joined(prefix, key), each)
		}
	case []any:
		for i, each := range found {
			flattenInto(flat, joined(prefix, strconv.Itoa(i)), each)
		}
	default:
		flat[prefix] = fmt.Sprint(value)
	}
}

func joined(prefix, key string) string {
	if prefix == "" {
		return key
	}
	return prefix + "." + key
}
