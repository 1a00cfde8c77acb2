package policies

import (
	"fmt"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// mostKinds is how many kinds of one rule a server checks (maxTypesToCheck in apiserver's typechecking.go).
const mostKinds = 10

// mostAnswers bounds what one policy's checks are remembered for: definitions change while somebody writes them.
const mostAnswers = 8

// typing is a policy's part in type checking, and what it came to by the definitions of the kinds.
type typing struct {
	spec    admissionv1.ValidatingAdmissionPolicySpec
	version *version.Version
	known   map[string][]contract.Problem
}

// CheckTypes tells of the policies' expressions what does not fit the schemas of the kinds that they match: a server
// says the same in status.typeChecking. A kind without a schema is not checked.
func (s *Set) CheckTypes(known *world.World, cache *Cache) {
	for _, policy := range s.Validating {
		if policy.types != nil {
			s.Problems = append(s.Problems, cache.typeProblems(policy, known)...)
		}
	}
}

func (c *Cache) typeProblems(policy *Policy, known *world.World) []contract.Problem {
	kinds := kindsToCheck(policy.types.spec.MatchConstraints, known)
	key := strings.Builder{}
	for _, each := range append(kinds, policy.paramKind()) {
		fmt.Fprintf(&key, "%s=%x;", each, known.DefinitionOf(each))
	}
	if found, ok := policy.types.known[key.String()]; ok {
		return found
	}
	if len(policy.types.known) >= mostAnswers {
		clear(policy.types.known)
	}
	found := c.checkPolicy(policy, kinds, known)
	policy.types.known[key.String()] = found
	return found
}

func (p *Policy) paramKind() schema.GroupVersionKind {
	if p.ParamKind == nil {
		return schema.GroupVersionKind{}
	}
	return *p.ParamKind
}

// kindsToCheck are the kinds that a server checks: those whose group, version and resource a rule names.
func kindsToCheck(constraints *admissionv1.MatchResources, known *world.World) []schema.GroupVersionKind {
	found := []schema.GroupVersionKind{}
	if constraints == nil {
		return found
	}
	for _, rule := range constraints.ResourceRules {
		ofRule := kindsOfRule(rule.Rule, known)
		isEnough := len(ofRule) >= mostKinds
		for _, each := range ofRule[:min(len(ofRule), mostKinds)] {
			if !slices.Contains(found, each) {
				found = append(found, each)
			}
		}
		if isEnough {
			break
		}
	}
	slices.SortFunc(found, func(one, other schema.GroupVersionKind) int {
		return strings.Compare(one.Group+"\n"+one.Version+"\n"+one.Kind, other.Group+"\n"+other.Version+"\n"+other.Kind)
	})
	return found
}

func kindsOfRule(rule admissionv1.Rule, known *world.World) []schema.GroupVersionKind {
	found := []schema.GroupVersionKind{}
	if slices.ContainsFunc(slices.Concat(rule.APIGroups, rule.APIVersions), isPattern) {
		return found
	}
	for _, group := range sorted(rule.APIGroups) {
		for _, version := range sorted(rule.APIVersions) {
			for _, resource := range sorted(rule.Resources) {
				wanted := schema.GroupVersionResource{Group: group, Version: version, Resource: resource}
				if kind, ok := known.KindFor(wanted); ok && !isPattern(resource) {
					found = append(found, kind)
				}
			}
		}
	}
	return found
}

func isPattern(text string) bool { return strings.ContainsAny(text, "*/") }

func sorted(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

func (c *Cache) checkPolicy(policy *Policy, kinds []schema.GroupVersionKind, known *world.World) []contract.Problem {
	params := c.typeOf(policy.paramKind(), known)
	warnings := map[string][]string{}
	places := []string{}
	for _, kind := range kinds {
		object := c.typeOf(kind, known)
		if object == nil {
			continue
		}
		for _, issue := range c.checkKind(policy, language.Types{Object: object, Params: params}) {
			if warnings[issue.at] == nil {
				places = append(places, issue.at)
			}
			warnings[issue.at] = append(warnings[issue.at], fmt.Sprintf("%v: %s", kind, issue.text))
		}
	}
	problems := []contract.Problem{}
	for _, at := range places {
		problems = append(problems, contract.Problem{
			Document: policy.ID, Severity: contract.SeverityWarning, At: at,
			Message: TypeWarning + strings.Join(warnings[at], "\n"),
		})
	}
	return problems
}

// TypeWarning begins what is told of an expression whose types do not fit.
const TypeWarning = "The expression does not fit the fields of what the policy matches: "

// issue is one expression that does not fit one kind.
type issue struct{ at, text string }

// checkKind checks what a server does: conditions and messages of validations, with the variables that they name.
func (c *Cache) checkKind(policy *Policy, types language.Types) []issue {
	given := language.Variables{HasParams: policy.ParamKind != nil, HasAuthorizer: true}
	check, err := c.library.NewTypeCheck(policy.types.version, given, types)
	if err != nil {
		// A schema that CEL cannot take says nothing about the policy.
		return nil
	}
	for _, each := range policy.types.spec.Variables {
		check.Variable(each.Name, each.Expression)
	}
	found := []issue{}
	for i, each := range policy.types.spec.Validations {
		if text := check.Issues(each.Expression); text != "" {
			found = append(found, issue{fmt.Sprintf("/spec/validations/%d/expression", i), text})
		}
		if each.MessageExpression == "" {
			continue
		}
		if text := check.Issues(each.MessageExpression); text != "" {
			found = append(found, issue{fmt.Sprintf("/spec/validations/%d/messageExpression", i), text})
		}
	}
	return found
}

// typeOf is a kind's type; nil where its fields are not known.
func (c *Cache) typeOf(kind schema.GroupVersionKind, known *world.World) *apiservercel.DeclType {
	if kind.Empty() {
		return nil
	}
	if made, ok := c.types[kind]; ok {
		return made
	}
	made := known.Type(kind)
	if known.DefinitionOf(kind) == "" && made != nil {
		c.types[kind] = made
	}
	return made
}
