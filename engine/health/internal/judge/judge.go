// Package judge answers for the health of many objects at once.
package judge

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"plumbline.dev/engine/health/internal/lua"
	"plumbline.dev/engine/health/internal/scripts"
)

// Request asks for the health of objects. Overrides are the scripts of argocd-cm.
type Request struct {
	Objects   []map[string]any   `json:"objects"`
	Overrides []scripts.Override `json:"overrides,omitempty"`
}

// Reply has one result for each object, in order; fewer when the time that one request may take is used up by scripts
// without end. The host then asks again for the others.
type Reply struct {
	Results []Result `json:"results"`
	// Problem is why the request as a whole was refused.
	Problem string `json:"problem,omitempty"`
}

// Kind of a result.
type Kind string

const (
	// Unscripted: no script is for this kind.
	Unscripted Kind = "unscripted"
	// Silent: the script has no opinion.
	Silent Kind = "silent"
	// Judged: Health holds the verdict.
	Judged Kind = "judged"
	// Failed: the script is broken or endless; Argo CD then says Unknown with the same message.
	Failed Kind = "failed"
	// Ambiguous: several patterns of argocd-cm match and their scripts disagree.
	Ambiguous Kind = "ambiguous"
)

// Result is one object's health.
type Result struct {
	Kind    Kind   `json:"kind"`
	Status  string `json:"status,omitempty"`
	Message string `json:"message,omitempty"`
	// Script is the key of the one that judged; IsOverride when it is argocd-cm's.
	Script     string `json:"script,omitempty"`
	IsOverride bool   `json:"isOverride,omitempty"`
	// Line of the script at fault, counted from one.
	Line      int  `json:"line,omitempty"`
	IsEndless bool `json:"isEndless,omitempty"`
}

// patience is after how much time no further object of a request is begun.
const patience = 4 * time.Second

// Objects judges each object by the script that Argo CD would run.
func Objects(request Request) Reply {
	reply := Reply{Results: make([]Result, 0, len(request.Objects))}
	runner := lua.NewRunner()
	start := time.Now()
	for _, object := range request.Objects {
		if len(reply.Results) > 0 && time.Since(start) > patience {
			break
		}
		reply.Results = append(reply.Results, one(runner, object, request.Overrides))
	}
	return reply
}

func one(runner *lua.Runner, object map[string]any, overrides []scripts.Override) Result {
	candidates := scripts.Find(keyOf(object), overrides)
	if len(candidates) == 0 {
		return Result{Kind: Unscripted}
	}
	first := run(runner, candidates[0], object)
	for _, other := range candidates[1:] {
		if second := run(runner, other, object); second.Kind != first.Kind || second.Status != first.Status || second.Message != first.Message {
			return Result{
				Kind:       Ambiguous,
				Message:    fmt.Sprintf("%s match and disagree; Argo CD runs any one of them", namesOf(candidates)),
				Script:     first.Script,
				IsOverride: true,
			}
		}
	}
	return first
}

func run(runner *lua.Runner, script scripts.Script, object map[string]any) Result {
	result := Result{Kind: Judged, Script: script.Key, IsOverride: script.IsOverride}
	health, err := runner.Run(script.Lua, object, script.HasOpenLibs)
	if failure := (*lua.Failure)(nil); errors.As(err, &failure) {
		result.Kind, result.Message = Failed, failure.Message
		result.Line, result.IsEndless = failure.Line, failure.IsEndless
		return result
	}
	if health.Status == "" {
		result.Kind = Silent
		return result
	}
	result.Status, result.Message = health.Status, health.Message
	return result
}

func namesOf(candidates []scripts.Script) string {
	names := make([]string, 0, len(candidates))
	for _, each := range candidates {
		names = append(names, each.Key)
	}
	return strings.Join(names, ", ")
}

func keyOf(object map[string]any) string {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	group, _, hasGroup := strings.Cut(apiVersion, "/")
	if !hasGroup {
		group = ""
	}
	return scripts.KeyOf(group, kind)
}
