package judge

import (
	"reflect"

	"plumbline.dev/engine/contract"
)

// carry makes in raw the change that leads from before to after. Before is raw as a server has it, so what the server
// added stays out of the outcome. Nothing given is changed.
func carry(before, after, raw contract.Object) contract.Object {
	carried, _ := carryValue(before, after, raw).(contract.Object)
	return carried
}

func carryValue(before, after, raw any) any {
	if reflect.DeepEqual(before, after) {
		return raw
	}
	switch after := after.(type) {
	case contract.Object:
		before, _ := before.(contract.Object)
		if raw, ok := raw.(contract.Object); ok || raw == nil {
			return carryFields(before, after, raw)
		}
	case []any:
		before, isList := before.([]any)
		if raw, ok := raw.([]any); ok && isList && len(raw) == len(before) {
			return carryItems(before, after, raw)
		}
	}
	return after
}

func carryFields(before, after, raw contract.Object) any {
	carried := contract.Object{}
	for name, value := range raw {
		_, stays := after[name]
		if _, was := before[name]; stays || !was {
			carried[name] = value
		}
	}
	for name, value := range after {
		was, ok := before[name]
		if !ok || !reflect.DeepEqual(was, value) {
			carried[name] = carryValue(was, value, raw[name])
		}
	}
	return carried
}

// carryItems pairs items by their place, and by their name where they have one: a list may have grown in front.
func carryItems(before, after, raw []any) any {
	carried := make([]any, len(after))
	for i, item := range after {
		at := i
		if name := nameOfItem(item); name != nil {
			at = indexOf(before, name)
		}
		if at < 0 || at >= len(before) {
			carried[i] = item
			continue
		}
		carried[i] = carryValue(before[at], item, raw[at])
	}
	return carried
}

func nameOfItem(item any) any {
	object, _ := item.(contract.Object)
	return object["name"]
}

func indexOf(items []any, name any) int {
	for i, item := range items {
		if nameOfItem(item) == name {
			return i
		}
	}
	return -1
}
