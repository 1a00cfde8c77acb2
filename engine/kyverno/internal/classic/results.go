package classic

import (
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	"github.com/kyverno/kyverno/ext/wildcard"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	matchutils "github.com/kyverno/kyverno/pkg/utils/match"

	"plumbline.dev/engine/contract"
)

// results turns the engine's words into the contract's.
func (e *Engine) results(a *asking, document string, response engineapi.EngineResponse) []contract.Result {
	s := a.subject
	var results []contract.Result
	for _, each := range response.PolicyResponse.Rules {
		rule := a.prepared.rules[each.Name()]
		result := s.result(document, each.Name(), rule)
		result.Message = each.Message()
		result.Result = s.outcome(each.Status())
		if rule != nil && rule.reason != "" {
			var isAsked bool
			if result, isAsked = e.beyond(result, rule, a.run); !isAsked {
				continue
			}
		}
		if missing := e.missing[each.Name()]; missing != "" {
			result = undecided(result, missing)
		} else if rule != nil && result.Result != contract.Undecided {
			if reason := s.whyUnsure(rule); reason != "" {
				result = undecided(result, reason)
			}
		}
		if rule != nil && (result.Result == contract.Fail || result.Result == contract.Warn) {
			s.place(&result, rule, each)
			s.placeExpression(&result, rule.rule, each.Properties()[expressionIndex])
			result.Wanted = e.wanted(a, rule, result, each)
		}
		if each.RuleType() == engineapi.Mutation && each.Status() == engineapi.RuleStatusPass && result.Result == contract.Pass {
			result.Patched = response.PatchedResource.Object
		}
		results = append(results, result)
	}
	return results
}

func undecided(result contract.Result, reason string) contract.Result {
	result.Result = contract.Undecided
	result.Reason = reason
	result.Message = ""
	return result
}

// result is what all results of a rule have in common.
func (s *subject) result(document string, name string, rule *meant) contract.Result {
	result := contract.Result{
		Request: s.request, Document: document, Policy: s.policy.GetName(), Rule: name, Actions: []string{},
	}
	if rule == nil {
		return result
	}
	result.At = rule.at
	if rule.isNameless {
		result.Rule = ""
	}
	if rule.rule.HasValidate() {
		result.Actions = []string{s.action(rule.rule)}
	}
	return result
}

// part points to what decides within a rule.
func part(rule kyvernov1.Rule) string {
	switch validation := rule.Validation; {
	case rule.HasMutate():
		return "/mutate"
	case rule.HasGenerate():
		return "/generate"
	case rule.HasVerifyImages():
		return "/verifyImages"
	case validation == nil:
		return ""
	case validation.GetPattern() != nil:
		return "/validate/pattern"
	case validation.GetAnyPattern() != nil:
		return "/validate/anyPattern"
	case validation.Deny != nil:
		return "/validate/deny"
	case len(validation.ForEachValidation) > 0:
		return "/validate/foreach"
	case validation.PodSecurity != nil:
		return "/validate/podSecurity"
	case validation.CEL != nil:
		return "/validate/cel"
	default:
		return "/validate"
	}
}

// outcome gives the word for a status. Policies whose results do not count toward the score only warn.
// https://kyverno.io/docs/policy-reports/
func (s *subject) outcome(status engineapi.RuleStatus) contract.Outcome {
	switch status {
	case engineapi.RuleStatusPass:
		return contract.Pass
	case engineapi.RuleStatusFail:
		if s.policy.GetAnnotations()["policies.kyverno.io/scored"] == "false" {
			return contract.Warn
		}
		return contract.Fail
	case engineapi.RuleStatusWarn:
		return contract.Warn
	case engineapi.RuleStatusSkip:
		return contract.Skip
	default:
		return contract.Error
	}
}

// action is what happens on failure in the object's namespace: the rule's own word, else the policy's. A policy that
// takes no part in admission only reports.
func (s *subject) action(rule kyvernov1.Rule) string {
	spec := s.policy.GetSpec()
	action := spec.ValidationFailureAction
	overrides := spec.ValidationFailureActionOverrides
	if rule.Validation.FailureAction != nil {
		action, overrides = *rule.Validation.FailureAction, rule.Validation.FailureActionOverrides
	} else if len(rule.Validation.FailureActionOverrides) > 0 {
		overrides = rule.Validation.FailureActionOverrides
	}
	for _, override := range overrides {
		if override.Action != "" && s.isOverridden(override) {
			action = override.Action
			break
		}
	}
	if action.Enforce() && spec.AdmissionProcessingEnabled() {
		return "Deny"
	}
	return "Audit"
}

func (s *subject) isOverridden(override kyvernov1.ValidationFailureActionOverride) bool {
	bySelector := true
	if override.NamespaceSelector != nil {
		passed, err := matchutils.CheckSelector(override.NamespaceSelector, s.namespaceLabels)
		bySelector = err == nil && passed
	}
	if len(override.Namespaces) == 0 {
		return override.NamespaceSelector != nil && bySelector
	}
	return wildcard.CheckPatterns(override.Namespaces, s.namespace) && bySelector
}
