// Package classic judges by ClusterPolicy and Policy (kyverno.io) on Kyverno's own engine. What that engine would ask a
// cluster, a registry or a person comes from the question; where it is not there, the rule is undecided.
package classic

import (
	"strings"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/pkg/autogen"
	matchutils "github.com/kyverno/kyverno/pkg/utils/match"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/decode"
)

// Policy is a ClusterPolicy or Policy, read once and kept for later questions.
type Policy struct {
	policy   kyvernov1.PolicyInterface
	variants map[variantKey]*variant
	// cel are the rules in CEL by their names, compiled on first use.
	cel map[string]*celRule
}

// variantKey says for what kind, and not knowing what, a policy is prepared.
type variantKey struct {
	kind    string
	unknown unknowns
}

// variant is a policy with the rules that it has for a kind, those for controllers of Pods included.
type variant struct {
	// rules are all rules as the policy means them.
	rules []kyvernov1.Rule
	// validating and mutating hold those that the engine can decide, matching whatever is not known; nil without any.
	validating, mutating kyvernov1.PolicyInterface
	// beyond are rules that nothing here can decide, and why.
	beyond []beyond
}

type beyond struct {
	rule   kyvernov1.Rule
	reason string
}

// Read makes a policy of an object.
func Read(object contract.Object) (*Policy, error) {
	var policy kyvernov1.PolicyInterface = &kyvernov1.ClusterPolicy{}
	if object["kind"] == "Policy" {
		policy = &kyvernov1.Policy{}
	}
	if err := decode.Into(object, policy); err != nil {
		return nil, err
	}
	if policy.IsNamespaced() && policy.GetNamespace() == "" {
		policy.SetNamespace("default")
	}
	return &Policy{policy: policy, variants: map[variantKey]*variant{}, cel: map[string]*celRule{}}, nil
}

// ReadException makes a PolicyException (kyverno.io) of an object.
func ReadException(object contract.Object) (*kyvernov2.PolicyException, error) {
	exception := &kyvernov2.PolicyException{}
	return exception, decode.Into(object, exception)
}

// Mutates tells whether the policy has rules that change the object.
func (p *Policy) Mutates() bool { return p.policy.GetSpec().HasMutateStandard() }

// variant prepares the policy for objects of a kind; at most once.
func (p *Policy) variant(key variantKey) *variant {
	if made, ok := p.variants[key]; ok {
		return made
	}
	v := &variant{rules: autogen.Default.ComputeRules(p.policy, "")}
	validating := autogen.Default.ComputeRules(p.policy, key.kind)
	var validates, mutates []kyvernov1.Rule
	for _, rule := range validating {
		if reason := whyBeyond(rule); reason != "" {
			v.beyond = append(v.beyond, beyond{rule, reason})
		} else if rule.HasValidateCEL() {
			validates = append(validates, loosen(alwaysHolds(rule), key.unknown))
		} else if rule.HasValidate() {
			validates = append(validates, loosen(rule, key.unknown))
		}
	}
	for _, rule := range v.rules {
		if rule.HasMutate() && whyBeyond(rule) == "" {
			mutates = append(mutates, loosen(rule, key.unknown))
		}
	}
	v.validating = withRules(p.policy, validates)
	v.mutating = withRules(p.policy, mutates)
	p.variants[key] = v
	return v
}

// whyBeyond says why a rule is beyond a preview, or nothing.
func whyBeyond(rule kyvernov1.Rule) string {
	switch {
	case rule.HasVerifyImages() || rule.HasVerifyImageChecks() || rule.HasValidateImageVerification():
		return "verifies images, which needs their registry"
	case rule.Validation != nil && rule.Validation.Manifests != nil && len(rule.Validation.Manifests.Attestors) != 0:
		return "verifies the signature of the manifest, which needs keys and registries"
	case rule.HasGenerate():
		return "generates other objects, which happens in the background"
	case rule.HasMutateExisting():
		return "changes other objects, which happens in the background"
	default:
		return ""
	}
}

// withRules gives a copy that has exactly these rules: the engine must not derive others from them once more.
func withRules(policy kyvernov1.PolicyInterface, rules []kyvernov1.Rule) kyvernov1.PolicyInterface {
	if len(rules) == 0 {
		return nil
	}
	copied := policy.CreateDeepCopy()
	copied.GetSpec().SetRules(rules)
	annotations := map[string]string{}
	for name, value := range copied.GetAnnotations() {
		annotations[name] = value
	}
	annotations["pod-policies.kyverno.io/autogen-controllers"] = "none"
	copied.SetAnnotations(annotations)
	return copied
}

// namesKind tells quickly whether any rule could match a kind.
func namesKind(rules []kyvernov1.Rule, gvk schema.GroupVersionKind, subresource string) bool {
	for _, rule := range rules {
		for _, filter := range filters(rule.MatchResources) {
			if len(filter.Kinds) == 0 || matchutils.CheckKind(filter.Kinds, gvk, subresource, true) {
				return true
			}
		}
	}
	return false
}

func filters(match kyvernov1.MatchResources) kyvernov1.ResourceFilters {
	if len(match.Any) > 0 {
		return match.Any
	}
	if len(match.All) > 0 {
		return match.All
	}
	return kyvernov1.ResourceFilters{{UserInfo: match.UserInfo, ResourceDescription: match.ResourceDescription}}
}

// baseName is the name that the policy gives a rule.
func baseName(name string) string {
	name = strings.TrimPrefix(name, "autogen-cronjob-")
	return strings.TrimPrefix(name, "autogen-")
}

// Name is the policy's name.
func (p *Policy) Name() string { return p.policy.GetName() }
