// Package decode reads documents as Kyverno's types, and says which field does not fit.
package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plumbline.dev/engine/contract"
)

// Failure is why a policy does not work, and the part of its document at fault.
type Failure struct {
	Message string
	At      string
}

// Error gives the message.
func (f Failure) Error() string { return f.Message }

// Into reads an object as a type; a Failure names the field that does not fit.
func Into(object contract.Object, into any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	err = json.Unmarshal(text, into)
	if misfit := (*json.UnmarshalTypeError)(nil); errors.As(err, &misfit) {
		message := fmt.Sprintf("%s cannot be a %s.", misfit.Field, misfit.Value)
		return Failure{Message: message, At: contract.Pointer(find(map[string]any(object), strings.Split(misfit.Field, "."), misfit.Value)...)}
	} else if err != nil {
		return Failure{Message: strings.TrimPrefix(err.Error(), "json: ")}
	}
	return nil
}

// find gives the keys of a field that does not fit, with the items of lists, which the library leaves out: the first that
// holds what it says. Where none does, the keys so far.
func find(at any, parts []string, held string) []string {
	list, isList := at.([]any)
	if !isList {
		if len(parts) == 0 {
			return nil
		}
		fields, _ := at.(map[string]any)
		return append([]string{parts[0]}, find(fields[parts[0]], parts[1:], held)...)
	}
	for i, each := range list {
		if holds(each, parts, held) {
			return append([]string{strconv.Itoa(i)}, find(each, parts, held)...)
		}
	}
	return nil
}

// holds tells whether a value has, at the end of a path, a value of a kind as the library names them.
func holds(at any, parts []string, held string) bool {
	if list, ok := at.([]any); ok && (len(parts) > 0 || held != "array") {
		return slices.ContainsFunc(list, func(each any) bool { return holds(each, parts, held) })
	}
	if len(parts) > 0 {
		fields, _ := at.(map[string]any)
		return holds(fields[parts[0]], parts[1:], held)
	}
	switch at.(type) {
	case string:
		return held == "string"
	case bool:
		return held == "bool"
	case map[string]any:
		return held == "object"
	case []any:
		return held == "array"
	case float64, int64:
		return strings.HasPrefix(held, "number")
	default:
		return false
	}
}
