// Package judge is Kyverno's word on a question: it sorts the documents, keeps compiled policies by their content, and
// asks mutating policies before validating ones, as an API server does.
package judge

import (
	"encoding/json"
	"errors"
	"fmt"

	policies "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/classic"
	"plumbline.dev/engine/kyverno/internal/decode"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/modern"
	"plumbline.dev/engine/kyverno/internal/request"
	"plumbline.dev/engine/kyverno/internal/values"
)

// Answer judges what a question asks, JSON in.
func Answer(text []byte) contract.Answer {
	var question contract.Question
	if err := json.Unmarshal(text, &question); err != nil {
		return contract.Failed("The question is no JSON: %v", err)
	}
	return Judge(question)
}

// Judge judges what a question asks.
func Judge(question contract.Question) contract.Answer {
	given, err := values.Read(question.Settings.KyvernoValues)
	if err != nil {
		return contract.Failed("%v", err)
	}
	c := &court{question: question, values: given, world: known.NewWorld(question)}
	c.sort()
	c.classic = classic.NewEngine(c.world, given, c.exceptions)
	c.modern = modern.NewEngine(c.world)
	c.read()
	for _, asked := range question.Requests {
		c.judge(request.New(asked, c.world, given))
	}
	return contract.Answer{Results: c.results, Problems: c.problems}
}

// court is one question under way.
type court struct {
	question   contract.Question
	values     *values.Set
	world      *known.World
	classic    *classic.Engine
	modern     modern.Engine
	policies   []judged
	documents  []contract.Document
	exceptions []*kyvernov2.PolicyException
	celExempt  []*policies.PolicyException
	results    []contract.Result
	problems   []contract.Problem
}

// judged is a policy of either family.
type judged struct {
	document string
	classic  *classic.Policy
	modern   *modern.Policy
	mutates  bool
}

// sort tells exceptions and other things that policies need from the policies; context may hold exceptions too.
func (c *court) sort() {
	c.results, c.problems = []contract.Result{}, []contract.Problem{}
	for _, document := range c.question.Policies {
		if !c.sortSide(document) {
			c.documents = append(c.documents, document)
		}
	}
	for _, object := range c.question.Context {
		c.sortSide(contract.Document{Object: object})
	}
}

func (c *court) sortSide(document contract.Document) bool {
	var err error
	switch groupKind(document.Object) {
	case schema.GroupKind{Group: "kyverno.io", Kind: "PolicyException"}:
		var exception *kyvernov2.PolicyException
		if exception, err = classic.ReadException(document.Object); err == nil {
			c.exceptions = append(c.exceptions, exception)
		}
	case schema.GroupKind{Group: "policies.kyverno.io", Kind: "PolicyException"}:
		var exception *policies.PolicyException
		if exception, err = modern.ReadException(document.Object); err == nil {
			c.celExempt = append(c.celExempt, exception)
		}
	case schema.GroupKind{Group: "kyverno.io", Kind: "GlobalContextEntry"}:
		c.world.AddGlobal(name(document.Object), document.Object)
	default:
		return false
	}
	if err != nil {
		c.problem(document, err)
	}
	return true
}

func groupKind(object contract.Object) schema.GroupKind {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	return schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind()
}

func name(object contract.Object) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

// read makes policies of the documents; those that do not work become problems.
func (c *court) read() {
	for _, document := range c.documents {
		policy, err := c.policy(document)
		if err != nil {
			c.problem(document, err)
		} else if policy != nil {
			policy.document = document.ID
			c.policies = append(c.policies, *policy)
		}
	}
}

func (c *court) problem(document contract.Document, err error) {
	problem := contract.Problem{Document: document.ID, Severity: contract.SeverityError, Message: err.Error()}
	if failure := (decode.Failure{}); errors.As(err, &failure) {
		problem.At = failure.At
	}
	c.problems = append(c.problems, problem)
}

// judge lets the policies that change the object speak first, each on what the one before made of it.
func (c *court) judge(asked *request.Request) {
	for _, policy := range c.policies {
		if policy.mutates {
			c.guard(asked, policy, c.mutate)
		}
	}
	for _, policy := range c.policies {
		c.guard(asked, policy, c.validate)
	}
}

// guard makes an error of what breaks off within the engine, so that other policies still speak.
func (c *court) guard(asked *request.Request, policy judged, speak func(*request.Request, judged)) {
	defer func() {
		if why := recover(); why != nil {
			c.results = append(c.results, contract.Result{
				Request: asked.ID, Document: policy.document, Policy: policy.name(), Result: contract.Error,
				Message: fmt.Sprintf("Kyverno broke off: %v", why), Actions: []string{},
			})
		}
	}()
	speak(asked, policy)
}

func (c *court) mutate(asked *request.Request, policy judged) {
	var results []contract.Result
	var patched contract.Object
	if policy.classic != nil {
		results, patched = c.classic.Mutate(asked, policy.document, policy.classic)
	} else {
		results, patched = c.modern.Mutate(asked.WithOperation(c.values.Operation()), policy.document, policy.modern)
	}
	c.results = append(c.results, results...)
	if patched != nil {
		asked.Object = patched
	}
}

func (c *court) validate(asked *request.Request, policy judged) {
	switch {
	case policy.classic != nil:
		c.results = append(c.results, c.classic.Validate(asked, policy.document, policy.classic)...)
	case !policy.mutates:
		c.results = append(c.results, c.modern.Validate(asked.WithOperation(c.values.Operation()), policy.document, policy.modern)...)
	}
}

func (j judged) name() string {
	if j.classic != nil {
		return j.classic.Name()
	}
	return j.modern.Name()
}
