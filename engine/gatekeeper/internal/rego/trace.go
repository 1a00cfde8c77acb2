package rego

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// needTracer watches for the evaluation of an expression that refers to something unknown.
type needTracer struct {
	needs  []Need
	reason string
}

func (t *needTracer) Enabled() bool { return len(t.needs) > 0 }

func (t *needTracer) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (t *needTracer) TraceEvent(event topdown.Event) {
	if event.Op != topdown.EvalOp || t.reason != "" {
		return
	}
	ast.WalkRefs(event.Node, func(ref ast.Ref) bool {
		for _, term := range ref {
			word, ok := term.Value.(ast.String)
			if !ok {
				continue
			}
			for _, need := range t.needs {
				if need.Word == string(word) {
					t.reason = need.Reason
				}
			}
		}
		return false
	})
}

// exitTracer notes which rule gave which member.
type exitTracer struct {
	rules map[*ast.Rule]bool
	found []exit
}

type exit struct {
	rule  *ast.Rule
	value ast.Value
}

func (t *exitTracer) Enabled() bool { return true }

func (t *exitTracer) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

func (t *exitTracer) TraceEvent(event topdown.Event) {
	rule, ok := event.Node.(*ast.Rule)
	if event.Op != topdown.ExitOp || !ok || !t.rules[rule] || rule.Head.Key == nil {
		return
	}
	t.found = append(t.found, exit{rule, event.Plug(rule.Head.Key).Value})
}

// locate finds the rule of each violation, by a second evaluation where the policy has several.
func (p *Policy) locate(input *ast.Term, inventory Inventory, violations []Violation) {
	if len(p.rules) == 1 {
		for i := range violations {
			violations[i].rule = p.rules[0]
		}
		return
	}
	tracer := &exitTracer{rules: map[*ast.Rule]bool{}}
	for _, rule := range p.rules {
		for each := rule; each != nil; each = each.Else {
			tracer.rules[each] = true
		}
	}
	if _, err := p.run(input, inventory, tracer); err != nil {
		return
	}
	for _, each := range tracer.found {
		object, ok := each.value.(ast.Object)
		if !ok {
			continue
		}
		message := object.Get(ast.StringTerm("msg"))
		for i := range violations {
			if violations[i].rule == nil && message != nil && message.Equal(ast.StringTerm(violations[i].Message)) {
				violations[i].rule = each.rule
				break
			}
		}
	}
}

// Place is the JSON pointer and the line, from 1, of the rule that gave a violation; empty where that is not known.
func (p *Policy) Place(violation Violation) (string, int) {
	if violation.rule == nil {
		return "", 0
	}
	return p.places[violation.rule.Location.File], violation.rule.Location.Row
}

// Reads lists the fields under input.review.object that the violation's rule refers to, itself or through the rules it
// uses, as paths of keys; `*` stands for any member.
func (p *Policy) Reads(violation Violation) [][]string {
	rule := violation.rule
	if rule == nil {
		return nil
	}
	if reads, ok := p.reads[rule]; ok {
		return reads
	}
	reads := p.collectReads(rule)
	p.reads[rule] = reads
	return reads
}

var reviewed = ast.MustParseRef("input.review.object")

func (p *Policy) collectReads(rule *ast.Rule) [][]string {
	var reads [][]string
	seen := map[*ast.Rule]bool{}
	pending := []*ast.Rule{rule}
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
		if seen[next] {
			continue
		}
		seen[next] = true
		ast.WalkRefs(next, func(ref ast.Ref) bool {
			if ref.HasPrefix(reviewed) && len(ref) > len(reviewed) {
				reads = append(reads, pathOf(ref[len(reviewed):]))
			}
			return false
		})
		for node := range p.compiler.Graph.Dependencies(next) {
			if used, ok := node.(*ast.Rule); ok {
				pending = append(pending, used)
			}
		}
	}
	return reads
}

func pathOf(ref ast.Ref) []string {
	path := make([]string, 0, len(ref))
	for _, term := range ref {
		switch value := term.Value.(type) {
		case ast.String:
			path = append(path, string(value))
		case ast.Number:
			path = append(path, value.String())
		default:
			path = append(path, "*")
		}
	}
	return path
}
