package judge

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/policies"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// validate gives a validating policy's results: one for each binding and parameter that the request falls under.
func (j *judge) validate(r *request, policy *policies.Policy) []contract.Result {
	found, results := j.invocations(r, policy)
	for _, of := range found {
		results = append(results, j.validateOne(r, of)...)
	}
	return results
}

// invocation is a policy under one binding with one parameter.
type invocation struct {
	policy  *policies.Policy
	binding policies.Binding
	// param is nil for an evaluation without one.
	param contract.Object
	// resource is the one that the policy matched.
	resource schema.GroupVersionResource
	input    *language.Input
}

func (i invocation) result() contract.Result {
	return contract.Result{
		Document: i.policy.ID, Policy: i.policy.Name, Binding: i.binding.ID, Actions: slices.Clone(i.binding.Actions),
	}
}

// invocations finds what a request falls under, in order; trouble in finding it is a result.
func (j *judge) invocations(r *request, policy *policies.Policy) ([]invocation, []contract.Result) {
	if len(policy.Bindings) == 0 {
		return nil, nil
	}
	whole := invocation{policy: policy}
	matched, resource, kind, err := r.matches(policy.Constraints)
	if err != nil {
		return nil, []contract.Result{whole.misconfigured(err, "failed to configure policy", "/spec/matchConstraints")}
	}
	if !matched {
		return nil, nil
	}
	found, troubles := []invocation{}, []contract.Result{}
	for _, binding := range policy.Bindings {
		bound := invocation{policy: policy, binding: binding, resource: resource}
		params, isBound, err := r.bind(bound)
		switch {
		case err != nil:
			troubles = append(troubles, bound.misconfigured(err, "failed to configure binding", ""))
		case isBound && len(params) == 0:
			idle := bound.result()
			idle.Result, idle.Reason = contract.Pass, "No parameter was found, and the binding allows that."
			troubles = append(troubles, idle)
		case isBound && kind != r.kind:
			unconverted := bound.result()
			unconverted.Result = contract.Undecided
			unconverted.Reason = fmt.Sprintf("The policy matches it as %s, and only a server converts objects.", kind)
			troubles = append(troubles, unconverted)
		case isBound:
			for _, param := range params {
				bound.param = param
				found = append(found, bound)
			}
		}
	}
	return found, troubles
}

// bind says whether a binding applies to the request, and with which parameters.
func (r *request) bind(of invocation) ([]contract.Object, bool, error) {
	if of.binding.Criteria != nil {
		if matched, _, _, err := r.matches(of.binding.Criteria); err != nil || !matched {
			return nil, false, err
		}
	}
	params, err := r.params(of.policy, of.binding)
	return params, err == nil, err
}

// input is what an invocation's expressions see of the request as it is now.
func (j *judge) input(r *request, of invocation) *language.Input {
	return &language.Input{
		Object: r.objectValue, OldObject: r.oldObjectValue, Params: language.Value(of.param),
		Request: r.requestValue(of.resource), Namespace: r.namespaceObject,
		User: r.user, IsUserKnown: r.given.User != nil,
		Authorizer: j.authorizer, Resource: r.attributes,
	}
}

// misconfigured is what becomes of a request when the policy cannot be set up for it: denied whatever the binding's
// actions are, unless errors are ignored.
func (i invocation) misconfigured(err error, what, at string) contract.Result {
	result := i.result()
	var unknown *world.Unknown
	switch {
	case errors.As(err, &unknown):
		result.Result, result.Reason = contract.Undecided, "It "+unknown.Reason+"."
	case i.policy.IgnoresErrors:
		result.Result, result.Reason = contract.Skip, fmt.Sprintf("%s: %v; the failure policy ignores that.", what, err)
	default:
		result.Result, result.Message, result.Actions = contract.Fail, fmt.Sprintf("%s: %v", what, err), []string{"Deny"}
		result.At = at
	}
	return result
}

// finding is one reason to deny.
type finding struct {
	message string
	program language.Program
}

// validateOne gives one result, and a second where an audit annotation denies what the validations let through.
func (j *judge) validateOne(r *request, of invocation) []contract.Result {
	of.input = j.input(r, of)
	result := of.result()
	met, err, doubts := of.conditions()
	if len(doubts) > 0 {
		result.Result, result.Reason = contract.Undecided, sentence(doubts)
		return []contract.Result{result}
	}
	if !met.all {
		result.Result, result.Reason = contract.Skip, met.reason
		result.At = met.at
		return []contract.Result{result}
	}
	if err != nil {
		return []contract.Result{of.denied(result, []finding{{message: err.Error(), program: language.Program{At: met.at}}})}
	}
	findings, doubts := of.validations()
	if len(findings) > 0 {
		result = of.denied(result, findings)
	} else if len(doubts) > 0 {
		result.Result, result.Reason = contract.Undecided, sentence(doubts)
	} else {
		result.Result = contract.Pass
	}
	return of.annotate(result)
}

func sentence(doubts []string) string { return "It " + strings.Join(doubts, ", ") + "." }

// met says whether match conditions are met, or why not.
type met struct {
	all        bool
	reason, at string
}

// conditions follow apiserver's webhook/matchconditions: false beats errors, errors follow the failure policy. A doubt
// counts only when no condition is certainly false.
func (i invocation) conditions() (met, error, []string) {
	// Conditions see no namespaceObject, however much is known of it.
	input := *i.input
	input.Namespace = func() (ref.Val, error) { return types.NullValue, nil }
	group := language.NewGroup(&input, i.policy.Variables, true, celconfig.RuntimeCELCostBudgetMatchConditions)
	var troubles []error
	var doubts []string
	at := ""
	for _, condition := range i.policy.Conditions {
		outcome, err := group.Evaluate(condition.Program)
		if err != nil {
			troubles, at = append(troubles, err), condition.Program.At
			break
		}
		if outcome.Err == nil && outcome.Value == types.False && len(outcome.Unknown) == 0 {
			return met{reason: fmt.Sprintf("The match condition %q is false.", condition.Name), at: condition.Program.At}, nil, nil
		}
		doubts = append(doubts, outcome.Unknown...)
		if outcome.Err != nil {
			troubles = append(troubles, outcome.Err)
			if at == "" {
				at = condition.Program.At
			}
		}
	}
	if len(doubts) > 0 {
		return met{}, nil, doubts
	}
	if len(troubles) == 0 {
		return met{all: true}, nil, nil
	}
	err := utilerrors.NewAggregate(troubles)
	if i.policy.IgnoresErrors {
		return met{reason: fmt.Sprintf("A match condition cannot be evaluated, and the failure policy ignores that: %v", err), at: at}, nil, nil
	}
	return met{all: true, at: at}, err, nil
}

// validations are all evaluated, as a server does; what certainly fails decides, whatever is in doubt beside it.
func (i invocation) validations() ([]finding, []string) {
	group := language.NewGroup(i.input, i.policy.Variables, true, celconfig.RuntimeCELCostBudget)
	outcomes := make([]language.Outcome, len(i.policy.Validations))
	for k, validation := range i.policy.Validations {
		outcome, err := group.Evaluate(validation.Program)
		if err != nil {
			return i.outOfBudget(err, validation.Program, outcome.Unknown)
		}
		outcomes[k] = outcome
	}
	var findings []finding
	var doubts []string
	messages := language.NewGroup(i.input, i.policy.Variables, false, group.Budget())
	var messageProblem error
	for k, validation := range i.policy.Validations {
		var text language.Outcome
		if validation.MessageProgram != nil && messageProblem == nil {
			text, messageProblem = messages.Evaluate(*validation.MessageProgram)
		}
		outcome := outcomes[k]
		switch {
		case len(outcome.Unknown) > 0:
			doubts = append(doubts, outcome.Unknown...)
		case outcome.Err != nil:
			if !i.policy.IgnoresErrors {
				findings = append(findings, finding{outcome.Err.Error(), validation.Program})
			}
		case outcome.Value != types.True:
			findings = append(findings, finding{messageOf(validation, text), validation.Program})
		}
	}
	if messageProblem != nil {
		// A server then reports every validation as one whose message failed.
		return i.outOfBudget(fmt.Errorf("failed messageExpression: %w", messageProblem), i.policy.Validations[0].Program, nil)
	}
	return findings, doubts
}

func (i invocation) outOfBudget(err error, program language.Program, doubts []string) ([]finding, []string) {
	if len(doubts) > 0 || i.policy.IgnoresErrors {
		return nil, doubts
	}
	return []finding{{err.Error(), program}}, nil
}

// messageOf is apiserver's choice: the expression's text if it is one line of at most 5 KiB, else the fixed message,
// else the expression itself.
func messageOf(validation policies.Validation, text language.Outcome) string {
	if text.Err == nil && text.Value != nil {
		message, _ := text.Value.Value().(string)
		message = strings.TrimSpace(message)
		if message != "" && len(message) <= celconfig.MaxEvaluatedMessageExpressionSizeBytes && !strings.Contains(message, "\n") {
			return message
		}
	}
	if message := strings.TrimSpace(validation.Message); message != "" {
		return message
	}
	return "failed expression: " + strings.TrimSpace(validation.Program.Text())
}

// denied reports the first finding, as a server does, and keeps the others.
func (i invocation) denied(result contract.Result, findings []finding) contract.Result {
	first := findings[0]
	if len(result.Actions) == 0 {
		result.Result, result.Reason = contract.Pass, "The binding has no validationActions, so nothing follows: "+first.message
		return result
	}
	result.Result, result.Message, result.At = outcomeOf(result.Actions), first.message, first.program.At
	if first.program.ExpressionAccessor != nil {
		result.Reads = language.Reads(i.input, i.policy.Variables, true, first.program, celconfig.RuntimeCELCostBudget)
	}
	if len(findings) > 1 {
		all := []any{}
		for _, each := range findings {
			entry := contract.Object{"at": each.program.At, "message": each.message}
			if reads := language.Reads(i.input, i.policy.Variables, true, each.program, celconfig.RuntimeCELCostBudget); len(reads) > 0 {
				entry["reads"] = reads
			}
			all = append(all, entry)
		}
		result.Details = contract.Object{"failures": all}
	}
	return result
}

// outcomeOf says what a failure means under a binding's actions: a warning where the worst is one.
func outcomeOf(actions []string) contract.Outcome {
	if slices.Contains(actions, "Warn") && !slices.Contains(actions, "Deny") {
		return contract.Warn
	}
	return contract.Fail
}

// mostAnnotation is how much of an annotation a server keeps.
const mostAnnotation = 10 * 1024

// annotate evaluates audit annotations. An error in one denies, whatever the binding's actions, unless errors are ignored.
func (i invocation) annotate(result contract.Result) []contract.Result {
	group := language.NewGroup(i.input, i.policy.Variables, true, celconfig.RuntimeCELCostBudget)
	results := []contract.Result{result}
	for _, annotation := range i.policy.Annotations {
		outcome, spent := group.Evaluate(annotation.Program)
		if spent != nil {
			outcome.Err = spent
		}
		value, trouble := annotationValue(outcome)
		switch {
		case len(outcome.Unknown) > 0:
			// What an audit log would say is no verdict.
		case trouble != nil && !i.policy.IgnoresErrors && len(results) == 1:
			denial := i.result()
			denial.Result, denial.Message, denial.At = contract.Fail, trouble.Error(), annotation.Program.At
			denial.Actions = []string{"Deny"}
			results = append(results, denial)
		case value != "":
			if results[0].AuditAnnotations == nil {
				results[0].AuditAnnotations = map[string]string{}
			}
			results[0].AuditAnnotations[annotation.Key] = value[:min(len(value), mostAnnotation)]
		}
		if spent != nil {
			break
		}
	}
	return results
}

func annotationValue(outcome language.Outcome) (string, error) {
	if outcome.Err != nil {
		return "", outcome.Err
	}
	if outcome.Value == nil {
		return "", nil
	}
	value, _ := outcome.Value.Value().(string)
	return strings.TrimSpace(value), nil
}
