// Package language compiles and evaluates CEL as admission does: apiserver's environments of the cluster's version, its
// budgets and its texts. What an evaluation asked that nobody knows is recorded, so that a verdict which depends on it
// can be withheld.
package language

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// Compiler compiles the expressions of one policy: they share its variables. A library serves one compiler at a time.
type Compiler struct {
	library   *Library
	version   *version.Version
	variables map[string]Program
}

// Program is a compiled expression, or why it does not compile.
type Program struct {
	plugincel.CompilationResult
	// At is the pointer to the expression in the policy.
	At string
}

// Text is the expression as written.
func (p Program) Text() string { return p.ExpressionAccessor.GetExpression() }

// NewCompiler makes a compiler for one policy in the language of a version.
func (l *Library) NewCompiler(of *version.Version) *Compiler {
	clear(l.variables.Fields)
	return &Compiler{library: l, version: of, variables: map[string]Program{}}
}

// expression is an accessor as apiserver names them.
type expression struct {
	text  string
	types []*cel.Type
}

func (e *expression) GetExpression() string    { return e.text }
func (e *expression) ReturnTypes() []*cel.Type { return e.types }

// What expressions of each part of a policy must give.
var (
	boolean    = []*cel.Type{cel.BoolType}
	anything   = []*cel.Type{cel.AnyType, cel.DynType}
	text       = []*cel.Type{cel.StringType}
	textOrNull = []*cel.Type{cel.StringType, cel.NullType}
)

// Variable compiles a variable, which later expressions may name.
func (c *Compiler) Variable(name, source, at string, given Variables) Program {
	program := c.compile(&expression{text: source, types: anything}, at, given)
	c.library.declare(name, program.OutputType)
	c.variables[name] = program
	return program
}

// Condition compiles an expression that gives true or false.
func (c *Compiler) Condition(source, at string, given Variables) Program {
	return c.compile(&expression{text: source, types: boolean}, at, given)
}

// Message compiles an expression that gives a text.
func (c *Compiler) Message(source, at string, given Variables) Program {
	return c.compile(&expression{text: source, types: text}, at, given)
}

// Annotation compiles an expression that gives a text or null.
func (c *Compiler) Annotation(source, at string, given Variables) Program {
	return c.compile(&expression{text: source, types: textOrNull}, at, given)
}

// Mutation compiles one of apiserver's own accessors of mutations.
func (c *Compiler) Mutation(accessor plugincel.ExpressionAccessor, at string, given Variables) Program {
	return c.compile(accessor, at, given)
}

// Variables are the programs of all variables so far.
func (c *Compiler) Variables() map[string]Program { return c.variables }

// compile gives apiserver's own errors: they are part of what a server answers.
func (c *Compiler) compile(accessor plugincel.ExpressionAccessor, at string, given Variables) Program {
	program := Program{CompilationResult: plugincel.CompilationResult{ExpressionAccessor: accessor}, At: at}
	fail := func(kind apiservercel.ErrorType, detail string, cause error) Program {
		program.Error = &apiservercel.Error{Type: kind, Detail: detail, Cause: cause}
		return program
	}
	env, err := c.library.environment(c.version, given)
	if err != nil {
		return fail(apiservercel.ErrorTypeInternal, fmt.Sprintf("unexpected error loading CEL environment: %v", err), nil)
	}
	ast, issues := env.Compile(accessor.GetExpression())
	if issues != nil {
		return fail(apiservercel.ErrorTypeInvalid, "compilation failed: "+issues.String(), apiservercel.NewCompilationError(issues))
	}
	if reason := wrongType(ast.OutputType(), accessor.ReturnTypes()); reason != "" {
		return fail(apiservercel.ErrorTypeInvalid, reason, nil)
	}
	program.Program, err = env.Program(ast, cel.InterruptCheckFrequency(celconfig.CheckFrequency))
	if err != nil {
		return fail(apiservercel.ErrorTypeInternal, "program instantiation failed: "+err.Error(), nil)
	}
	program.OutputType = ast.OutputType()
	return program
}

func wrongType(given *cel.Type, wanted []*cel.Type) string {
	for _, each := range wanted {
		if given.IsExactType(each) || cel.AnyType.IsExactType(each) {
			return ""
		}
	}
	if len(wanted) == 1 {
		return fmt.Sprintf("must evaluate to %v but got %v", wanted[0].String(), given.String())
	}
	return fmt.Sprintf("must evaluate to one of %v but got %v", wanted, given.String())
}
