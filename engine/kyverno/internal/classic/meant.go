package classic

import (
	"encoding/json"
	"strconv"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
)

// meant is a rule as its policy means it, with what results need of it: worked out once, not for each result.
type meant struct {
	rule kyvernov1.Rule
	// at is the part of the policy's document that decides.
	at string
	// pattern is that of the rule, or the only one that it gives to choose from.
	pattern any
	// reason is why nothing here can decide it; empty for others.
	reason string
	// isNameless is so for what is no rule to people: a CleanupPolicy as a whole.
	isNameless bool
	// tight matches only what the rule matches for every user and all labels of the namespace; nil if that is nothing.
	tight                         *kyvernov1.Rule
	asksForUser, asksForNamespace bool
}

// meant reads all rules of a policy, by name; of two rules of one name the first counts.
func (p *Policy) meant(rules []kyvernov1.Rule, unknown unknowns) map[string]*meant {
	at := map[string]string{}
	if p.reason != "" {
		at[cleanupRule] = "/spec"
		return p.allMeant(rules, unknown, at)
	}
	for i, rule := range p.policy.GetSpec().Rules {
		at[rule.Name] = "/spec/rules/" + strconv.Itoa(i) + part(rule)
	}
	return p.allMeant(rules, unknown, at)
}

func (p *Policy) allMeant(rules []kyvernov1.Rule, unknown unknowns, at map[string]string) map[string]*meant {
	all := map[string]*meant{}
	for _, rule := range rules {
		if _, isKnown := all[rule.Name]; isKnown {
			continue
		}
		made := &meant{rule: rule, at: at[rule.Name], reason: p.whyBeyond(rule), isNameless: p.reason != ""}
		if made.at == "" {
			made.at = at[baseName(rule.Name)]
		}
		if rule.Validation != nil {
			made.pattern = rule.Validation.GetPattern()
			if branches, ok := rule.Validation.GetAnyPattern().([]any); ok && len(branches) == 1 {
				made.pattern = branches[0]
			}
		}
		made.setUnsure(unknown)
		all[rule.Name] = made
	}
	return all
}

func (m *meant) setUnsure(unknown unknowns) {
	if unknown == (unknowns{}) {
		return
	}
	if tight, ok := tighten(m.rule, unknown); ok {
		m.tight = &tight
	}
	text, _ := json.Marshal(m.rule)
	m.asksForUser, m.asksForNamespace = asksForUser.Match(text), asksForNamespace.Match(text)
}
