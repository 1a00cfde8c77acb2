package judge

import (
	"slices"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/request"
)

// beyond is a policy that nothing here can decide.
type beyond struct {
	name, namespace, reason string
	rules                   []map[string]any
}

func newBeyond(object contract.Object, reason string) *beyond {
	b := &beyond{name: name(object), reason: reason}
	metadata, _ := object["metadata"].(map[string]any)
	b.namespace, _ = metadata["namespace"].(string)
	spec, _ := object["spec"].(map[string]any)
	constraints, _ := spec["matchConstraints"].(map[string]any)
	rules, _ := constraints["resourceRules"].([]any)
	for _, rule := range rules {
		if rule, ok := rule.(map[string]any); ok {
			b.rules = append(b.rules, rule)
		}
	}
	return b
}

// results says why it is undecided, of requests that it may be for.
func (b *beyond) results(asked *request.Request, document string) []contract.Result {
	if b.namespace != "" && b.namespace != asked.Namespace {
		return nil
	}
	for _, rule := range b.rules {
		if names(rule["apiGroups"], asked.Resource.Group) && names(rule["resources"], asked.Resource.Resource) {
			return []contract.Result{{
				Request: asked.ID, Document: document, Policy: b.name, Result: contract.Undecided, Reason: b.reason,
				Actions: []string{}, At: "/spec",
			}}
		}
	}
	return nil
}

func names(list any, word string) bool {
	words, _ := list.([]any)
	return slices.Contains(words, any(word)) || slices.Contains(words, any("*"))
}
