package judge

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/json"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/cel"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/rego"
)

// Answer judges what a question asks.
func Answer(text []byte) contract.Answer {
	var asked contract.Question
	if err := json.Unmarshal(text, &asked); err != nil {
		return contract.Failed("The question is no JSON: %v.", err)
	}
	w := newWorld(asked)
	answer := contract.Answer{Results: []contract.Result{}, Problems: []contract.Problem{}}
	for _, request := range asked.Requests {
		answer.Results = append(answer.Results, w.judgeRequest(request)...)
	}
	answer.Problems = append(answer.Problems, w.problems...)
	return answer
}

func (w *world) judgeRequest(asked contract.Request) []contract.Result {
	if asked.Object == nil && asked.OldObject == nil {
		return nil
	}
	original := w.newReview(asked)
	reviews := []*review{original}
	generated, failure := w.expand(original)
	reviews = append(reviews, generated...)
	exempt := w.whyExempt("webhook", original.subjects[0])
	results := original.mutation.results(w, asked.ID)
	for _, each := range w.constraints {
		if !each.asksFor(original.operation) {
			continue
		}
		results = append(results, w.judgeConstraint(each, reviews, exempt, failure)...)
	}
	return results
}

// asksFor says whether the template's operations hold this one.
func (c *constraint) asksFor(operation string) bool {
	operations := c.template.Operations
	return len(operations) == 0 || slices.Contains(operations, "*") || slices.Contains(operations, operation)
}

// judgeConstraint gives one result for each violation, or one `pass` when the constraint matches any of the objects.
func (w *world) judgeConstraint(c *constraint, reviews []*review, exempt, failure string) []contract.Result {
	var results []contract.Result
	matched := false
	for _, each := range reviews {
		answer := c.matches(each)
		switch {
		case answer.Undecided != "":
			results = append(results, each.result(c, contract.Undecided, "", answer.Undecided))
		case answer.Err != nil:
			results = append(results, each.result(c, contract.Error, "unable to match constraints: "+answer.Err.Error(), ""))
		case !answer.Matches:
			continue
		case exempt != "":
			return []contract.Result{each.result(c, contract.Skip, "", exempt)}
		case each.mutation.doubt() != "":
			results = append(results, each.result(c, contract.Undecided, "", each.mutation.doubt()))
		default:
			matched = true
			results = append(results, w.evaluate(c, each)...)
		}
	}
	if failure != "" && (matched || len(results) > 0) {
		results = append(results, reviews[0].result(c, contract.Undecided, "", failure))
	}
	if matched && len(results) == 0 {
		results = append(results, reviews[0].result(c, contract.Pass, "", ""))
	}
	return results
}

func (w *world) evaluate(c *constraint, r *review) []contract.Result {
	if c.template.CEL != nil {
		return w.evaluateCEL(c, r)
	}
	return w.evaluateRego(c, r)
}

const unknownUser = "It depends on who asks, which is not known."

func (w *world) evaluateRego(c *constraint, r *review) []contract.Result {
	if reason, isEndless := w.endless[c.template]; isEndless {
		return []contract.Result{r.result(c, contract.Undecided, "", reason)}
	}
	value, err := r.regoValue()
	if err != nil {
		return []contract.Result{r.result(c, contract.Error, err.Error(), "")}
	}
	policy := c.template.Rego
	verdict := policy.Evaluate(rego.Input{Review: value, Parameters: c.parameters, Inventory: w.inventory, Missing: w.regoNeeds(policy, r)})
	if verdict.IsEndless {
		w.endless[c.template] = verdict.Undecided
	}
	switch {
	case verdict.Undecided != "":
		return []contract.Result{r.result(c, contract.Undecided, "", verdict.Undecided)}
	case verdict.Failure != "":
		// Gatekeeper takes an error for a violation.
		return []contract.Result{r.violation(c, verdict.Failure, place{}, nil, nil)}
	}
	var results []contract.Result
	for _, each := range verdict.Violations {
		pointer, line := policy.Place(each)
		at := place{template: c.template.Document, pointer: pointer, line: line}
		results = append(results, r.violation(c, each.Message, at, policy.Reads(each), each.Details))
	}
	return results
}

func (w *world) regoNeeds(policy *rego.Policy, r *review) []rego.Need {
	var needs []rego.Need
	if r.asked.User == nil {
		needs = append(needs, rego.Need{Word: "userInfo", Reason: unknownUser})
	}
	if r.namespaceNeed != "" {
		needs = append(needs, rego.Need{Word: "namespaceObject", Reason: r.namespaceNeed})
	}
	if need := w.inventoryNeed(policy); need != nil {
		needs = append(needs, *need)
	}
	return needs
}

func (w *world) evaluateCEL(c *constraint, r *review) []contract.Result {
	var needs []cel.Need
	if r.asked.User == nil {
		needs = append(needs, cel.Need{Word: "userInfo", Reason: unknownUser})
	}
	if r.namespaceNeed != "" {
		needs = append(needs, cel.Need{Word: "namespaceObject", Reason: r.namespaceNeed})
	}
	verdict := c.template.CEL.Evaluate(cel.Input{Attributes: r.celAttributes(), Constraint: c.object, Namespace: r.celNamespace(), Missing: needs})
	var results []contract.Result
	for _, each := range verdict.Violations {
		results = append(results, r.violation(c, each.Message, place{template: c.template.Document, pointer: each.At}, each.Reads, nil))
	}
	if verdict.Undecided != "" {
		results = append(results, r.result(c, contract.Undecided, "", verdict.Undecided))
	}
	return results
}

// result is a result without a violation. What is said of a generated object names the expansion.
func (r *review) result(c *constraint, outcome contract.Outcome, message, reason string) contract.Result {
	if r.expansion != nil && message != "" {
		message = fmt.Sprintf("[Implied by %s] %s", r.expansion.name, message)
	}
	return contract.Result{
		Request: r.asked.ID, Document: c.document, Policy: c.name, Result: outcome,
		Message: message, Reason: reason, Actions: words(r.actions(c)),
	}
}

// place is where in a template a violation is decided.
type place struct {
	template, pointer string
	line              int
}

func (r *review) violation(c *constraint, message string, at place, reads [][]string, details any) contract.Result {
	actions := r.actions(c)
	outcome := contract.Fail
	if !slices.Contains(actions, "deny") && slices.Contains(actions, "warn") {
		outcome = contract.Warn
	}
	pointed := pointAt(r.main(), message, details, reads)
	result := r.result(c, outcome, message, "")
	result.Template, result.At, result.Line, result.Details = at.template, at.pointer, at.line, details
	if path := r.inRequest(pointed.path); path != "" {
		result.Path = &path
	}
	for _, each := range pointed.reads {
		if path := r.inRequest(each); path != "" {
			result.Reads = append(result.Reads, path)
		}
	}
	return result
}

// main is the object that places are looked for in.
func (r *review) main() kube.Object {
	if r.object != nil {
		return r.object
	}
	return r.old
}

// actions are the constraint's, unless the expansion that generated the object says another.
func (r *review) actions(c *constraint) []string {
	if r.expansion != nil && r.expansion.action != "" {
		return []string{r.expansion.action}
	}
	return c.actions
}

func words(actions []string) []string {
	into := []string{}
	for _, each := range []struct{ action, word string }{{"deny", "Deny"}, {"warn", "Warn"}, {"dryrun", "Audit"}} {
		if slices.Contains(actions, each.action) {
			into = append(into, each.word)
		}
	}
	return into
}
