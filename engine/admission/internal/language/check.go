package language

import (
	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// Types are what the checker knows of the objects that an expression reads; nil is a type that nobody knows.
type Types struct{ Object, Params *apiservercel.DeclType }

func (t Types) known() []*apiservercel.DeclType {
	found := []*apiservercel.DeclType{}
	for _, each := range []*apiservercel.DeclType{t.Object, t.Params} {
		if each != nil {
			found = append(found, each)
		}
	}
	return found
}

func celType(of *apiservercel.DeclType) *cel.Type {
	if of == nil {
		return cel.DynType
	}
	return of.CelType()
}

// typedKey tells environments of type checks apart.
type typedKey struct {
	version string
	given   Variables
	types   Types
}

// mostTyped bounds the environments that are kept for type checks; past it they are made anew.
const mostTyped = 100

// TypeCheck checks the expressions of one policy against the types of its objects, as a server's controller does when a
// policy is written (k8s.io/apiserver pkg/admission/plugin/policy/validating/typechecking.go). A library serves one
// compiler or check at a time.
type TypeCheck struct {
	library *Library
	env     *cel.Env
}

// NewTypeCheck makes one without variables.
func (l *Library) NewTypeCheck(of *version.Version, given Variables, types Types) (*TypeCheck, error) {
	clear(l.variables.Fields)
	key := typedKey{version: of.String(), given: given, types: types}
	env, ok := l.typed[key]
	if !ok {
		made, err := l.make(of, given, types)
		if err != nil {
			return nil, err
		}
		if len(l.typed) >= mostTyped {
			clear(l.typed)
		}
		env, l.typed[key] = made, made
	}
	return &TypeCheck{library: l, env: env}, nil
}

// Variable declares a variable; one whose own types do not fit may be anything.
func (c *TypeCheck) Variable(name, source string) {
	ast, issues := c.env.Compile(source)
	if issues != nil {
		c.library.declare(name, nil)
		return
	}
	c.library.declare(name, ast.OutputType())
}

// Issues are what does not fit in an expression, in the words of a server; empty when all does.
func (c *TypeCheck) Issues(source string) string {
	if _, issues := c.env.Compile(source); issues != nil {
		return issues.String()
	}
	return ""
}
