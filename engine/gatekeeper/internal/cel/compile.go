// Package cel compiles and evaluates the CEL of a constraint template (engine K8sNativeValidation) with Kubernetes' own
// compiler, and decides as the validator of ValidatingAdmissionPolicies does (k8s.io/apiserver,
// pkg/admission/plugin/policy/validating), whose way Gatekeeper takes too.
package cel

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	plugin "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// Problem is what is wrong with a source.
type Problem struct {
	Message string
	At      string
}

// Policy is compiled CEL.
type Policy struct {
	at          string
	isIgnoring  bool
	source      source
	conditions  plugin.ConditionEvaluator
	validations plugin.ConditionEvaluator
	messages    plugin.ConditionEvaluator
	compiler    *plugin.CompositedCompiler
	refs        *references
}

type source struct {
	Validations []validation `json:"validations"`
	// FailurePolicy is Fail where it is not said: the default of Gatekeeper's flag.
	FailurePolicy *string `json:"failurePolicy"`
	Conditions    []named `json:"matchCondition"`
	Variables     []named `json:"variables"`
	GenerateVAP   *bool   `json:"generateVAP"`
}

type validation struct {
	Expression        string `json:"expression"`
	Message           string `json:"message"`
	MessageExpression string `json:"messageExpression"`
}

type named struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
}

const reservedPrefix = "gatekeeper_internal_"

// boundVariables come before a template's own: `anyObject` is the old object on DELETE, `params` are the parameters.
var boundVariables = []named{
	{"anyObject", `has(request.operation) && request.operation == "DELETE" && object == null ? oldObject : object`},
	{"params", `!has(params.spec) ? null : !has(params.spec.parameters) ? null: params.spec.parameters`},
}

var baseEnvironment = sync.OnceValue(func() *environment.EnvSet {
	return environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
})

// Compile compiles a template's source, which stands at a JSON pointer. Expressions that do not compile are problems and
// stay in the policy: Gatekeeper takes them for errors of the evaluation, so its failurePolicy decides.
func Compile(from kube.Object, at string) (*Policy, []Problem) {
	read, err := readSource(from)
	if err != nil {
		return nil, []Problem{{Message: err.Error(), At: at}}
	}
	if problems := read.check(at); problems != nil {
		return nil, problems
	}
	compiler, err := plugin.NewCompositedCompiler(baseEnvironment())
	if err != nil {
		return nil, []Problem{{Message: err.Error(), At: at}}
	}
	policy := &Policy{at: at, source: read, compiler: compiler, isIgnoring: read.FailurePolicy != nil && *read.FailurePolicy == "Ignore"}
	problems := policy.compile()
	env, err := compiler.Env(environment.StoredExpressions)
	if err != nil {
		return nil, []Problem{{Message: err.Error(), At: at}}
	}
	policy.refs = newReferences(env, append(append([]named{}, boundVariables...), read.Variables...))
	return policy, problems
}

func readSource(from kube.Object) (source, error) {
	var read source
	text, err := json.Marshal(from)
	if err != nil {
		return read, err
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return read, fmt.Errorf("The CEL source cannot be read: %w.", err)
	}
	return read, nil
}

func (s source) check(at string) []Problem {
	if s.FailurePolicy != nil && *s.FailurePolicy != "Fail" && *s.FailurePolicy != "Ignore" {
		return []Problem{{fmt.Sprintf("failurePolicy must be Fail or Ignore, but is %q.", *s.FailurePolicy), at + "/failurePolicy"}}
	}
	for i, each := range s.Conditions {
		if strings.HasPrefix(each.Name, reservedPrefix) {
			return []Problem{{fmt.Sprintf("%q is no name for a match condition: %q is reserved.", each.Name, reservedPrefix), at + "/matchCondition/" + strconv.Itoa(i)}}
		}
	}
	for i, each := range s.Variables {
		if strings.HasPrefix(each.Name, reservedPrefix) || each.Name == "params" || each.Name == "anyObject" {
			return []Problem{{fmt.Sprintf("%q is no name for a variable: Gatekeeper reserves it.", each.Name), at + "/variables/" + strconv.Itoa(i)}}
		}
	}
	return nil
}

func (p *Policy) compile() []Problem {
	var problems []Problem
	note := func(where string, i int, err error) {
		problems = append(problems, Problem{"The CEL does not compile: " + oneLine(err.Error()), fmt.Sprintf("%s/%s/%d", p.at, where, i)})
	}
	withParams := plugin.OptionalVariableDeclarations{HasParams: true}
	for _, each := range boundVariables {
		p.compiler.CompileAndStoreVariable(&variable{each}, withParams, environment.StoredExpressions)
	}
	for i, each := range p.source.Variables {
		// Gatekeeper compiles a template's variables beside its own, so `params` is the whole constraint in them.
		if compiled := p.compiler.CompileAndStoreVariable(&variable{each}, withParams, environment.StoredExpressions); compiled.Error != nil {
			note("variables", i, compiled.Error)
		}
	}
	var conditions, validations, messages []plugin.CompilationResult
	for i, each := range p.source.Conditions {
		conditions = append(conditions, p.compileOne(each.Expression, cel.BoolType, func(err error) { note("matchCondition", i, err) }))
	}
	for i, each := range p.source.Validations {
		report := func(err error) { note("validations", i, err) }
		validations = append(validations, p.compileOne(each.Expression, cel.BoolType, report))
		// An evaluator takes an empty result for one that is not there.
		message := plugin.CompilationResult{}
		if each.MessageExpression != "" {
			message = p.compileOne(each.MessageExpression, cel.StringType, report)
		}
		messages = append(messages, message)
	}
	p.conditions, p.validations, p.messages = plugin.NewCondition(conditions), plugin.NewCondition(validations), plugin.NewCondition(messages)
	return problems
}

// compileOne compiles an expression of a type and reports when that does not work.
func (p *Policy) compileOne(text string, of *cel.Type, report func(error)) plugin.CompilationResult {
	accessor := &expression{text, []*cel.Type{of}}
	compiled := p.compiler.CompileCELExpression(accessor, plugin.OptionalVariableDeclarations{}, environment.StoredExpressions)
	if compiled.Error != nil {
		report(compiled.Error)
	}
	return compiled
}

type expression struct {
	text  string
	types []*cel.Type
}

func (e *expression) GetExpression() string    { return e.text }
func (e *expression) ReturnTypes() []*cel.Type { return e.types }

type variable struct{ named }

func (v *variable) GetExpression() string    { return v.Expression }
func (v *variable) GetName() string          { return v.Name }
func (v *variable) ReturnTypes() []*cel.Type { return []*cel.Type{cel.AnyType, cel.DynType} }

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
