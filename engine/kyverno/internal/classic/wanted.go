package classic

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/edit"
	"plumbline.dev/engine/kyverno/internal/reads"
)

// wanted is the one value that a failed rule asks for. What the rule says proposes values; one is given only when the
// object with it is judged anew and this failure is gone, and only when no other would do as well.
func (e *Engine) wanted(a *asking, rule *meant, result contract.Result, response engineapi.RuleResponse) *contract.Wanted {
	s := a.subject
	if s.operation == "DELETE" || len(s.values) > 0 {
		return nil
	}
	return edit.OnlyProven(s.proposals(rule, result, response), func(each contract.Wanted) bool {
		return e.isProven(a, rule, each, response)
	})
}

// proposals are values that a rule names for fields that have others.
func (s *subject) proposals(rule *meant, result contract.Result, response engineapi.RuleResponse) []contract.Wanted {
	validation := rule.rule.Validation
	if validation == nil {
		return nil
	}
	switch {
	case rule.pattern != nil && result.Path != nil:
		if value, ok := constant(rule.pattern, edit.Keys(*result.Path)); ok {
			return []contract.Wanted{{Path: *result.Path, Value: value}}
		}
	case validation.PodSecurity != nil:
		return s.podProposals(response)
	case validation.Deny != nil:
		return s.conditionProposals(rule)
	case validation.CEL != nil:
		if i, err := strconv.Atoi(response.Properties()[expressionIndex]); err == nil && i < len(validation.CEL.Expressions) {
			return reads.Asked(validation.CEL.Expressions[i].Expression, s.object.Object)
		}
	}
	return nil
}

// podFixes are the values that Pod Security accepts for a field, by the end of its path; one each.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
var podFixes = map[string]any{
	"hostNetwork": false, "hostPID": false, "hostIPC": false, "privileged": false, "allowPrivilegeEscalation": false,
	"runAsNonRoot": true, "procMount": "Default", "seccompProfile/type": "RuntimeDefault",
}

func (s *subject) podProposals(response engineapi.RuleResponse) []contract.Wanted {
	faults := s.podFaults(response)
	if len(faults) == 0 {
		return nil
	}
	for end, value := range podFixes {
		if strings.HasSuffix(faults[0].path, "/"+end) {
			return []contract.Wanted{{Path: faults[0].path, Value: value}}
		}
	}
	return nil
}

// isProven judges the object with a value: the rule passes, or fails at another field than the one that has it.
func (e *Engine) isProven(a *asking, rule *meant, wanted contract.Wanted, failed engineapi.RuleResponse) bool {
	edited := *a.subject
	edited.object = *a.subject.object.DeepCopy()
	if !edit.Set(edited.object.Object, edit.Keys(wanted.Path), wanted.Value) {
		return false
	}
	missing := e.missing
	defer func() { e.missing = missing }()
	again := &asking{subject: &edited, policy: a.policy, prepared: a.prepared, unit: a.unit}
	response, err := e.validate(again)
	if err != nil {
		return false
	}
	for _, each := range response.PolicyResponse.Rules {
		if each.Name() != rule.rule.Name {
			continue
		}
		if e.missing[each.Name()] != "" {
			return false
		}
		return each.Status() == engineapi.RuleStatusPass || isElsewhere(a.subject, &edited, each, failed, wanted.Path)
	}
	return false
}

// isElsewhere tells whether a rule fails still, but no longer at a path.
func isElsewhere(before, after *subject, response, failed engineapi.RuleResponse, path string) bool {
	if response.Status() != engineapi.RuleStatusFail {
		return false
	}
	if left := after.podFaults(response); left != nil {
		all := before.podFaults(failed)
		// Nothing new, and at this field nothing any more.
		return len(left) < len(all) && !slices.ContainsFunc(left, func(each podFault) bool {
			return each.path == path || !slices.Contains(all, each)
		})
	}
	parts, ok := failedPath(response.Message())
	if !ok {
		return false
	}
	keys, ok := walk(after.object.Object, parts)
	return ok && contract.Pointer(keys...) != path
}

// conditions are those of a deny rule, as JSON.
func conditions(rule *meant) []any {
	text, err := json.Marshal(rule.rule.Validation.Deny)
	var read struct {
		Conditions any `json:"conditions"`
	}
	if err != nil || json.Unmarshal(text, &read) != nil {
		return nil
	}
	switch given := read.Conditions.(type) {
	case []any:
		return flatten(given)
	case map[string]any:
		return flatten([]any{given})
	}
	return nil
}

// flatten gives the conditions below any and all.
func flatten(blocks []any) []any {
	var all []any
	for _, block := range blocks {
		block, _ := block.(map[string]any)
		if _, isCondition := block["operator"]; isCondition {
			all = append(all, block)
			continue
		}
		for _, name := range []string{"any", "all"} {
			list, _ := block[name].([]any)
			all = append(all, list...)
		}
	}
	return all
}

// objectField finds the field of the object that a text starts a variable with, in JMESPath without filters.
var objectField = regexp.MustCompile(`request\.object\.([\w.\-]+(?:\[\d*\][\w.\-]*)*)`)

// conditionReads are the fields that the conditions of a deny rule read, those in their keys.
func (s *subject) conditionReads(rule *meant) []string {
	var all []string
	for _, each := range conditions(rule) {
		key, _ := each.(map[string]any)["key"].(string)
		for _, found := range objectField.FindAllStringSubmatch(key, -1) {
			keys := splitField(found[1])
			if path := contract.Pointer(keys...); edit.Depth(s.object.Object, keys) > 0 && !slices.Contains(all, path) {
				all = append(all, path)
			}
		}
	}
	return all
}

// wholeField is a condition's key that is a field, perhaps with a default.
var wholeField = regexp.MustCompile("^\\{\\{\\s*request\\.object\\.([\\w.\\-]+(?:\\[\\d+\\][\\w.\\-]*)*)\\s*(?:\\|\\|\\s*[^|{}]+)?\\}\\}$")

// conditionProposals are the values by which a condition of a deny rule would not hold.
func (s *subject) conditionProposals(rule *meant) []contract.Wanted {
	var all []contract.Wanted
	for _, each := range conditions(rule) {
		condition, _ := each.(map[string]any)
		key, _ := condition["key"].(string)
		found := wholeField.FindStringSubmatch(key)
		value, ok := accepted(condition)
		if found == nil || !ok {
			continue
		}
		keys := splitField(found[1])
		current, isThere, err := unstructured.NestedFieldNoCopy(s.object.Object, keys...)
		if len(keys) == 0 || (err == nil && isThere && reflect.DeepEqual(current, value)) {
			continue
		}
		all = append(all, contract.Wanted{Path: contract.Pointer(keys...), Value: value})
	}
	return all
}

// accepted is the one value by which a condition does not hold.
func accepted(condition map[string]any) (any, bool) {
	value := condition["value"]
	operator, _ := condition["operator"].(string)
	list, isList := value.([]any)
	switch operator {
	case "NotEquals", "NotEqual":
		return plain(value)
	case "Equals", "Equal":
		flag, ok := value.(bool)
		return !flag, ok
	case "NotIn", "AnyNotIn", "AllNotIn":
		if isList && len(list) == 1 {
			return plain(list[0])
		}
		if !isList {
			return plain(value)
		}
	}
	return nil, false
}
