// Package reads tells which fields of an object an expression in CEL reads.
package reads

import (
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/parser"

	"plumbline.dev/engine/contract"
)

// mostReads bounds what is said of expressions that go through long lists.
const mostReads = 20

// Fields lists the fields of the object that an expression may read, the most specific first: chains of fields from
// `object`, and from the variables of comprehensions over such chains.
func Fields(expression string, object contract.Object) []string {
	parsed := parse(expression)
	if parsed == nil {
		return nil
	}
	r := &reader{found: map[string]bool{}, bound: map[string][]place{"object": {{value: any(object)}}}}
	r.visit(parsed.Expr())
	return r.sorted()
}

// mostKept bounds how many expressions are kept parsed.
const mostKept = 1000

var (
	parserOnce = sync.OnceValues(func() (*parser.Parser, error) {
		return parser.NewParser(parser.Macros(parser.AllMacros...), parser.EnableOptionalSyntax(true))
	})
	parsed = map[string]*ast.AST{}
)

// parse reads an expression, at most once; nil if it is none.
func parse(expression string) *ast.AST {
	if found, ok := parsed[expression]; ok {
		return found
	}
	if len(parsed) >= mostKept {
		parsed = map[string]*ast.AST{}
	}
	p, err := parserOnce()
	if err != nil {
		return nil
	}
	tree, errs := p.Parse(common.NewTextSource(expression))
	if errs != nil && len(errs.GetErrors()) > 0 {
		tree = nil
	}
	parsed[expression] = tree
	return tree
}

// place is a field of the object: its keys and its value.
type place struct {
	keys  []string
	value any
}

type reader struct {
	found map[string]bool
	bound map[string][]place
	asked []contract.Wanted
}

// Asked lists what an expression compares fields of the object with, where they have another value: the field and the one
// value by which that comparison would hold, or would not. Whether the whole expression holds then, nobody knows yet.
func Asked(expression string, object contract.Object) []contract.Wanted {
	parsed := parse(expression)
	if parsed == nil {
		return nil
	}
	r := &reader{found: map[string]bool{}, bound: map[string][]place{"object": {{value: any(object)}}}}
	r.flag(r.visit(parsed.Expr()), true)
	return r.asked
}

// flag notes a boolean field that would have to be the other way round.
func (r *reader) flag(places []place, value bool) {
	for _, each := range places {
		if current, ok := each.value.(bool); ok && current != value {
			r.asked = append(r.asked, contract.Wanted{Path: contract.Pointer(each.keys...), Value: value})
		}
	}
}

// compare notes the value of `field == constant`, and of `field != true` and the like.
func (r *reader) compare(function string, arguments [][]place, operands []ast.Expr) {
	for i, other := range []int{1, 0} {
		if operands[other].Kind() != ast.LiteralKind {
			continue
		}
		value := operands[other].AsLiteral().Value()
		if flag, ok := value.(bool); ok && function == "_!=_" {
			r.flag(arguments[i], !flag)
		}
		if function != "_==_" {
			continue
		}
		for _, each := range arguments[i] {
			if each.value != value {
				r.asked = append(r.asked, contract.Wanted{Path: contract.Pointer(each.keys...), Value: value})
			}
		}
	}
}

// visit notes what an expression reads and gives the places that it may stand for.
func (r *reader) visit(e ast.Expr) []place {
	switch e.Kind() {
	case ast.IdentKind:
		return r.bound[e.AsIdent()]
	case ast.SelectKind:
		return r.note(step(r.visit(e.AsSelect().Operand()), e.AsSelect().FieldName()))
	case ast.CallKind:
		return r.call(e.AsCall())
	case ast.ListKind:
		for _, each := range e.AsList().Elements() {
			r.visit(each)
		}
	case ast.MapKind:
		for _, each := range e.AsMap().Entries() {
			r.visit(each.AsMapEntry().Key())
			r.visit(each.AsMapEntry().Value())
		}
	case ast.ComprehensionKind:
		r.comprehension(e.AsComprehension())
	}
	return nil
}

// call follows an index with a literal, `a.?b`, and `orValue`; what else is called stands for no place.
func (r *reader) call(c ast.CallExpr) []place {
	var target []place
	if c.IsMemberFunction() {
		target = r.visit(c.Target())
	}
	var arguments [][]place
	for _, argument := range c.Args() {
		arguments = append(arguments, r.visit(argument))
	}
	switch c.FunctionName() {
	case "_==_", "_!=_":
		r.compare(c.FunctionName(), arguments, c.Args())
	case "!_":
		r.flag(arguments[0], false)
	case "_&&_", "_||_":
		r.flag(arguments[0], true)
		r.flag(arguments[1], true)
	case "_[_]", "_[?_]", "_?._":
		if key, ok := literal(c.Args()[1]); ok {
			return r.note(step(arguments[0], key))
		}
	case "orValue":
		return target
	}
	return nil
}

func literal(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	switch value := e.AsLiteral().Value().(type) {
	case string:
		return value, true
	case int64:
		return strconv.FormatInt(value, 10), true
	default:
		return "", false
	}
}

func (r *reader) comprehension(c ast.ComprehensionExpr) {
	over := r.visit(c.IterRange())
	outer := r.bound
	r.bound = map[string][]place{}
	for name, places := range outer {
		r.bound[name] = places
	}
	r.bound[c.IterVar()] = elements(over)
	r.visit(c.AccuInit())
	r.visit(c.LoopCondition())
	r.visit(c.LoopStep())
	r.visit(c.Result())
	r.bound = outer
}

func elements(places []place) []place {
	var found []place
	for _, each := range places {
		if list, ok := each.value.([]any); ok {
			for i, value := range list {
				found = append(found, place{append(append([]string{}, each.keys...), strconv.Itoa(i)), value})
			}
		}
	}
	return found
}

// step goes to a field where it exists, or where only it is missing.
func step(places []place, key string) []place {
	var found []place
	for _, each := range places {
		keys := append(append([]string{}, each.keys...), key)
		switch value := each.value.(type) {
		case map[string]any:
			found = append(found, place{keys, value[key]})
		case []any:
			if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(value) {
				found = append(found, place{keys, value[i]})
			}
		}
	}
	return found
}

func (r *reader) note(places []place) []place {
	for _, each := range places {
		r.found[contract.Pointer(each.keys...)] = true
	}
	return places
}

// sorted gives the deepest fields first, without those that lie on the way to others.
func (r *reader) sorted() []string {
	var paths []string
	for path := range r.found {
		if !r.isOnTheWay(path) {
			paths = append(paths, path)
		}
	}
	sort.Slice(paths, func(i, j int) bool {
		a, b := strings.Count(paths[i], "/"), strings.Count(paths[j], "/")
		return a > b || (a == b && paths[i] < paths[j])
	})
	return paths[:min(len(paths), mostReads)]
}

func (r *reader) isOnTheWay(path string) bool {
	for other := range r.found {
		if strings.HasPrefix(other, path+"/") {
			return true
		}
	}
	return false
}
