package policies

import (
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// reading is a policy in the making.
type reading struct {
	policy   *Policy
	compiler *language.Compiler
	version  *version.Version
	given    language.Variables
	// isWrong says that an expression does not compile.
	isWrong bool
}

func (c *Cache) newReading(document contract.Document, in *version.Version) *reading {
	policy := &Policy{ID: document.ID, Name: world.NameOf(document.Object)}
	return &reading{policy: policy, compiler: c.library.NewCompiler(in), version: in}
}

func (r *reading) tell(severity contract.Severity, at, message string) {
	r.policy.problems = append(r.policy.problems, contract.Problem{Document: r.policy.ID, Severity: severity, Message: message, At: at})
}

// head reads what both kinds of policies have.
func (r *reading) head(constraints *admissionv1.MatchResources, kind *admissionv1.ParamKind, failure *admissionv1.FailurePolicyType) {
	if constraints == nil || len(constraints.ResourceRules) == 0 {
		r.tell(contract.SeverityWarning, "/spec", "An API server refuses a policy without spec.matchConstraints.resourceRules; here it is judged as matching everything.")
	}
	r.policy.Constraints = newCriteria(constraints)
	r.policy.IgnoresErrors = failure != nil && *failure == admissionv1.Ignore
	if kind != nil {
		gvk := schema.FromAPIVersionAndKind(kind.APIVersion, kind.Kind)
		r.policy.ParamKind = &gvk
	}
	r.given = language.Variables{HasParams: kind != nil, HasAuthorizer: true}
}

func (r *reading) variables(given []admissionv1.Variable) {
	for i, each := range given {
		at := fmt.Sprintf("/spec/variables/%d/expression", i)
		r.check(r.compiler.Variable(each.Name, each.Expression, at, r.given))
	}
	r.policy.Variables = r.compiler.Variables()
}

func (r *reading) conditions(given []admissionv1.MatchCondition) {
	for i, each := range given {
		at := fmt.Sprintf("/spec/matchConditions/%d/expression", i)
		program := r.check(r.compiler.Condition(each.Expression, at, r.given))
		r.policy.Conditions = append(r.policy.Conditions, Condition{Name: each.Name, Program: program})
	}
}

// check tells why a program does not compile.
func (r *reading) check(program language.Program) language.Program {
	if program.Error != nil {
		r.isWrong = true
		r.tell(contract.SeverityError, program.At, "The expression does not compile: "+program.Error.Error())
	}
	return program
}

func readValidating(r *reading, document contract.Document) {
	var read admissionv1.ValidatingAdmissionPolicy
	problems, ok := decode(document, &read)
	r.policy.problems = append(r.policy.problems, problems...)
	if !ok {
		r.policy.isBroken = true
		return
	}
	spec := read.Spec
	r.head(spec.MatchConstraints, spec.ParamKind, spec.FailurePolicy)
	if len(spec.Validations) == 0 && len(spec.AuditAnnotations) == 0 {
		r.tell(contract.SeverityError, "/spec", "A policy needs spec.validations or spec.auditAnnotations; an API server refuses it without.")
	}
	r.variables(spec.Variables)
	r.conditions(spec.MatchConditions)
	for i, each := range spec.Validations {
		r.validation(i, each)
	}
	for i, each := range spec.AuditAnnotations {
		at := fmt.Sprintf("/spec/auditAnnotations/%d/valueExpression", i)
		program := r.check(r.compiler.Annotation(each.ValueExpression, at, r.given))
		r.policy.Annotations = append(r.policy.Annotations, Annotation{Key: each.Key, Program: program})
	}
	if !r.isWrong {
		r.policy.types = &typing{spec: spec, version: r.version, known: map[string][]contract.Problem{}}
	}
}

func (r *reading) validation(i int, given admissionv1.Validation) {
	at := fmt.Sprintf("/spec/validations/%d/expression", i)
	program := r.check(r.compiler.Condition(given.Expression, at, r.given))
	made := Validation{Program: program, Message: given.Message}
	if given.MessageExpression != "" {
		// A message cannot ask the authorizer.
		variables := language.Variables{HasParams: r.given.HasParams}
		at := fmt.Sprintf("/spec/validations/%d/messageExpression", i)
		message := r.check(r.compiler.Message(given.MessageExpression, at, variables))
		made.MessageProgram = &message
	}
	r.policy.Validations = append(r.policy.Validations, made)
}

func readMutating(r *reading, document contract.Document) {
	var read admissionv1.MutatingAdmissionPolicy
	problems, ok := decode(document, &read)
	r.policy.problems = append(r.policy.problems, problems...)
	if !ok {
		r.policy.isBroken = true
		return
	}
	spec := read.Spec
	r.head(spec.MatchConstraints, spec.ParamKind, spec.FailurePolicy)
	r.policy.Reinvoked = spec.ReinvocationPolicy == admissionv1.IfNeededReinvocationPolicy
	r.variables(spec.Variables)
	r.conditions(spec.MatchConditions)
	for i, each := range spec.Mutations {
		r.mutation(i, each)
	}
}

func (r *reading) mutation(i int, given admissionv1.Mutation) {
	variables := r.given
	variables.HasPatchTypes = true
	switch {
	case given.PatchType == admissionv1.PatchTypeJSONPatch && given.JSONPatch != nil:
		at := fmt.Sprintf("/spec/mutations/%d/jsonPatch/expression", i)
		accessor := &patch.JSONPatchCondition{Expression: given.JSONPatch.Expression}
		program := r.check(r.compiler.Mutation(accessor, at, variables))
		r.policy.Mutations = append(r.policy.Mutations, Mutation{Program: program, IsPatch: true})
	case given.PatchType == admissionv1.PatchTypeApplyConfiguration && given.ApplyConfiguration != nil:
		at := fmt.Sprintf("/spec/mutations/%d/applyConfiguration/expression", i)
		accessor := &patch.ApplyConfigurationCondition{Expression: given.ApplyConfiguration.Expression}
		program := r.check(r.compiler.Mutation(accessor, at, variables))
		r.policy.Mutations = append(r.policy.Mutations, Mutation{Program: program})
	default:
		r.tell(contract.SeverityError, fmt.Sprintf("/spec/mutations/%d", i), "A mutation needs patchType JSONPatch with jsonPatch, or ApplyConfiguration with applyConfiguration.")
	}
}
