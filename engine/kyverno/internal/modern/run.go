package modern

import (
	"context"
	"strconv"

	celengine "github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	mpolengine "github.com/kyverno/kyverno/pkg/cel/policies/mpol/engine"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"
	policymatching "k8s.io/apiserver/pkg/admission/plugin/policy/matching"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/reads"
	"plumbline.dev/engine/kyverno/internal/request"
)

// Engine judges the requests of one question.
type Engine struct{ world *known.World }

// NewEngine makes compiled policies ask a question's world.
func NewEngine(world *known.World) Engine {
	use(world)
	return Engine{world}
}

// Validate gives a ValidatingPolicy's word; none when it does not match.
func (e Engine) Validate(asked *request.Request, document string, policy *Policy) []contract.Result {
	if policy.isElsewhere(asked) {
		return nil
	}
	engine := vpolengine.NewEngine(policy.validating, e.namespace, e.matcher(asked))
	e.world.TakeMissing()
	response, err := engine.Handle(context.Background(), e.admission(asked), nil)
	if err != nil {
		return []contract.Result{failed(asked, document, policy, err)}
	}
	var results []contract.Result
	missing := e.world.TakeMissing()
	for _, each := range response.Policies {
		for _, rule := range each.Rules {
			result := e.result(asked, document, policy, rule)
			if result.Result == contract.Fail || result.Result == contract.Error {
				result.At = at(rule.Properties())
				result.Reads = policy.reads(rule.Properties()["cel.validationIndex"], asked)
			}
			result = e.doubt(result, asked, policy, missing)
			if result.Result == contract.Fail {
				result.Wanted = e.wanted(asked, policy, rule.Properties()["cel.validationIndex"])
			}
			results = append(results, result)
		}
	}
	return results
}

// Mutate applies a MutatingPolicy, and gives the object as it is then; nil when it stays.
func (e Engine) Mutate(asked *request.Request, document string, policy *Policy) ([]contract.Result, contract.Object) {
	if policy.isElsewhere(asked) || asked.Object == nil {
		return nil, nil
	}
	engine := mpolengine.NewEngine(policy.mutating, e.namespace, e.matcher(asked), converters{}, current)
	e.world.TakeMissing()
	response, err := engine.Handle(context.Background(), e.admission(asked), nil)
	if err != nil {
		return []contract.Result{failed(asked, document, policy, err)}, nil
	}
	var results []contract.Result
	missing := e.world.TakeMissing()
	isDecided := true
	for _, each := range response.Policies {
		for _, rule := range each.Rules {
			result := e.doubt(e.result(asked, document, policy, rule), asked, policy, missing)
			result.At = "/spec/mutations"
			isDecided = isDecided && result.Result != contract.Undecided
			if response.PatchedResource != nil && result.Result == contract.Pass {
				result.Patched = response.PatchedResource.Object
			}
			results = append(results, result)
		}
	}
	if !isDecided || response.PatchedResource == nil {
		return results, nil
	}
	return results, response.PatchedResource.Object
}

func (p *Policy) isElsewhere(asked *request.Request) bool {
	return p.namespace != "" && p.namespace != asked.Namespace
}

func failed(asked *request.Request, document string, policy *Policy, err error) contract.Result {
	return contract.Result{
		Request: asked.ID, Document: document, Policy: policy.name, Result: contract.Error,
		Message: err.Error(), Actions: policy.effective(),
	}
}

// effective are the actions of the policy; one that takes no part in admission only reports.
func (p *Policy) effective() []string {
	if p.actions == nil {
		return []string{}
	}
	if !p.isAdmitted {
		return []string{"Audit"}
	}
	return p.actions
}

func (e Engine) result(asked *request.Request, document string, policy *Policy, rule engineapi.RuleResponse) contract.Result {
	annotations := map[string]string{}
	for name, value := range rule.Properties() {
		if name != "cel.validationIndex" {
			annotations[name] = value
		}
	}
	if len(annotations) == 0 {
		annotations = nil
	}
	return contract.Result{
		Request: asked.ID, Document: document, Policy: policy.name, Rule: rule.Name(),
		Result: contract.Outcome(rule.Status()), Message: rule.Message(), Actions: policy.effective(), AuditAnnotations: annotations,
	}
}

// doubt takes a word back that rests on what is not known.
func (e Engine) doubt(result contract.Result, asked *request.Request, policy *Policy, missing string) contract.Result {
	_, isNamespaceKnown := e.world.Namespace(asked.Namespace)
	isNamespaceKnown = isNamespaceKnown || asked.Namespace == ""
	reason := missing
	switch {
	case policy.beyond != nil && result.Result != contract.Skip:
		reason, result.At, result.Actions, result.Reads = policy.beyond(asked), "/spec", []string{}, nil
	case reason != "":
	case asked.User == nil && policy.asks.user:
		reason = "depends on who asks, which is not known"
	case policy.asks.http:
		reason = "asks a server over HTTP"
	case !isNamespaceKnown && policy.asks.namespace:
		reason = "depends on the Namespace " + asked.Namespace + ", which is not known here"
	case !isNamespaceKnown && policy.selectsNamespaces():
		reason = "matches by labels of the namespace, which are not known here"
	default:
		return result
	}
	result.Result, result.Reason, result.Message = contract.Undecided, reason, ""
	return result
}

func (p *Policy) selectsNamespaces() bool {
	return p.constraints != nil && p.constraints.NamespaceSelector != nil &&
		len(p.constraints.NamespaceSelector.MatchLabels)+len(p.constraints.NamespaceSelector.MatchExpressions) > 0
}

func (e Engine) namespace(name string) *corev1.Namespace {
	found, _ := e.world.Namespace(name)
	return found
}

// matcher leaves labels of a namespace that nobody knows out of the match, which is then in doubt.
func (e Engine) matcher(asked *request.Request) matching.Matcher {
	_, isKnown := e.world.Namespace(asked.Namespace)
	if isKnown || asked.Namespace == "" {
		return matching.NewMatcher()
	}
	return blindMatcher{matching.NewMatcher()}
}

type blindMatcher struct{ matching.Matcher }

// Match matches without the namespace's labels.
func (b blindMatcher) Match(criteria policymatching.MatchCriteria, attributes admission.Attributes, namespace runtime.Object) (bool, error) {
	constraints := criteria.GetMatchResources()
	constraints.NamespaceSelector = nil
	return b.Matcher.Match(&matching.MatchCriteria{Constraints: &constraints}, attributes, namespace)
}

func (e Engine) admission(asked *request.Request) celengine.EngineRequest {
	var object, oldObject runtime.Object
	if asked.Object != nil {
		object = &unstructured.Unstructured{Object: asked.Object}
	}
	if asked.OldObject != nil {
		oldObject = &unstructured.Unstructured{Object: asked.OldObject}
	}
	return celengine.Request(current, asked.Kind, asked.Resource, asked.SubResource, asked.Name, asked.Namespace,
		admissionv1.Operation(asked.Operation), asked.UserInfo(), object, oldObject, false, nil)
}

// reads are the fields that the failed expression reads.
func (p *Policy) reads(index string, asked *request.Request) []string {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(p.expressions) {
		return nil
	}
	return reads.Fields(p.expressions[i], asked.Object)
}
