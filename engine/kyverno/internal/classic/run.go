package classic

import (
	"context"
	"fmt"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/engine/policycontext"
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
func NewEngine(world *known.World, given *values.Set, exempted []*kyvernov2.PolicyException, globals map[string]contract.Object) *Engine {
	e := &Engine{config: config.NewDefaultConfiguration(false), world: world, values: given, missing: map[string]string{}}
	e.jp = jmespath.New(e.config)
	isCluster := true
	client := known.Client{World: world}
	e.engine = engine.NewEngine(e.config, e.jp, client, registry{world}, nil,
		e.contextLoader(client, globalStore{world, globals}), exceptions.New(lister(exempted)), &isCluster)
	return e
}

type lister []*kyvernov2.PolicyException

// List gives all exceptions; the engine picks the rule's.
func (l lister) List(labels.Selector) ([]*kyvernov2.PolicyException, error) { return l, nil }

// Mutate applies a policy's rules that change the object, and gives the object as it is then.
func (e *Engine) Mutate(asked *request.Request, document string, policy *Policy) ([]contract.Result, contract.Object) {
	s := e.subject(asked, policy)
	prepared := policy.variant(variantKey{s.gvk.Kind, s.unknown})
	if asked.Object == nil || prepared.mutating == nil || !namesKind(prepared.mutating.GetSpec().Rules, s.gvk, s.subresource) {
		return nil, nil
	}
	run, err := e.policyContext(s, prepared.mutating)
	if err != nil {
		return []contract.Result{s.failed(document, err)}, nil
	}
	e.missing, e.objectValues = map[string]string{}, s.values
	response := e.engine.Mutate(context.Background(), run)
	e.noteMissing("")
	results := e.results(s, document, prepared, response)
	isDecided := true
	for i := range results {
		isDecided = isDecided && results[i].Result != contract.Undecided && results[i].Result != contract.Error
	}
	if !isDecided || response.PatchedResource.Object == nil {
		return results, nil
	}
	return results, response.PatchedResource.Object
}

// Validate applies a policy's rules that refuse, and names those that nothing here can decide.
func (e *Engine) Validate(asked *request.Request, document string, policy *Policy) []contract.Result {
	s := e.subject(asked, policy)
	prepared := policy.variant(variantKey{s.gvk.Kind, s.unknown})
	results := s.beyond(document, prepared)
	if prepared.validating == nil || !namesKind(prepared.validating.GetSpec().Rules, s.gvk, s.subresource) {
		return results
	}
	run, err := e.policyContext(s, prepared.validating)
	if err != nil {
		return append(results, s.failed(document, err))
	}
	e.missing, e.objectValues = map[string]string{}, s.values
	response := e.engine.Validate(context.Background(), run)
	e.noteMissing("")
	e.decideCEL(s, policy, prepared, response.PolicyResponse.Rules)
	return append(results, e.results(s, document, prepared, response)...)
}

// policyContext is what Kyverno's engine is told of a request; Values stand over it.
func (e *Engine) policyContext(s *subject, policy kyvernov1.PolicyInterface) (*policycontext.PolicyContext, error) {
	subjectObject := s.object
	if s.operation == kyvernov1.Delete {
		subjectObject = unstructured.Unstructured{}
	}
	run, err := engine.NewPolicyContext(e.jp, subjectObject, s.operation, s.info, e.config)
	if err != nil {
		return nil, err
	}
	if s.oldObject.Object != nil {
		run = run.WithOldResource(s.oldObject)
		if err := run.JSONContext().AddOldResource(s.oldObject.Object); err != nil {
			return nil, err
		}
	}
	run = run.WithPolicy(policy).WithNamespaceLabels(s.namespaceLabels).WithResourceKind(s.gvk, s.subresource).
		WithRequestResource(s.resource)
	for name, value := range s.values {
		if err := run.JSONContext().AddVariable(name, value); err != nil {
			return nil, err
		}
	}
	if len(s.values) == 0 {
		return run, nil
	}
	return rereadObjects(run)
}

// rereadObjects takes in values that stand for parts of the object.
func rereadObjects(run *policycontext.PolicyContext) (*policycontext.PolicyContext, error) {
	if run.Operation() != kyvernov1.Delete {
		object, err := query(run, "request.object")
		if err != nil {
			return nil, err
		}
		run = run.WithNewResource(object)
	}
	if old := run.OldResource(); old.Object != nil {
		object, err := query(run, "request.oldObject")
		if err != nil {
			return nil, err
		}
		run = run.WithOldResource(object)
	}
	return run, nil
}

func query(run *policycontext.PolicyContext, path string) (unstructured.Unstructured, error) {
	found, err := run.JSONContext().Query(path)
	if err != nil || found == nil {
		return unstructured.Unstructured{}, err
	}
	object, ok := found.(map[string]any)
	if !ok {
		return unstructured.Unstructured{}, fmt.Errorf("the values make %s something that is no object", path)
	}
	return unstructured.Unstructured{Object: object}, nil
}
