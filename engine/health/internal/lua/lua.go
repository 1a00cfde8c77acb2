// Package lua runs a health script over one object with the libraries and the time that Argo CD gives it
// (argo-cd util/lua), and nothing of the machine that the open libraries could reach.
package lua

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	golua "github.com/yuin/gopher-lua"
	luajson "layeh.com/gopher-json"
)

// Health is what a script says. An empty Status is no opinion: the script returned nothing or an empty table.
type Health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// Failure is a script that gave no health.
type Failure struct {
	Message string
	// Line of the script, counted from one; 0 where none is at fault.
	Line int
	// IsEndless: the time was over.
	IsEndless bool
}

func (f *Failure) Error() string { return f.Message }

// statuses that Argo CD knows.
var statuses = map[string]bool{
	"Healthy": true, "Suspended": true, "Progressing": true, "Missing": true, "Degraded": true, "Unknown": true,
}

// Runner runs scripts, each compiled once for all objects that it judges.
type Runner struct {
	compiled map[string]*golua.FunctionProto
}

// NewRunner makes a runner that knows no script yet.
func NewRunner() *Runner { return &Runner{compiled: map[string]*golua.FunctionProto{}} }

// Run gives the health that a script returns for an object, or a *Failure. Each object gets a Lua of its own: what a
// script leaves in global variables must not reach the next one.
func (r *Runner) Run(script string, object map[string]any, hasOpenLibs bool) (Health, error) {
	clock := newDeadline()
	// As large as Lua's own defaults, but grown on demand: most scripts need next to nothing of them.
	state := golua.NewState(golua.Options{
		SkipOpenLibs:     !hasOpenLibs,
		RegistrySize:     256,
		RegistryMaxSize:  golua.RegistrySize,
		RegistryGrowStep: 256,
	})
	defer state.Close()
	state.SetContext(clock)
	openLibraries(state, clock, hasOpenLibs)
	state.SetGlobal("actionParams", state.NewTable())
	state.SetGlobal("obj", toLua(state, object))
	function, err := r.compile(state, script)
	if err != nil {
		return Health{}, failureOf(err, false)
	}
	state.Push(function)
	if err := state.PCall(0, golua.MultRet, nil); err != nil {
		return Health{}, failureOf(err, clock.isOver())
	}
	return read(state.Get(-1))
}

func (r *Runner) compile(state *golua.LState, script string) (*golua.LFunction, error) {
	if known := r.compiled[script]; known != nil {
		return state.NewFunctionFromProto(known), nil
	}
	function, err := state.LoadString(script)
	if err == nil {
		r.compiled[script] = function.Proto
	}
	return function, err
}

func read(returned golua.LValue) (Health, error) {
	switch returned.Type() {
	case golua.LTNil:
		return Health{}, nil
	case golua.LTTable:
	default:
		return Health{}, &Failure{Message: fmt.Sprintf("expect table output from Lua script, not %s", returned.Type())}
	}
	text, err := luajson.Encode(returned)
	if err != nil {
		return Health{}, &Failure{Message: err.Error()}
	}
	var health Health
	if err := json.Unmarshal(text, &health); err != nil {
		// An empty table is a list to the encoder; Argo CD makes as little of fields of another type.
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return Health{}, nil
		}
		return Health{}, &Failure{Message: err.Error()}
	}
	if !statuses[health.Status] {
		return Health{Status: "Unknown", Message: "Lua returned an invalid health status"}, nil
	}
	return health, nil
}

func failureOf(err error, isOver bool) *Failure {
	failure := &Failure{Message: err.Error(), IsEndless: isOver}
	// The stack trace tells of Lua's inside, not of the script.
	if api := (*golua.ApiError)(nil); errors.As(err, &api) && api.Type == golua.ApiErrorRun {
		failure.Message = api.Object.String()
	}
	failure.Message = strings.TrimSpace(failure.Message)
	failure.Line = lineIn(failure.Message)
	return failure
}

// lineIn reads where Lua says it was: `<string>:3: attempt to …` while running, `<string> line:3(column:5) near …` before.
func lineIn(message string) int {
	for _, form := range []string{"<string>:%d:", "<string> line:%d("} {
		line := 0
		if _, err := fmt.Sscanf(message, form, &line); err == nil {
			return line
		}
	}
	return 0
}

// toLua turns JSON into Lua's values; `null` is nil, of which a table keeps nothing. Scripts that walk a table by `pairs`
// see its keys in order: the same object always gets the same verdict.
func toLua(state *golua.LState, value any) golua.LValue {
	switch value := value.(type) {
	case bool:
		return golua.LBool(value)
	case float64:
		return golua.LNumber(value)
	case string:
		return golua.LString(value)
	case []any:
		list := state.CreateTable(len(value), 0)
		for _, item := range value {
			list.Append(toLua(state, item))
		}
		return list
	case map[string]any:
		table := state.CreateTable(0, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			table.RawSetString(key, toLua(state, value[key]))
		}
		return table
	default:
		return golua.LNil
	}
}
