package classic

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	"github.com/kyverno/kyverno/pkg/engine/anchor"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/reads"
)

// failedPath finds the field that a pattern failed on: `rule R failed at path /spec/containers/0/image/`.
func failedPath(message string) ([]string, bool) {
	_, path, ok := strings.Cut(message, "failed at path /")
	if end := strings.IndexFunc(path, unicode.IsSpace); end != -1 {
		path = path[:end]
	}
	return strings.Split(strings.Trim(path, "/"), "/"), ok
}

// place adds the field at fault: the one that the message names, that Pod Security names, or those that conditions read.
func (s *subject) place(result *contract.Result, rule *meant, response engineapi.RuleResponse) {
	if parts, ok := failedPath(result.Message); ok {
		if keys, ok := walk(s.object.Object, parts); ok {
			path := contract.Pointer(keys...)
			result.Path = &path
		}
		return
	}
	if faults := s.podFaults(response); len(faults) > 0 {
		result.Path = &faults[0].path
		return
	}
	if rule.rule.Validation != nil && rule.rule.Validation.Deny != nil {
		result.Reads = s.conditionReads(rule)
	}
}

// placeExpression adds which expression failed and what it read.
func (s *subject) placeExpression(result *contract.Result, rule kyvernov1.Rule, index string) {
	i, err := strconv.Atoi(index)
	if err != nil || rule.Validation == nil || rule.Validation.CEL == nil || i >= len(rule.Validation.CEL.Expressions) {
		return
	}
	result.At += "/expressions/" + index + "/expression"
	result.Reads = reads.Fields(rule.Validation.CEL.Expressions[i].Expression, s.object.Object)
}

// walk finds the keys of a path in an object: a key may itself have slashes. The last one need not exist.
func walk(at any, parts []string) ([]string, bool) {
	if len(parts) == 0 || (len(parts) == 1 && parts[0] == "") {
		return nil, true
	}
	switch at := at.(type) {
	case map[string]any:
		for taken := 1; taken <= len(parts); taken++ {
			key := strings.Join(parts[:taken], "/")
			if child, ok := at[key]; ok {
				if rest, ok := walk(child, parts[taken:]); ok {
					return append([]string{key}, rest...), true
				}
			}
		}
		// Only one name can be missing; which slashes belong to it, nobody knows.
		return parts, len(parts) == 1
	case []any:
		index, err := strconv.Atoi(parts[0])
		if err != nil || index < 0 || index >= len(at) {
			return nil, false
		}
		rest, ok := walk(at[index], parts[1:])
		return append([]string{parts[0]}, rest...), ok
	default:
		return nil, false
	}
}

// constant finds the value that a pattern states at a path, if it is one value and no condition.
func constant(pattern any, keys []string) (any, bool) {
	if len(keys) == 0 {
		return plain(pattern)
	}
	switch pattern := pattern.(type) {
	case map[string]any:
		for name, child := range pattern {
			key := name
			if parsed := anchor.Parse(name); parsed != nil {
				if !anchor.IsEquality(parsed) {
					continue
				}
				key = parsed.Key()
			}
			if key == keys[0] {
				return constant(child, keys[1:])
			}
		}
	case []any:
		// Elements of the object are held against the only element of the pattern.
		if len(pattern) == 1 {
			return constant(pattern[0], keys[1:])
		}
	}
	return nil, false
}

// operators are what makes a text a condition instead of a value.
// https://kyverno.io/docs/writing-policies/validate/#operators
var operators = regexp.MustCompile(`[*?|&]|^\s*[<>!]|\{\{|\$\(|^-?[\d.]+\w*!?-[\d.]+\w*$`)

func plain(value any) (any, bool) {
	switch value := value.(type) {
	case bool, float64, int64:
		return value, true
	case string:
		return value, value != "" && !operators.MatchString(value)
	default:
		return nil, false
	}
}
