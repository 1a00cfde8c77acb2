package judge

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/policies"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// mutate lets every mutating policy change the object, in order, and once more those that ask for it when something
// changed (apiserver's policy/mutating).
func (j *judge) mutate(r *request) []contract.Result {
	if r.object == nil || r.operation == admission.Delete {
		return nil
	}
	var all []invocation
	var results []contract.Result
	for _, policy := range j.set.Mutating {
		found, troubles := j.invocations(r, policy)
		all, results = append(all, found...), append(results, troubles...)
	}
	isChanged := false
	own := make([]contract.Result, len(all))
	for i, of := range all {
		own[i] = j.mutateOne(r, of)
		isChanged = isChanged || own[i].Patched != nil
	}
	for i, of := range all {
		if isChanged && of.policy.Reinvoked {
			own[i] = either(own[i], j.mutateOne(r, of))
		}
	}
	return append(results, own...)
}

// either is the second word on a request where it says more than the first: nothing changes twice for most.
func either(first, second contract.Result) contract.Result {
	if second.Patched != nil || second.Result == contract.Fail || second.Result == contract.Undecided {
		return second
	}
	return first
}

func (j *judge) mutateOne(r *request, of invocation) contract.Result {
	of.input = j.input(r, of)
	result := of.result()
	met, err, doubts := of.conditions()
	switch {
	case len(doubts) > 0:
		result.Result, result.Reason = contract.Undecided, sentence(doubts)
		return result
	case !met.all:
		result.Result, result.Reason, result.At = contract.Skip, met.reason, met.at
		return result
	case err != nil:
		return of.refused(result, err, met.at)
	}
	before := r.raw
	result.Result = contract.Pass
	for _, mutation := range of.policy.Mutations {
		of.input = j.input(r, of)
		if result = j.apply(r, of, mutation, result); result.Result != contract.Pass {
			break
		}
	}
	if !reflect.DeepEqual(before, r.raw) {
		result.Patched = r.raw
	}
	return result
}

// refused is an error under the failure policy: the request is denied, or the error ignored.
func (i invocation) refused(result contract.Result, err error, at string) contract.Result {
	result.At = at
	if i.policy.IgnoresErrors {
		result.Result, result.Reason = contract.Skip, fmt.Sprintf("%v; the failure policy ignores that.", err)
		return result
	}
	result.Result, result.Message, result.Actions = contract.Fail, err.Error(), []string{"Deny"}
	return result
}

// apply makes one mutation and takes its outcome into the request.
func (j *judge) apply(r *request, of invocation, mutation policies.Mutation, result contract.Result) contract.Result {
	evaluator := &evaluator{of: of, program: mutation.Program}
	patched, err := j.patch(r, of, mutation, evaluator)
	var unknown *world.Unknown
	switch {
	case len(evaluator.unknown) > 0:
		result.Result, result.Reason = contract.Undecided, sentence(evaluator.unknown)
	case errors.As(err, &unknown):
		result.Result, result.Reason = contract.Undecided, "It "+unknown.Reason+"."
	case err != nil:
		return of.refused(result, err, mutation.Program.At)
	default:
		r.raw = carry(r.object, patched, r.raw)
		r.object = r.serve(patched)
		r.refresh()
	}
	return result
}

// patch is the object after one mutation, before the API defaults it again.
func (j *judge) patch(r *request, of invocation, mutation policies.Mutation, evaluator *evaluator) (contract.Object, error) {
	interfaces := objectInterfaces{r.world}
	attributes, err := admission.NewVersionedAttributes(r.attributes, r.kind, interfaces)
	if err != nil {
		return nil, err
	}
	patcher := patch.NewJSONPatcher(evaluator)
	var converter managedfields.TypeConverter
	if !mutation.IsPatch {
		patcher = patch.NewApplyConfigurationPatcher(evaluator)
		if converter, err = r.world.Converter(r.kind); err != nil {
			return nil, err
		}
	}
	patched, err := patcher.Patch(context.Background(), patch.Request{
		MatchedResource: of.resource, VersionedAttributes: attributes, ObjectInterfaces: interfaces, TypeConverter: converter,
	}, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return nil, err
	}
	object, ok := patched.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("the mutation gives a %T", patched)
	}
	return object.Object, nil
}

// evaluator gives apiserver's patchers the value of a mutation's expression, by this engine's evaluation.
type evaluator struct {
	of      invocation
	program language.Program
	unknown []string
}

// CompilationErrors are asked first.
func (e *evaluator) CompilationErrors() []error {
	if e.program.Error == nil {
		return nil
	}
	return []error{e.program.Error}
}

// ForInput evaluates what the invocation sees; apiserver's own view of the request is not used.
func (e *evaluator) ForInput(_ context.Context, _ *admission.VersionedAttributes, _ *admissionv1.AdmissionRequest, _ plugincel.OptionalVariableBindings, _ *corev1.Namespace, budget int64) (plugincel.EvaluationResult, int64, error) {
	group := language.NewGroup(e.of.input, e.of.policy.Variables, true, budget)
	outcome, err := group.Evaluate(e.program)
	e.unknown = append(e.unknown, outcome.Unknown...)
	if err != nil {
		return plugincel.EvaluationResult{}, -1, err
	}
	return plugincel.EvaluationResult{EvalResult: outcome.Value, Error: outcome.Err, ExpressionAccessor: e.program.ExpressionAccessor}, group.Budget(), nil
}
