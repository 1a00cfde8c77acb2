package cel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	celtypes "github.com/google/cel-go/common/types"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apiserver/pkg/admission"
	plugin "k8s.io/apiserver/pkg/admission/plugin/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// Need is something that is not known here: an expression that refers to it decides nothing.
type Need struct {
	// Word is `namespaceObject`, or `userInfo` of the request.
	Word   string
	Reason string
}

// Input is what one evaluation is asked.
type Input struct {
	Attributes *admission.VersionedAttributes
	// Constraint is the whole object; `variables.params` takes its spec.parameters.
	Constraint kube.Object
	// Namespace is the object's Namespace, nil for objects outside of any.
	Namespace *corev1.Namespace
	Missing   []Need
}

// Violation is one validation that did not hold, or an error for which the failurePolicy denies.
type Violation struct {
	Message string
	// At is a JSON pointer in the template.
	At    string
	Reads [][]string
}

// Verdict is the outcome of one evaluation.
type Verdict struct {
	Violations []Violation
	// Undecided is why some expression says nothing, empty where all do.
	Undecided string
	// IsSkipped says that a match condition is false.
	IsSkipped bool
}

// Evaluate asks all validations.
func (p *Policy) Evaluate(input Input) Verdict {
	params := &unstructured.Unstructured{Object: input.Constraint}
	call := call{
		context:  p.compiler.CreateContext(context.Background()),
		input:    input,
		bindings: plugin.OptionalVariableBindings{VersionedParams: params},
		request: plugin.CreateAdmissionRequest(input.Attributes.Attributes,
			metav1.GroupVersionResource(input.Attributes.GetResource()), metav1.GroupVersionKind(input.Attributes.VersionedKind)),
	}
	if verdict := p.match(call); verdict != nil {
		return *verdict
	}
	return p.validate(call)
}

type call struct {
	context  plugin.CompositionContext
	input    Input
	bindings plugin.OptionalVariableBindings
	request  *admissionv1.AdmissionRequest
}

// match asks the match conditions: one that is false skips whatever the others say, then errors count by the
// failurePolicy. Nil when all hold. Conditions see no namespaceObject, as in the API server.
func (p *Policy) match(call call) *Verdict {
	if len(p.source.Conditions) == 0 {
		return nil
	}
	results, _, err := p.conditions.ForInput(call.context, call.input.Attributes, call.request, call.bindings, nil, celconfig.RuntimeCELCostBudgetMatchConditions)
	if err != nil {
		return p.broken(err, p.at+"/matchCondition")
	}
	var failures []error
	at, undecided := "", ""
	for i, each := range results {
		reason := p.refs.missing(p.source.Conditions[i].Expression, call.input.Missing)
		switch {
		case reason != "":
			undecided = reason
		case each.Error != nil:
			failures = append(failures, each.Error)
			at = fmt.Sprintf("%s/matchCondition/%d/expression", p.at, i)
		case each.EvalResult == celtypes.False:
			return &Verdict{IsSkipped: true}
		}
	}
	switch {
	case undecided != "":
		return &Verdict{Undecided: undecided}
	case len(failures) > 0 && p.isIgnoring:
		return &Verdict{IsSkipped: true}
	case len(failures) > 0:
		return p.broken(utilerrors.NewAggregate(failures), at)
	}
	return nil
}

// broken is an error for the whole: a denial under failurePolicy Fail.
func (p *Policy) broken(err error, at string) *Verdict {
	if p.isIgnoring {
		return &Verdict{}
	}
	return &Verdict{Violations: []Violation{{Message: err.Error(), At: at}}}
}

func (p *Policy) validate(call call) Verdict {
	namespace := plugin.CreateNamespaceObject(call.input.Namespace)
	results, left, err := p.validations.ForInput(call.context, call.input.Attributes, call.request, call.bindings, namespace, celconfig.PerCallLimit)
	if err != nil {
		return *p.broken(err, p.at+"/validations")
	}
	var messages []plugin.EvaluationResult
	var messageErr error
	if slices.ContainsFunc(results, isNotTrue) {
		messages, _, messageErr = p.messages.ForInput(call.context, call.input.Attributes, call.request, call.bindings, namespace, left)
	}
	if !errors.Is(messageErr, apiservercel.ErrInternal) && !errors.Is(messageErr, apiservercel.ErrOutOfBudget) {
		messageErr = nil
	}
	return p.decide(call, results, messages, messageErr)
}

func isNotTrue(result plugin.EvaluationResult) bool {
	return result.Error != nil || result.EvalResult != celtypes.True
}

// decide puts validations and their messages together.
func (p *Policy) decide(call call, results, messages []plugin.EvaluationResult, messageErr error) Verdict {
	var verdict Verdict
	for i, each := range results {
		said := p.source.Validations[i]
		var message plugin.EvaluationResult
		if i < len(messages) {
			message = messages[i]
		}
		if reason := p.refs.missing(said.Expression, call.input.Missing); reason != "" {
			verdict.Undecided = reason
			continue
		}
		text := ""
		switch {
		case each.Error != nil:
			text = each.Error.Error()
		case messageErr != nil:
			text = fmt.Sprintf("failed messageExpression: %s", messageErr)
		case each.EvalResult == celtypes.True:
			continue
		default:
			verdict.Violations = append(verdict.Violations, p.violation(i, said.text(message)))
			continue
		}
		if !p.isIgnoring {
			verdict.Violations = append(verdict.Violations, p.violation(i, text))
		}
	}
	return verdict
}

func (p *Policy) violation(i int, message string) Violation {
	return Violation{
		Message: message,
		At:      fmt.Sprintf("%s/validations/%d/expression", p.at, i),
		Reads:   p.refs.reads(p.source.Validations[i].Expression),
	}
}

// text is the message of a validation that does not hold: of the messageExpression when that gives one line of text that
// is not too long, else the message, else the expression.
func (v validation) text(evaluated plugin.EvaluationResult) string {
	if evaluated.Error == nil && evaluated.EvalResult != nil {
		text, _ := evaluated.EvalResult.Value().(string)
		text = strings.TrimSpace(text)
		if text != "" && len(text) <= celconfig.MaxEvaluatedMessageExpressionSizeBytes && !strings.Contains(text, "\n") {
			return text
		}
	}
	if text := strings.TrimSpace(v.Message); text != "" {
		return text
	}
	return "failed expression: " + strings.TrimSpace(v.Expression)
}
