// Package language compiles and evaluates CEL as admission does: apiserver's compiler and environments of the cluster's
// version, its budgets and its texts. What an evaluation asked that nobody knows is recorded, so that a verdict which
// depends on it can be withheld.
package language

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// Newest is the version of Kubernetes that the module's libraries belong to.
var Newest = version.MajorMinor(1, 37)

// oldest is the first version with ValidatingAdmissionPolicy on by default; before it nothing here existed.
var oldest = version.MajorMinor(1, 26)

// Version reads `1.34` or `v1.34.2`; the newest when it is empty, and at most that.
func Version(text string) (*version.Version, error) {
	if text == "" {
		return Newest, nil
	}
	parsed, err := version.ParseGeneric(text)
	if err != nil {
		return nil, fmt.Errorf("the Kubernetes version %q is none", text)
	}
	minor := version.MajorMinor(parsed.Major(), parsed.Minor())
	if minor.GreaterThan(Newest) {
		return Newest, nil
	}
	if minor.LessThan(oldest) {
		return oldest, nil
	}
	return minor, nil
}

// Variables say what an expression may name beside the object and the request.
type Variables = plugincel.OptionalVariableDeclarations

// Compiler compiles the expressions of one policy: they share its variables.
type Compiler struct {
	compiler  *plugincel.CompositedCompiler
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
func NewCompiler(of *version.Version) (*Compiler, error) {
	compiler, err := plugincel.NewCompositedCompiler(environment.MustBaseEnvSet(of))
	if err != nil {
		return nil, err
	}
	return &Compiler{compiler: compiler, variables: map[string]Program{}}, nil
}

// expression is an accessor as apiserver's compiler wants it.
type expression struct {
	name, text string
	types      []*cel.Type
}

func (e *expression) GetExpression() string    { return e.text }
func (e *expression) ReturnTypes() []*cel.Type { return e.types }
func (e *expression) GetName() string          { return e.name }

// What expressions of each part of a policy must give.
var (
	boolean    = []*cel.Type{cel.BoolType}
	anything   = []*cel.Type{cel.AnyType, cel.DynType}
	text       = []*cel.Type{cel.StringType}
	textOrNull = []*cel.Type{cel.StringType, cel.NullType}
)

// Variable compiles a variable, which later expressions may name.
func (c *Compiler) Variable(name, source, at string, given Variables) Program {
	accessor := &expression{name: name, text: source, types: anything}
	result := c.compiler.CompileAndStoreVariable(accessor, given, environment.NewExpressions)
	program := Program{CompilationResult: result, At: at}
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

func (c *Compiler) compile(accessor plugincel.ExpressionAccessor, at string, given Variables) Program {
	result := c.compiler.CompileCELExpression(accessor, given, environment.NewExpressions)
	return Program{CompilationResult: result, At: at}
}

// Variables are the programs of all variables so far.
func (c *Compiler) Variables() map[string]Program { return c.variables }
