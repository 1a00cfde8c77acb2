package classic

import (
	"context"
	"fmt"
	"reflect"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	"github.com/kyverno/kyverno/pkg/admissionpolicy"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authorization/authorizer"

	"plumbline.dev/engine/kyverno/internal/known"
)

// Kyverno's engine compiles the expressions of a rule for each request, which takes a hundred times as long as to
// evaluate them. Here such a rule goes to the engine as one that holds whenever it applies at all (match, preconditions,
// exceptions), and what then decides is compiled once.

// celRule is a rule's expressions, compiled.
type celRule struct {
	spec      kyvernov1.CEL
	validator validating.Validator
}

// alwaysHolds takes the place of expressions.
func alwaysHolds(rule kyvernov1.Rule) kyvernov1.Rule {
	validation := kyvernov1.Validation{Deny: &kyvernov1.Deny{}}
	if rule.Validation != nil {
		validation.FailureAction, validation.FailureActionOverrides = rule.Validation.FailureAction, rule.Validation.FailureActionOverrides
		validation.AllowExistingViolations = rule.Validation.AllowExistingViolations
	}
	rule.VerifyImages, rule.Generation, rule.Mutation = nil, nil, nil
	never := kyvernov1.AnyAllConditions{AnyConditions: []kyvernov1.Condition{{Operator: kyvernov1.ConditionOperators["Equals"]}}}
	never.AnyConditions[0].SetKey("never")
	never.AnyConditions[0].SetValue("so")
	validation.Deny.SetAnyAllConditions(never)
	rule.Validation = &validation
	rule.CELPreconditions = nil
	return rule
}

// compileCEL compiles a rule's expressions as Kyverno's own handler does.
func compileCEL(policy kyvernov1.PolicyInterface, rule kyvernov1.Rule) (*celRule, error) {
	spec := *rule.Validation.CEL.DeepCopy()
	for i := range spec.Expressions {
		if spec.Expressions[i].Message == "" {
			spec.Expressions[i].Message = rule.Validation.Message
		}
	}
	compiler, err := admissionpolicy.NewCompiler(rule.CELPreconditions, spec.Variables)
	if err != nil {
		return nil, err
	}
	full := cel.OptionalVariableDeclarations{HasParams: spec.HasParam(), HasAuthorizer: true}
	message := cel.OptionalVariableDeclarations{HasParams: spec.HasParam()}
	compiler.WithValidations(spec.Expressions)
	compiler.WithAuditAnnotations(spec.AuditAnnotations)
	compiler.CompileVariables(full)
	matcher := matchconditions.NewMatcher(compiler.CompileMatchConditions(full), nil, policy.GetKind(), "", policy.GetName())
	return &celRule{spec, validating.NewValidator(
		compiler.CompileValidations(full), matcher, compiler.CompileAuditAnnotationsExpressions(full),
		compiler.CompileMessageExpressions(message), nil, nil,
	)}, nil
}

// decideCEL evaluates the expressions of the rules that apply.
func (e *Engine) decideCEL(a *asking, responses []engineapi.RuleResponse) {
	for i, response := range responses {
		meant := a.prepared.rules[response.Name()]
		if meant == nil || !meant.rule.HasValidateCEL() || response.Status() != engineapi.RuleStatusPass {
			continue
		}
		responses[i] = *e.evaluateCEL(a.subject, a.policy, meant.rule)
		if missing := e.world.TakeMissing(); missing != "" {
			e.missing[meant.rule.Name] = missing
		}
	}
}

func (e *Engine) evaluateCEL(s *subject, policy *Policy, rule kyvernov1.Rule) *engineapi.RuleResponse {
	compiled, ok := policy.cel[rule.Name]
	if !ok {
		made, err := compileCEL(policy.policy, rule)
		if err != nil {
			return engineapi.RuleError(rule.Name, engineapi.Validation, "Error while creating composited compiler", err, nil)
		}
		policy.cel[rule.Name], compiled = made, made
	}
	params := []runtime.Object{nil}
	if compiled.spec.HasParam() {
		found, err := admissionpolicy.CollectParams(context.Background(), known.Client{World: e.world}, compiled.spec.ParamKind, compiled.spec.ParamRef, s.namespace)
		if err != nil {
			return engineapi.RuleError(rule.Name, engineapi.Validation, "error in parameterized resource", err, nil)
		}
		params = found
	}
	attributes, err := s.attributes()
	if err != nil {
		return engineapi.RuleError(rule.Name, engineapi.Validation, "error while creating versioned attributes", err, nil)
	}
	for _, param := range params {
		result := compiled.validator.Validate(context.Background(), schema.GroupVersionResource(s.resource), attributes, param,
			s.namespaceObject(e), celconfig.RuntimeCELCostBudget, authority{e.world})
		if response := judge(rule.Name, result); response != nil {
			return response
		}
	}
	return engineapi.RulePass(rule.Name, engineapi.Validation, fmt.Sprintf("Validation rule '%s' passed.", rule.Name), nil)
}

// judge gives a word that is not `pass`; the first decision that is none decides.
func judge(rule string, result validating.ValidateResult) *engineapi.RuleResponse {
	if reflect.DeepEqual(result, validating.ValidateResult{}) {
		return engineapi.RuleSkip(rule, engineapi.Validation, "cel preconditions not met", nil)
	}
	for i, decision := range result.Decisions {
		properties := map[string]string{expressionIndex: fmt.Sprint(i)}
		switch {
		case decision.Action == validating.ActionDeny:
			return engineapi.RuleFail(rule, engineapi.Validation, decision.Message, properties)
		case decision.Action == validating.ActionAdmit && decision.Evaluation == validating.EvalError:
			return engineapi.RuleError(rule, engineapi.Validation, decision.Message, nil, properties)
		}
	}
	return nil
}

// expressionIndex names the property that tells which expression decided.
const expressionIndex = "plumbline/expression"

func (s *subject) attributes() (*admission.VersionedAttributes, error) {
	var object, oldObject runtime.Object
	if s.object.Object != nil {
		object = s.object.DeepCopy()
	}
	if s.oldObject.Object != nil {
		oldObject = s.oldObject.DeepCopy()
	}
	name := s.object.GetName()
	if s.object.Object == nil {
		name = s.oldObject.GetName()
	}
	user := admissionpolicy.NewUser(s.userInfo)
	record := admission.NewAttributesRecord(object, oldObject, s.gvk, s.namespace, name, schema.GroupVersionResource(s.resource),
		s.subresource, admission.Operation(s.operation), nil, false, &user)
	return admission.NewVersionedAttributes(record, s.gvk, admission.NewObjectInterfacesFromScheme(runtime.NewScheme()))
}

func (s *subject) namespaceObject(e *Engine) *corev1.Namespace {
	if s.namespace == "" {
		return nil
	}
	found, _ := e.world.Namespace(s.namespace)
	return found
}

// authority cannot say what anybody may do.
type authority struct{ world *known.World }

// Authorize notes that it was asked.
func (a authority) Authorize(_ context.Context, asked authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionNoOpinion, "", a.world.Miss("needs to know whether the user may %s %s", asked.GetVerb(), asked.GetResource())
}
