// Package policies reads ValidatingAdmissionPolicies, MutatingAdmissionPolicies and their bindings from documents as an
// API server would take them in: decoded strictly, defaulted, compiled. What is wrong with one is a problem at its place.
package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	kjson "sigs.k8s.io/json"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

const group = "admissionregistration.k8s.io"

// Policy is one policy, compiled.
type Policy struct {
	ID, Name      string
	Constraints   *Criteria
	ParamKind     *schema.GroupVersionKind
	IgnoresErrors bool
	Variables     map[string]language.Program
	Conditions    []Condition
	Validations   []Validation
	Annotations   []Annotation
	Mutations     []Mutation
	Reinvoked     bool
	Bindings      []Binding
	// types is what type checking needs; nil where there is nothing to check.
	types *typing
	// isBroken says that the document is no policy; its problems are all there is of it.
	isBroken bool
	problems []contract.Problem
}

// Condition is a match condition.
type Condition struct {
	Name    string
	Program language.Program
}

// Validation is one rule of a validating policy.
type Validation struct {
	Program language.Program
	Message string
	// MessageProgram is nil where the policy has no message expression.
	MessageProgram *language.Program
}

// Annotation is an audit annotation.
type Annotation struct {
	Key     string
	Program language.Program
}

// Mutation is one step of a mutating policy.
type Mutation struct {
	Program language.Program
	IsPatch bool
}

// Binding puts a policy into effect.
type Binding struct {
	ID, Name   string
	PolicyName string
	ParamRef   *admissionv1.ParamRef
	// Criteria are nil where the binding narrows nothing.
	Criteria *Criteria
	Actions  []string
}

// Criteria are match constraints with their selectors parsed once.
type Criteria struct {
	resources                       admissionv1.MatchResources
	namespaces, objects             labels.Selector
	namespaceProblem, objectProblem error
}

// GetParsedNamespaceSelector is asked by apiserver's matcher.
func (c *Criteria) GetParsedNamespaceSelector() (labels.Selector, error) {
	return c.namespaces, c.namespaceProblem
}

// GetParsedObjectSelector is asked by apiserver's matcher.
func (c *Criteria) GetParsedObjectSelector() (labels.Selector, error) {
	return c.objects, c.objectProblem
}

// GetMatchResources is asked by apiserver's matcher.
func (c *Criteria) GetMatchResources() admissionv1.MatchResources { return c.resources }

// newCriteria defaults match constraints from a file as the API does (SetDefaults_MatchResources, SetDefaults_Rule).
func newCriteria(given *admissionv1.MatchResources) *Criteria {
	resources := admissionv1.MatchResources{}
	if given != nil {
		resources = *given.DeepCopy()
	}
	if resources.NamespaceSelector == nil {
		resources.NamespaceSelector = &metav1.LabelSelector{}
	}
	if resources.ObjectSelector == nil {
		resources.ObjectSelector = &metav1.LabelSelector{}
	}
	if resources.MatchPolicy == nil {
		equivalent := admissionv1.Equivalent
		resources.MatchPolicy = &equivalent
	}
	for _, rules := range [][]admissionv1.NamedRuleWithOperations{resources.ResourceRules, resources.ExcludeResourceRules} {
		for i := range rules {
			if rules[i].Scope == nil {
				all := admissionv1.AllScopes
				rules[i].Scope = &all
			}
		}
	}
	made := &Criteria{resources: resources}
	made.namespaces, made.namespaceProblem = metav1.LabelSelectorAsSelector(resources.NamespaceSelector)
	made.objects, made.objectProblem = metav1.LabelSelectorAsSelector(resources.ObjectSelector)
	return made
}

// Set is what the documents of a question declare.
type Set struct {
	Validating, Mutating []*Policy
	Problems             []contract.Problem
}

// Read takes the documents in; those of other kinds are not its business.
func Read(documents []contract.Document, in *version.Version, cache *Cache) Set {
	set := Set{}
	bindings := map[string][]Binding{}
	for _, document := range documents {
		gvk := world.KindOf(document.Object)
		if gvk.Group != group {
			continue
		}
		switch gvk.Kind {
		case "ValidatingAdmissionPolicy":
			set.Validating = set.take(set.Validating, cache.policy(document, in, readValidating))
		case "MutatingAdmissionPolicy":
			set.Mutating = set.take(set.Mutating, cache.policy(document, in, readMutating))
		case "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding":
			binding, problems := readBinding(document, gvk.Kind)
			set.Problems = append(set.Problems, problems...)
			if binding != nil {
				key := strings.TrimSuffix(gvk.Kind, "Binding") + " " + binding.PolicyName
				bindings[key] = append(bindings[key], *binding)
			}
		}
	}
	set.bind("ValidatingAdmissionPolicy", set.Validating, bindings)
	set.bind("MutatingAdmissionPolicy", set.Mutating, bindings)
	set.tellUnbound()
	return set
}

func (s *Set) take(policies []*Policy, policy *Policy) []*Policy {
	s.Problems = append(s.Problems, policy.problems...)
	if policy.isBroken {
		return policies
	}
	return append(policies, policy)
}

// bind gives each policy its bindings; a policy comes from the cache, so it is copied.
func (s *Set) bind(kind string, policies []*Policy, bindings map[string][]Binding) {
	for i, policy := range policies {
		bound := *policy
		bound.Bindings = bindings[kind+" "+policy.Name]
		policies[i] = &bound
	}
}

func (s *Set) tellUnbound() {
	for _, policies := range [][]*Policy{s.Validating, s.Mutating} {
		for _, policy := range policies {
			if len(policy.Bindings) == 0 {
				s.Problems = append(s.Problems, contract.Problem{
					Document: policy.ID, Severity: contract.SeverityWarning, At: "/metadata/name",
					Message: fmt.Sprintf("No binding names the policy %q, so it does nothing.", policy.Name),
				})
			}
		}
	}
}

// decode reads a document into its type; what the type does not know is a warning, what it cannot hold an error.
func decode(document contract.Document, into any) ([]contract.Problem, bool) {
	data, err := json.Marshal(document.Object)
	if err != nil {
		return []contract.Problem{{Document: document.ID, Severity: contract.SeverityError, Message: "The document is no JSON: " + err.Error()}}, false
	}
	strict, err := kjson.UnmarshalStrict(data, into)
	if err != nil {
		return []contract.Problem{{Document: document.ID, Severity: contract.SeverityError, Message: "An API server cannot read the document: " + err.Error() + ".", At: existing(document.Object, pointerOfTypeError(err))}}, false
	}
	problems := []contract.Problem{}
	for _, each := range strict {
		problem := contract.Problem{Document: document.ID, Severity: contract.SeverityWarning, Message: "An API server does not know it: " + each.Error() + "."}
		var field kjson.FieldError
		if errors.As(each, &field) {
			problem.At = pointerOfPath(field.FieldPath())
		}
		problems = append(problems, problem)
	}
	return problems, true
}

func pointerOfTypeError(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return pointerOfPath(wrong.Field)
	}
	if named := fieldInMessage.FindStringSubmatch(err.Error()); named != nil {
		return pointerOfPath(named[1])
	}
	return ""
}

// existing is the pointer as far as it leads: the decoder leaves out the places in lists.
func existing(object contract.Object, pointer string) string {
	found := ""
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		value, ok := object[name]
		if !ok {
			break
		}
		found += "/" + name
		if object, ok = value.(contract.Object); !ok {
			break
		}
	}
	return found
}

// fieldInMessage finds the field in the decoder's text `… into Go struct field Type.spec.validations of type …`.
var fieldInMessage = regexp.MustCompile(`Go struct field \w+\.([\w.]+) of type`)

var pathPart = regexp.MustCompile(`[^.\[\]]+`)

// pointerOfPath makes `/spec/validations/0/message` of `spec.validations[0].message`.
func pointerOfPath(path string) string {
	if path == "" {
		return ""
	}
	return "/" + strings.Join(pathPart.FindAllString(path, -1), "/")
}

func readBinding(document contract.Document, kind string) (*Binding, []contract.Problem) {
	binding := &Binding{ID: document.ID, Name: world.NameOf(document.Object)}
	if kind == "MutatingAdmissionPolicyBinding" {
		var read admissionv1.MutatingAdmissionPolicyBinding
		problems, ok := decode(document, &read)
		if !ok {
			return nil, problems
		}
		binding.PolicyName, binding.ParamRef = read.Spec.PolicyName, read.Spec.ParamRef
		binding.Criteria = narrowing(read.Spec.MatchResources)
		return binding, problems
	}
	var read admissionv1.ValidatingAdmissionPolicyBinding
	problems, ok := decode(document, &read)
	if !ok {
		return nil, problems
	}
	if len(read.Spec.ValidationActions) == 0 {
		problems = append(problems, contract.Problem{
			Document: document.ID, Severity: contract.SeverityError, At: "/spec",
			Message: "A binding needs spec.validationActions (Deny, Warn, Audit); an API server refuses it without.",
		})
	}
	binding.PolicyName, binding.ParamRef = read.Spec.PolicyName, read.Spec.ParamRef
	binding.Criteria = narrowing(read.Spec.MatchResources)
	for _, action := range read.Spec.ValidationActions {
		binding.Actions = append(binding.Actions, string(action))
	}
	return binding, problems
}

func narrowing(given *admissionv1.MatchResources) *Criteria {
	if given == nil {
		return nil
	}
	return newCriteria(given)
}
