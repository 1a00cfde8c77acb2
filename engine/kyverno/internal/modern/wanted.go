package modern

import (
	"context"
	"strconv"

	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/edit"
	"plumbline.dev/engine/kyverno/internal/reads"
	"plumbline.dev/engine/kyverno/internal/request"
)

// wanted is the one value by which a failed policy passes: proposed by the comparisons of the expression that failed, proven
// by judging the object that has it.
func (e Engine) wanted(asked *request.Request, policy *Policy, index string) *contract.Wanted {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(policy.expressions) || asked.Object == nil {
		return nil
	}
	return edit.OnlyProven(reads.Asked(policy.expressions[i], asked.Object), func(each contract.Wanted) bool {
		edited := *asked
		copied := (&unstructured.Unstructured{Object: asked.Object}).DeepCopy().Object
		if !edit.Set(copied, edit.Keys(each.Path), each.Value) {
			return false
		}
		edited.Object = copied
		return e.passes(&edited, policy)
	})
}

func (e Engine) passes(asked *request.Request, policy *Policy) bool {
	engine := vpolengine.NewEngine(policy.validating, e.namespace, e.matcher(asked))
	response, err := engine.Handle(context.Background(), e.admission(asked), nil)
	if e.world.TakeMissing() != "" || err != nil {
		return false
	}
	count := 0
	for _, each := range response.Policies {
		for _, rule := range each.Rules {
			if rule.Status() != engineapi.RuleStatusPass {
				return false
			}
			count++
		}
	}
	return count > 0
}
