package rego

import (
	"context"
	"errors"
	"sort"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// mostSteps bounds one evaluation; a policy of the gatekeeper-library takes some hundreds. Counting steps instead of
// time makes the same policy end at the same point everywhere.
const mostSteps = 1_000_000

// Violation is one member of the rule `violation`.
type Violation struct {
	Message string
	Details any
	rule    *ast.Rule
}

// Verdict is the outcome of one evaluation.
type Verdict struct {
	Violations []Violation
	// Undecided is why nothing can be said, empty otherwise.
	Undecided string
	// IsEndless says that the evaluation was broken off, and would be again.
	IsEndless bool
	// Failure is the text of an error while evaluating, which Gatekeeper takes for a violation.
	Failure string
}

// Inventory is what policies read at data.inventory.
type Inventory struct{ store storage.Store }

// NewInventory makes the store of `namespace` and `cluster` objects by apiVersion, kind and name.
func NewInventory(data map[string]any) Inventory {
	all := map[string]any{"inventory": data}
	return Inventory{inmem.NewFromObjectWithOpts(all, inmem.OptRoundTripOnWrite(false), inmem.OptReturnASTValuesOnRead(true))}
}

// Value converts JSON to what policies read. Numbers keep the form that their Go type has: see Review in judge.
func Value(from any) (ast.Value, error) { return ast.InterfaceToValue(from) }

// Input is what one evaluation is asked.
type Input struct {
	Review     ast.Value
	Parameters ast.Value
	Inventory  Inventory
	// Missing is what is not known here.
	Missing []Need
}

// Evaluate asks a policy for its violations, ordered by details and message.
func (p *Policy) Evaluate(input Input) Verdict {
	term := ast.ObjectTerm(
		ast.Item(ast.StringTerm("review"), ast.NewTerm(input.Review)),
		ast.Item(ast.StringTerm("parameters"), ast.NewTerm(input.Parameters)),
	)
	touched := &needTracer{needs: p.relevant(input.Missing)}
	found, err := p.run(term, input.Inventory, touched)
	switch {
	case touched.reason != "":
		return Verdict{Undecided: touched.reason}
	case err != nil:
		return broken(err)
	}
	verdict := collect(found)
	if len(verdict.Violations) > 0 {
		p.locate(term, input.Inventory, verdict.Violations)
	}
	return verdict
}

// relevant leaves out the needs of which the policy says nothing.
func (p *Policy) relevant(needs []Need) []Need {
	var kept []Need
	for _, need := range needs {
		if p.words[need.Word] {
			kept = append(kept, need)
		}
	}
	return kept
}

func broken(err error) Verdict {
	var asked outside
	switch {
	case errors.As(err, &asked):
		return Verdict{Undecided: asked.reason}
	case topdown.IsCancel(err):
		return Verdict{Undecided: "The Rego does not end within a million steps.", IsEndless: true}
	default:
		return Verdict{Failure: err.Error()}
	}
}

// run gives the members of the query's variable r.
func (p *Policy) run(input *ast.Term, inventory Inventory, tracer topdown.QueryTracer) ([]ast.Value, error) {
	ctx := context.Background()
	transaction, err := inventory.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer inventory.store.Abort(ctx, transaction)
	query := topdown.NewQuery(p.query).WithCompiler(p.compiler).WithStore(inventory.store).WithTransaction(transaction).
		WithInput(input).WithCancel(&steps{left: mostSteps})
	if tracer.Enabled() {
		// The index of rules reads the input without a trace.
		query = query.WithQueryTracer(tracer).WithIndexing(false)
	}
	var found []ast.Value
	err = query.Iter(ctx, func(result topdown.QueryResult) error {
		found = append(found, result[ast.Var("r")].Value)
		return nil
	})
	return found, err
}

// collect reads messages and details as Gatekeeper's hook does: a member without a `msg` is none.
func collect(found []ast.Value) Verdict {
	type response struct {
		details ast.Value
		message ast.Value
	}
	var responses []response
	seen := ast.NewSet()
	for _, value := range found {
		object, ok := value.(ast.Object)
		if !ok {
			continue
		}
		message := object.Get(ast.StringTerm("msg"))
		if message == nil {
			continue
		}
		details := object.Get(ast.StringTerm("details"))
		if details == nil {
			details = ast.ObjectTerm()
		}
		if pair := ast.ArrayTerm(details, message); !seen.Contains(pair) {
			seen.Add(pair)
			responses = append(responses, response{details.Value, message.Value})
		}
	}
	sort.SliceStable(responses, func(i, j int) bool {
		if order := ast.Compare(responses[i].details, responses[j].details); order != 0 {
			return order < 0
		}
		return ast.Compare(responses[i].message, responses[j].message) < 0
	})
	var verdict Verdict
	for _, each := range responses {
		text, ok := each.message.(ast.String)
		if !ok {
			return Verdict{Failure: "The violation's msg is no text: " + each.message.String()}
		}
		details, err := ast.JSON(each.details)
		if err != nil {
			return Verdict{Failure: err.Error()}
		}
		verdict.Violations = append(verdict.Violations, Violation{Message: string(text), Details: details})
	}
	return verdict
}

// steps ends an evaluation after a number of steps. Nothing else could: this module has one thread, which evaluates.
type steps struct{ left int }

func (s *steps) Cancel() { s.left = 0 }

func (s *steps) Cancelled() bool {
	s.left--
	return s.left < 0
}
