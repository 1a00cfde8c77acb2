package judge

import (
	"errors"
	"fmt"
	"reflect"
	"sort"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
	"plumbline.dev/engine/gatekeeper/internal/mutate"
)

func (w *world) addMutator(document contract.Document) {
	made, at, err := mutate.Parse(document)
	if err != nil {
		w.problems = append(w.problems, contract.Problem{Document: document.ID, Severity: contract.SeverityError, At: at,
			Message: fmt.Sprintf("The mutator does not work: %v.", err)})
		return
	}
	w.mutators = append(w.mutators, made)
	sort.SliceStable(w.mutators, func(i, j int) bool { return mutate.Less(w.mutators[i], w.mutators[j]) })
}

// mutation is what mutators made of an object.
type mutation struct {
	object kube.Object
	// changes are the objects after each mutator that changed something, by mutator.
	changes map[*mutate.Mutator]kube.Object
	// doubts are mutators that cannot be previewed, and why; then the object may be another in the cluster.
	doubts map[*mutate.Mutator]string
	// failure is why the API server would refuse the request.
	failure string
}

// mutate runs all mutators until nothing changes, as Gatekeeper's mutation webhook does before objects are validated.
func (w *world) mutate(subject match.Subject, operation string) mutation {
	made := mutation{object: subject.Object, changes: map[*mutate.Mutator]kube.Object{}, doubts: map[*mutate.Mutator]string{}}
	if len(w.mutators) == 0 || operation != "CREATE" && operation != "UPDATE" || w.whyExempt("mutation-webhook", subject) != "" {
		return made
	}
	for range len(w.mutators) + 1 {
		before := made.object
		for _, each := range w.mutators {
			subject.Object = made.object
			if !made.run(each, subject, operation) {
				return made
			}
		}
		if reflect.DeepEqual(before, made.object) {
			return made
		}
	}
	made.failure = "The mutators do not come to an end: each changes what another has set."
	return made
}

// run applies one mutator; false when it makes the request fail.
func (m *mutation) run(by *mutate.Mutator, subject match.Subject, operation string) bool {
	answer := by.Applies(subject, operation)
	switch {
	case answer.Undecided != "":
		m.doubts[by] = answer.Undecided
		return true
	case answer.Err != nil:
		m.failure = answer.Err.Error()
		return false
	case !answer.Matches:
		return true
	}
	changed := m.object.Copy()
	err := by.Apply(changed)
	switch {
	case errors.Is(err, mutate.ErrOutside):
		m.doubts[by] = err.Error()
	case err != nil:
		m.failure = fmt.Sprintf("Mutator %s: %v.", by.Name, err)
		return false
	case !reflect.DeepEqual(map[string]any(changed), map[string]any(m.object)):
		m.object = changed
		m.changes[by] = changed
	}
	return true
}

// mutateReview puts what mutators make of the object under review in its place.
func (w *world) mutateReview(r *review) {
	if r.object == nil {
		return
	}
	r.mutation = w.mutate(r.subjects[0], r.operation)
	r.object, r.subjects[0].Object = r.mutation.object, r.mutation.object
}

// results are one for each mutator that changes the object or may.
func (m *mutation) results(w *world, request string) []contract.Result {
	var results []contract.Result
	for _, each := range w.mutators {
		result := contract.Result{Request: request, Document: each.Document, Policy: each.Name, Actions: []string{}}
		switch {
		case m.doubts[each] != "":
			result.Result, result.Reason = contract.Undecided, "It cannot be previewed: "+m.doubts[each]
		case m.changes[each] != nil:
			result.Result, result.Patched = contract.Pass, m.changes[each]
		default:
			continue
		}
		results = append(results, result)
	}
	return results
}

// doubt is why the object may be another one by the time that constraints see it; empty when it is not.
func (m *mutation) doubt() string {
	if m.failure != "" {
		return m.failure
	}
	if len(m.doubts) > 0 {
		return "A mutator may change the object first, which cannot be previewed."
	}
	return ""
}
