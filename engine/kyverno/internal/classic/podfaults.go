package classic

import (
	"strings"

	engineapi "github.com/kyverno/kyverno/pkg/engine/api"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/edit"
)

// podFault is a field that a Pod Security check refuses.
type podFault struct{ check, path string }

// podFaults are the refused fields of a failed rule, those that the object has before those that it lacks.
func (s *subject) podFaults(response engineapi.RuleResponse) []podFault {
	checks := response.PodSecurityChecks()
	if checks == nil {
		return nil
	}
	var has, lacks []podFault
	for _, check := range checks.Checks {
		if check.CheckResult.Allowed || check.CheckResult.ErrList == nil {
			continue
		}
		for _, each := range *check.CheckResult.ErrList {
			keys := s.fieldKeys(each.Field)
			switch depth := edit.Depth(s.object.Object, keys); {
			case len(keys) > 0 && depth == len(keys):
				has = append(has, podFault{check.ID, contract.Pointer(keys...)})
			case depth > 0:
				lacks = append(lacks, podFault{check.ID, contract.Pointer(keys...)})
			}
		}
	}
	return append(has, lacks...)
}

// fieldKeys are the keys of `spec.containers[0].image` and `metadata.annotations[a/b]`. Kyverno writes `spec.template` before
// the metadata even of Pods.
func (s *subject) fieldKeys(field string) []string {
	if s.gvk.Kind == "Pod" {
		field = strings.Replace(field, "spec.template.metadata", "metadata", 1)
	}
	return splitField(field)
}

// splitField takes a field apart; what is in brackets is one key.
func splitField(field string) []string {
	var keys []string
	for field != "" {
		end := strings.IndexAny(field, ".[")
		switch {
		case end == -1:
			return append(keys, field)
		case end > 0:
			keys = append(keys, field[:end])
		}
		if field[end] == '.' {
			field = field[end+1:]
			continue
		}
		inside, rest, ok := strings.Cut(field[end+1:], "]")
		if !ok {
			return nil
		}
		keys, field = append(keys, inside), strings.TrimPrefix(rest, ".")
	}
	return keys
}
