package cel

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// references knows what expressions refer to, by their syntax: the fields of the object under review, and names that
// may be unknown.
type references struct {
	env       *cel.Env
	variables map[string]string
	known     map[string]found
}

type found struct {
	words map[string]bool
	reads [][]string
}

func newReferences(env *cel.Env, variables []named) *references {
	texts := map[string]string{}
	for _, each := range variables {
		texts[each.Name] = each.Expression
	}
	return &references{env, texts, map[string]found{}}
}

// missing is the reason of the first need that an expression refers to, itself or through variables; empty for none.
func (r *references) missing(expression string, needs []Need) string {
	if len(needs) == 0 {
		return ""
	}
	words := r.find(expression).words
	for _, need := range needs {
		if words[need.Word] {
			return need.Reason
		}
	}
	return ""
}

// reads lists the fields of the object that an expression refers to, as paths of keys; `*` stands for any member.
func (r *references) reads(expression string) [][]string { return r.find(expression).reads }

func (r *references) find(expression string) found {
	if known, ok := r.known[expression]; ok {
		return known
	}
	w := &walk{references: r, found: found{words: map[string]bool{}}, open: map[string]bool{}}
	w.visitText(expression)
	r.known[expression] = w.found
	return w.found
}

// chain is a reference: a name and the fields selected from it.
type chain struct {
	root string
	path []string
}

func (c chain) then(key string) chain {
	return chain{c.root, append(append([]string{}, c.path...), key)}
}

type scope map[string][]chain

type walk struct {
	*references
	found found
	// open are the variables whose expressions are being visited; one cannot use itself.
	open map[string]bool
}

func (w *walk) visitText(text string) {
	if parsed, issues := w.env.Parse(text); issues.Err() == nil {
		w.visit(parsed.NativeRep().Expr(), scope{})
	}
}

// visit notes all references in an expression.
func (w *walk) visit(expr ast.Expr, names scope) {
	if chains := w.resolve(expr, names); len(chains) > 0 {
		for _, each := range chains {
			w.note(each)
		}
	}
	switch expr.Kind() {
	case ast.SelectKind:
		w.visit(expr.AsSelect().Operand(), names)
	case ast.CallKind:
		call := expr.AsCall()
		if call.IsMemberFunction() {
			w.visit(call.Target(), names)
		}
		for _, each := range call.Args() {
			w.visit(each, names)
		}
	case ast.ListKind:
		for _, each := range expr.AsList().Elements() {
			w.visit(each, names)
		}
	case ast.MapKind:
		for _, each := range expr.AsMap().Entries() {
			w.visit(each.AsMapEntry().Key(), names)
			w.visit(each.AsMapEntry().Value(), names)
		}
	case ast.ComprehensionKind:
		w.visitComprehension(expr.AsComprehension(), names)
	}
}

func (w *walk) visitComprehension(of ast.ComprehensionExpr, names scope) {
	w.visit(of.IterRange(), names)
	inside := w.inside(of, names)
	w.visit(of.AccuInit(), names)
	w.visit(of.LoopCondition(), inside)
	w.visit(of.LoopStep(), inside)
	w.visit(of.Result(), inside)
}

func (w *walk) inside(of ast.ComprehensionExpr, names scope) scope {
	inside := scope{of.AccuVar(): nil}
	for name, chains := range names {
		inside[name] = chains
	}
	var members []chain
	for _, each := range w.resolve(of.IterRange(), names) {
		members = append(members, each.then("*"))
	}
	inside[of.IterVar()] = members
	if of.HasIterVar2() {
		inside[of.IterVar()], inside[of.IterVar2()] = nil, members
	}
	return inside
}

func (w *walk) note(each chain) {
	switch {
	case each.root == "namespaceObject":
		w.found.words["namespaceObject"] = true
	case each.root == "request" && len(each.path) > 0 && each.path[0] == "userInfo":
		w.found.words["userInfo"] = true
	case each.root == "object" && len(each.path) > 0:
		w.found.reads = append(w.found.reads, each.path)
	}
}

// resolve gives the references whose value an expression has; several where it joins lists or chooses.
func (w *walk) resolve(expr ast.Expr, names scope) []chain {
	switch expr.Kind() {
	case ast.IdentKind:
		if chains, isLocal := names[expr.AsIdent()]; isLocal {
			return chains
		}
		return []chain{{root: expr.AsIdent()}}
	case ast.SelectKind:
		return w.field(expr.AsSelect().Operand(), expr.AsSelect().FieldName(), names)
	case ast.CallKind:
		return w.resolveCall(expr.AsCall(), names)
	case ast.ComprehensionKind:
		return w.resolveFilter(expr.AsComprehension(), names)
	default:
		return nil
	}
}

// field selects; a field of `variables` is what the variable's expression gives.
func (w *walk) field(operand ast.Expr, key string, names scope) []chain {
	if operand.Kind() == ast.IdentKind && operand.AsIdent() == "variables" {
		return w.resolveVariable(key)
	}
	var chains []chain
	for _, each := range w.resolve(operand, names) {
		chains = append(chains, each.then(key))
	}
	return chains
}

func (w *walk) resolveVariable(name string) []chain {
	if name == "anyObject" {
		return []chain{{root: "object"}}
	}
	text, isThere := w.variables[name]
	if !isThere || w.open[name] || name == "params" {
		return nil
	}
	parsed, issues := w.env.Parse(text)
	if issues.Err() != nil {
		return nil
	}
	w.open[name] = true
	defer delete(w.open, name)
	expr := parsed.NativeRep().Expr()
	w.visit(expr, scope{})
	return w.resolve(expr, scope{})
}

func (w *walk) resolveCall(call ast.CallExpr, names scope) []chain {
	args := call.Args()
	switch call.FunctionName() {
	case operators.Conditional:
		return append(w.resolve(args[1], names), w.resolve(args[2], names)...)
	case operators.Add:
		return append(w.resolve(args[0], names), w.resolve(args[1], names)...)
	case operators.Index, operators.OptIndex, operators.OptSelect:
		return w.field(args[0], keyOf(args[1]), names)
	case "orValue", "or", "value":
		if call.IsMemberFunction() {
			return w.resolve(call.Target(), names)
		}
	case "dyn":
		return w.resolve(args[0], names)
	}
	return nil
}

func keyOf(expr ast.Expr) string {
	if expr.Kind() == ast.LiteralKind {
		if key, ok := expr.AsLiteral().(types.String); ok {
			return string(key)
		}
	}
	return "*"
}

// resolveFilter: a filter gives members of its range; its step adds the member itself to the result.
func (w *walk) resolveFilter(of ast.ComprehensionExpr, names scope) []chain {
	step := of.LoopStep()
	if step.Kind() != ast.CallKind || step.AsCall().FunctionName() != operators.Conditional {
		return nil
	}
	added := step.AsCall().Args()[1]
	if added.Kind() != ast.CallKind || added.AsCall().FunctionName() != operators.Add {
		return nil
	}
	list := added.AsCall().Args()[1]
	if list.Kind() != ast.ListKind || list.AsList().Size() != 1 {
		return nil
	}
	member := list.AsList().Elements()[0]
	if member.Kind() != ast.IdentKind || member.AsIdent() != of.IterVar() {
		return nil
	}
	return w.resolve(of.IterRange(), names)
}
