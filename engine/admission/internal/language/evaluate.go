package language

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/lazy"
	"k8s.io/apiserver/pkg/cel/library"

	"plumbline.dev/engine/admission/internal/world"
)

// Input is what the expressions of one policy see of one request.
type Input struct {
	Object, OldObject, Params, Request ref.Val
	// Namespace gives `namespaceObject`; an error of world.Unknown leaves what reads it undecided.
	Namespace func() (ref.Val, error)
	// User and Authorizer answer `authorizer`.
	User       user.Info
	Authorizer authorizer.UnconditionalAuthorizer
	Resource   library.Resource
	// IsUserKnown says whether `request.userInfo` is that of the request.
	IsUserKnown bool
}

// Value makes a CEL value of JSON; null of nil.
func Value(object any) ref.Val {
	if object, ok := object.(map[string]any); ok && object == nil {
		return types.NullValue
	}
	return types.DefaultTypeAdapter.NativeToValue(object)
}

// Group evaluates the expressions of one part of a policy, which share a budget and the values of variables.
type Group struct {
	input     *Input
	programs  map[string]Program
	authz     bool
	budget    int64
	pending   int64
	variables ref.Val
	// unknown are the reasons why the evaluation so far is no proof.
	unknown []string
}

// NewGroup starts an evaluation. The language's `authorizer` is there only when withAuthorizer.
func NewGroup(input *Input, variables map[string]Program, withAuthorizer bool, budget int64) *Group {
	group := &Group{input: input, programs: variables, authz: withAuthorizer, budget: budget}
	group.variables = group.lazyVariables()
	return group
}

// Outcome is what one expression gave.
type Outcome struct {
	Value ref.Val
	// Err is the text of an expression that could not be evaluated.
	Err error
	// Unknown says why the outcome proves nothing; empty when it does.
	Unknown []string
}

// errBudget is apiserver's text.
var errBudget = &apiservercel.Error{
	Type:   apiservercel.ErrorTypeInvalid,
	Detail: "validation failed due to running out of cost budget, no further validation rules will be run",
	Cause:  apiservercel.ErrOutOfBudget,
}

// Budget is what is left of it.
func (g *Group) Budget() int64 { return g.budget }

// Evaluate runs one expression; the error is one of the whole group, which ends with it.
func (g *Group) Evaluate(program Program) (Outcome, error) {
	g.unknown = nil
	if program.Error != nil {
		detail := fmt.Sprintf("compilation error: %v", program.Error)
		return Outcome{Err: &apiservercel.Error{Type: apiservercel.ErrorTypeInvalid, Detail: detail, Cause: program.Error}}, nil
	}
	value, details, err := program.Program.ContextEval(context.Background(), g)
	if !g.spend(g.pending) {
		return Outcome{Unknown: g.unknown}, errBudget
	}
	g.pending = 0
	if details == nil || details.ActualCost() == nil || *details.ActualCost() > math.MaxInt64 || !g.spend(int64(*details.ActualCost())) {
		return Outcome{Unknown: g.unknown}, errBudget
	}
	if err != nil {
		detail := fmt.Sprintf("expression '%v' resulted in error: %v", program.Text(), err)
		return Outcome{Err: &apiservercel.Error{Type: apiservercel.ErrorTypeInvalid, Detail: detail}, Unknown: g.unknown}, nil
	}
	return Outcome{Value: value, Unknown: g.unknown}, nil
}

func (g *Group) spend(cost int64) bool {
	if cost > g.budget {
		return false
	}
	g.budget -= cost
	return true
}

func (g *Group) doubt(reason string) {
	if !slices.Contains(g.unknown, reason) {
		g.unknown = append(g.unknown, reason)
	}
}

// ResolveName is CEL's question for a variable's value.
func (g *Group) ResolveName(name string) (any, bool) {
	switch name {
	case "object":
		return g.input.Object, true
	case "oldObject":
		return g.input.OldObject, true
	case "params":
		return g.input.Params, true
	case "request":
		return g.request(), true
	case "namespaceObject":
		return g.namespace(), true
	case "variables":
		return g.variables, true
	case "authorizer":
		return library.NewAuthorizerVal(g.input.User, doubtfulAuthorizer{g}), g.authz
	case "authorizer.requestResource":
		return library.NewResourceAuthorizerVal(g.input.User, doubtfulAuthorizer{g}, g.input.Resource), g.authz
	}
	return nil, false
}

// Parent is none.
func (g *Group) Parent() interpreter.Activation { return nil }

func (g *Group) namespace() ref.Val {
	value, err := g.input.Namespace()
	var unknown *world.Unknown
	if errors.As(err, &unknown) {
		g.doubt(unknown.Reason)
		return types.NullValue
	}
	return value
}

func (g *Group) request() ref.Val {
	if g.input.IsUserKnown {
		return g.input.Request
	}
	mapper, ok := g.input.Request.(traits.Mapper)
	if !ok {
		return g.input.Request
	}
	return anonymousRequest{Mapper: mapper, group: g}
}

// anonymousRequest is a request of nobody in particular: who reads the user learns nothing.
type anonymousRequest struct {
	traits.Mapper
	group *Group
}

func (r anonymousRequest) Find(key ref.Val) (ref.Val, bool) {
	r.noteUser(key)
	return r.Mapper.Find(key)
}

func (r anonymousRequest) Get(key ref.Val) ref.Val {
	r.noteUser(key)
	return r.Mapper.Get(key)
}

func (r anonymousRequest) noteUser(key ref.Val) {
	if key.Equal(types.String("userInfo")) == types.True {
		r.group.doubt("needs to know who asks (request.userInfo)")
	}
}

// doubtfulAuthorizer passes a question on and notes when nobody has an answer.
type doubtfulAuthorizer struct{ group *Group }

func (a doubtfulAuthorizer) Authorize(ctx context.Context, of authorizer.Attributes) (authorizer.Decision, string, error) {
	decision, reason, err := a.group.input.Authorizer.Authorize(ctx, of)
	var unknown *world.Unknown
	if errors.As(err, &unknown) {
		a.group.doubt(unknown.Reason)
		return authorizer.DecisionNoOpinion, "", nil
	}
	return decision, reason, err
}

var variablesType = apiservercel.NewObjectType(variablesName, map[string]*apiservercel.DeclField{})

// lazyVariables evaluates each variable when it is first read and remembers its value.
func (g *Group) lazyVariables() ref.Val {
	values := lazy.NewMapValue(variablesType)
	for name, program := range g.programs {
		values.Append(name, func(*lazy.MapValue) ref.Val { return g.variable(name, program) })
	}
	return values
}

func (g *Group) variable(name string, program Program) ref.Val {
	if program.Error != nil {
		return types.NewErr("composited variable %q fails to compile: %v", name, program.Error)
	}
	value, details, err := program.Program.ContextEval(context.Background(), g)
	if details == nil || details.ActualCost() == nil {
		return types.NewErr("unable to get evaluation details of variable %q", name)
	}
	if cost := *details.ActualCost(); cost > math.MaxInt64-uint64(g.pending) {
		g.pending = math.MaxInt64
	} else {
		g.pending += int64(cost)
	}
	if err != nil {
		return types.NewErr("composited variable %q fails to evaluate: %v", name, err)
	}
	return value
}
