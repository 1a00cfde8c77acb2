package classic

import (
	"context"
	"fmt"

	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	enginecontext "github.com/kyverno/kyverno/pkg/engine/context"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/exceptions"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/request"
	"plumbline.dev/engine/kyverno/internal/values"
)

// Engine judges the requests of one question.
type Engine struct {
	engine  engineapi.Engine
	config  config.Configuration
	jp      jmespath.Interface
	world   *known.World
	values  *values.Set
	missing map[string]string
	// objectValues are those of the object and policy under way.
	objectValues values.Values
}

// NewEngine sets Kyverno's engine up over what a question tells.
func NewEngine(world *known.World, given *values.Set, exempted []*kyvernov2.PolicyException) *Engine {
	e := &Engine{config: config.NewDefaultConfiguration(false), world: world, values: given, missing: map[string]string{}}
	e.jp = jmespath.New(e.config)
	isCluster := true
	client := known.Client{World: world}
	e.engine = engine.NewEngine(e.config, e.jp, client, registry{world}, nil,
		e.contextLoader(client, globalStore{client}), exceptions.New(lister(exempted)), &isCluster)
	return e
}

type lister []*kyvernov2.PolicyException

// List gives all exceptions; the engine picks the rule's.
func (l lister) List(labels.Selector) ([]*kyvernov2.PolicyException, error) { return l, nil }

// asking is a unit of a policy that is asked about a request.
type asking struct {
	subject  *subject
	policy   *Policy
	prepared *variant
	unit     unit
	run      *run
}

// askings are the units of a policy that could match a request.
func (e *Engine) askings(asked *request.Request, policy *Policy, unitsOf func(*variant) []unit) (*subject, []*asking) {
	s := e.subject(asked, policy)
	prepared := policy.variant(variantKey{s.gvk.Kind, s.unknown})
	var all []*asking
	for _, each := range unitsOf(prepared) {
		if namesKind(each.rules(), s.gvk, s.subresource) {
			all = append(all, &asking{subject: s, policy: policy, prepared: prepared, unit: each})
		}
	}
	return s, all
}

// Mutate applies a policy's rules that change the object, and gives the object as it is then.
func (e *Engine) Mutate(asked *request.Request, document string, policy *Policy) ([]contract.Result, contract.Object) {
	if asked.Object == nil {
		return nil, nil
	}
	s, all := e.askings(asked, policy, func(v *variant) []unit { return v.mutating })
	var results []contract.Result
	var patched contract.Object
	for _, each := range all {
		response, err := e.ask(each, e.engine.Mutate)
		if err != nil {
			return []contract.Result{s.failed(document, err)}, nil
		}
		results = append(results, e.results(each, document, response)...)
		patched = response.PatchedResource.Object
	}
	for i := range results {
		if results[i].Result == contract.Undecided || results[i].Result == contract.Error {
			return results, nil
		}
	}
	return results, patched
}

// Validate applies a policy's rules that refuse, and names those that nothing here can decide.
func (e *Engine) Validate(asked *request.Request, document string, policy *Policy) []contract.Result {
	s, all := e.askings(asked, policy, func(v *variant) []unit { return v.validating })
	var results []contract.Result
	for _, each := range all {
		response, err := e.validate(each)
		if err != nil {
			return append(results, s.failed(document, err))
		}
		results = append(results, e.results(each, document, response)...)
	}
	return results
}

func (e *Engine) validate(a *asking) (engineapi.EngineResponse, error) {
	response, err := e.ask(a, e.engine.Validate)
	if err == nil {
		e.decideCEL(a, response.PolicyResponse.Rules)
	}
	return response, err
}

// ask runs one unit; afterwards `missing` holds what each of its rules would have to know.
func (e *Engine) ask(a *asking, speak func(context.Context, engineapi.PolicyContext) engineapi.EngineResponse) (engineapi.EngineResponse, error) {
	run, err := e.newRun(a.subject, a.unit)
	if err != nil {
		return engineapi.EngineResponse{}, err
	}
	a.run = run
	e.missing, e.objectValues = map[string]string{}, a.subject.values
	response := speak(context.Background(), run)
	e.noteMissing("")
	return response, nil
}

func query(variables enginecontext.EvalInterface, path string) (unstructured.Unstructured, error) {
	found, err := variables.Query(path)
	if err != nil || found == nil {
		return unstructured.Unstructured{}, err
	}
	object, ok := found.(map[string]any)
	if !ok {
		return unstructured.Unstructured{}, fmt.Errorf("the values make %s something that is no object", path)
	}
	return unstructured.Unstructured{Object: object}, nil
}
