// Package edit changes one field of an object, to try what a policy says of it then.
package edit

import (
	"slices"
	"strconv"
	"strings"

	"plumbline.dev/engine/contract"
)

// mostTried bounds how many values are tried for one failure: each is judged.
const mostTried = 4

// OnlyProven gives the one proposal that is proven; nil when several are, or too many are proposed.
func OnlyProven(proposals []contract.Wanted, isProven func(contract.Wanted) bool) *contract.Wanted {
	var tried []contract.Wanted
	var proven *contract.Wanted
	for _, each := range proposals {
		if slices.Contains(tried, each) {
			continue
		}
		if tried = append(tried, each); len(tried) > mostTried {
			return nil
		}
		if !isProven(each) {
			continue
		}
		if proven != nil {
			return nil
		}
		proven = &each
	}
	return proven
}

// Set writes a value at a path, through maps that are not there yet.
func Set(object map[string]any, keys []string, value any) bool {
	var at any = object
	for i, key := range keys {
		isLast := i == len(keys)-1
		switch parent := at.(type) {
		case map[string]any:
			if isLast {
				parent[key] = value
				return true
			}
			if parent[key] == nil {
				parent[key] = map[string]any{}
			}
			at = parent[key]
		case []any:
			index, err := strconv.Atoi(key)
			if err != nil || index < 0 || index >= len(parent) {
				return false
			}
			if isLast {
				parent[index] = value
				return true
			}
			at = parent[index]
		default:
			return false
		}
	}
	return false
}

// Depth counts how many keys of a path are there.
func Depth(at any, keys []string) int {
	for i, key := range keys {
		switch parent := at.(type) {
		case map[string]any:
			child, ok := parent[key]
			if !ok {
				return i
			}
			at = child
		case []any:
			index, err := strconv.Atoi(key)
			if err != nil || index < 0 || index >= len(parent) {
				return i
			}
			at = parent[index]
		default:
			return i
		}
	}
	return len(keys)
}

// Keys are those of a JSON pointer.
func Keys(pointer string) []string {
	var keys []string
	for _, part := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		keys = append(keys, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
	}
	return keys
}
