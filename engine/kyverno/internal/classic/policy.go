// Package classic judges by ClusterPolicy and Policy (kyverno.io) on Kyverno's own engine. What that engine would ask a
// cluster, a registry or a person comes from the question; where it is not there, the rule is undecided.
package classic

import (
	"bytes"
	"encoding/json"
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
	// reason is why nothing here can decide any of its rules, which then have no names; empty for others.
	reason string
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
	// rules are all rules by name, as the policy means them.
	rules map[string]*meant
	// validating and mutating match whatever is not known. Rules that nothing here can decide are among the validating
	// ones as rules that always hold.
	validating, mutating []unit
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
	all := autogen.Default.ComputeRules(p.policy, "")
	v := &variant{rules: p.meant(all, key.unknown)}
	var validates, mutates []kyvernov1.Rule
	for _, rule := range autogen.Default.ComputeRules(p.policy, key.kind) {
		if rule.HasValidateCEL() || p.whyBeyond(rule) != "" {
			validates = append(validates, loosen(alwaysHolds(rule), key.unknown))
		} else if rule.HasValidate() {
			validates = append(validates, loosen(rule, key.unknown))
		}
	}
	for _, rule := range all {
		if rule.HasMutate() && p.whyBeyond(rule) == "" {
			mutates = append(mutates, loosen(rule, key.unknown))
		}
	}
	v.validating = p.apart(validates)
	if len(mutates) > 0 {
		v.mutating = []unit{newUnit(p.policy.CreateDeepCopy(), mutates)}
	}
	p.variants[key] = v
	return v
}

// unit is what the engine is asked at once: a policy with some of its rules.
type unit struct {
	policy         kyvernov1.PolicyInterface
	mentionsImages bool
}

// apart makes a unit of each rule, so that those which do not match cost nothing; where the first that applies is the
// last, one unit of all.
func (p *Policy) apart(rules []kyvernov1.Rule) []unit {
	if len(rules) == 0 {
		return nil
	}
	bare := p.policy.CreateDeepCopy()
	bare.GetSpec().SetRules(nil)
	if p.policy.GetSpec().GetApplyRules() == kyvernov1.ApplyOne {
		return []unit{newUnit(bare, rules)}
	}
	var units []unit
	for i := range rules {
		units = append(units, newUnit(bare.CreateDeepCopy(), rules[i:i+1]))
	}
	return units
}

// newUnit gives a policy exactly these rules: the engine must not derive others from them once more.
func newUnit(policy kyvernov1.PolicyInterface, rules []kyvernov1.Rule) unit {
	policy.GetSpec().SetRules(rules)
	annotations := map[string]string{}
	for name, value := range policy.GetAnnotations() {
		annotations[name] = value
	}
	annotations["pod-policies.kyverno.io/autogen-controllers"] = "none"
	policy.SetAnnotations(annotations)
	text, err := json.Marshal(rules)
	return unit{policy, err != nil || bytes.Contains(text, []byte("images"))}
}

func (u unit) rules() []kyvernov1.Rule { return u.policy.GetSpec().Rules }

// sparedCopies counts the copies of variables that nobody needs: the one before all rules, and with a single rule the one
// before it.
func (u unit) sparedCopies() int {
	if len(u.rules()) == 1 {
		return 2
	}
	return 1
}

// namesKind tells quickly whether any rule could match a kind.
func namesKind(rules []kyvernov1.Rule, gvk schema.GroupVersionKind, subresource string) bool {
	for i := range rules {
		for _, filter := range filters(rules[i].MatchResources) {
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
