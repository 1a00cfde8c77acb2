// Package judge answers questions: each request in the order of an API server, mutating policies first, then validating
// ones and Pod Security over what the mutations made of the object.
package judge

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
	kjson "sigs.k8s.io/json"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/podsecurity"
	"plumbline.dev/engine/admission/internal/policies"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// Engine answers questions and keeps compiled policies between them.
type Engine struct{ cache *policies.Cache }

// NewEngine makes one.
func NewEngine() *Engine { return &Engine{cache: policies.NewCache()} }

// Answer judges; what goes wrong with one policy or request is said with it, and the others are judged.
func (e *Engine) Answer(data []byte) contract.Answer {
	var asked contract.Question
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &asked); err != nil {
		return contract.Failed("The question cannot be read: %v.", err)
	}
	in, err := language.Version(asked.KubeVersion)
	if err != nil {
		return contract.Failed("%v.", err)
	}
	known := world.New(asked)
	set := policies.Read(asked.Policies, in, e.cache)
	if !language.IsNewer(asked.KubeVersion) {
		set.CheckTypes(known, e.cache)
	}
	judge := &judge{
		world:      known,
		set:        set,
		authorizer: newAuthorizer(asked.Settings.Authorizer),
		version:    in,
		pods:       podsecurity.New(known, asked.Policies, in),
		results:    []contract.Result{},
	}
	for _, request := range asked.Requests {
		judge.guarded(request)
	}
	problems := set.Problems
	if problems == nil {
		problems = []contract.Problem{}
	}
	return contract.Answer{Results: judge.results, Problems: append(problems, judge.problems...)}
}

type judge struct {
	world      *world.World
	set        policies.Set
	authorizer *decisions
	version    *version.Version
	pods       *podsecurity.Judge
	results    []contract.Result
	problems   []contract.Problem
}

// guarded keeps a library's panic over one request from the others.
func (j *judge) guarded(request contract.Request) {
	defer func() {
		if trouble := recover(); trouble != nil {
			j.problems = append(j.problems, contract.Problem{
				Severity: contract.SeverityError, Message: fmt.Sprintf("The request %q broke the engine: %v.", request.ID, trouble),
			})
		}
	}()
	j.request(request)
}

func (j *judge) request(given contract.Request) {
	request := newRequest(given, j.world)
	for _, result := range j.mutate(request) {
		j.add(request, result)
	}
	request.create(j.version)
	for _, policy := range j.set.Validating {
		for _, result := range j.validate(request, policy) {
			j.add(request, result)
		}
	}
	for _, result := range j.pods.Judge(request.podRequest()) {
		j.add(request, result)
	}
}

func (j *judge) add(request *request, result contract.Result) {
	result.Request = request.given.ID
	if result.Actions == nil {
		result.Actions = []string{}
	}
	j.results = append(j.results, result)
}
