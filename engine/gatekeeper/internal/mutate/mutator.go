// Package mutate previews what Gatekeeper's mutators make of an object: Assign, AssignMetadata, ModifySet and
// AssignImage (https://open-policy-agent.github.io/gatekeeper/website/docs/mutation).
package mutate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/path/parser"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
)

// ErrOutside says that a mutator asks for what lies outside of this engine.
var ErrOutside = errors.New("the value comes from an external data provider, which only the cluster can ask")

// Mutator is one mutator.
type Mutator struct {
	Document string
	Name     string
	kind     string
	applyTo  []applyTo
	match    *match.Match
	path     []parser.Node
	// tests are conditions on what is at a depth of the path.
	tests  map[int]string
	setter setter
}

type applyTo struct{ groups, versions, kinds, operations []any }

const (
	mustExist    = "MustExist"
	mustNotExist = "MustNotExist"
)

var kinds = []string{"Assign", "AssignImage", "AssignMetadata", "ModifySet"}

// Is says whether an object is a mutator.
func Is(object kube.Object) bool {
	kind := object.GVK()
	return kind.Group == "mutations.gatekeeper.sh" && slices.Contains(kinds, kind.Kind)
}

// Parse reads a mutator; the error says at which JSON pointer it does not work.
func Parse(document contract.Document) (*Mutator, string, error) {
	object := kube.Object(document.Object)
	made := &Mutator{Document: document.ID, Name: object.Name(), kind: object.GVK().Kind, tests: map[int]string{}}
	path, err := parser.Parse(object.Text("spec", "location"))
	if err != nil {
		return nil, "/spec/location", fmt.Errorf("the location cannot be read: %w", err)
	}
	made.path = path.Nodes
	if len(made.path) == 0 {
		return nil, "/spec/location", errors.New("the location is empty")
	}
	if made.match, _, err = match.Parse(object.Map("spec", "match")); err != nil {
		return nil, "/spec/match", err
	}
	for _, each := range object.List("spec", "applyTo") {
		said, _ := each.(map[string]any)
		entry := kube.Object(said)
		made.applyTo = append(made.applyTo, applyTo{entry.List("groups"), entry.List("versions"), entry.List("kinds"), entry.List("operations")})
	}
	if at, err := made.checkPlace(); err != nil {
		return nil, at, err
	}
	if err := made.addTests(object.List("spec", "parameters", "pathTests")); err != nil {
		return nil, "/spec/parameters/pathTests", err
	}
	if made.setter, err = newSetter(made.kind, object); err != nil {
		return nil, "/spec/parameters", err
	}
	return made, "", nil
}

// checkPlace: metadata is AssignMetadata's alone, which adds labels and annotations and changes none.
func (m *Mutator) checkPlace() (string, error) {
	isMetadata := keyOf(m.path[0]) == "metadata"
	if m.kind != "AssignMetadata" {
		switch {
		case isMetadata:
			return "/spec/location", errors.New("only AssignMetadata may change metadata")
		case len(m.applyTo) == 0:
			return "/spec", errors.New("spec.applyTo must say groups, versions and kinds")
		}
		return "", nil
	}
	if !isMetadata || len(m.path) != 3 || keyOf(m.path[1]) != "labels" && keyOf(m.path[1]) != "annotations" {
		return "/spec/location", errors.New("AssignMetadata changes labels and annotations only: metadata.labels.KEY or metadata.annotations.KEY")
	}
	m.tests[2] = mustNotExist
	return "", nil
}

func keyOf(node parser.Node) string {
	object, ok := node.(*parser.Object)
	if !ok {
		return ""
	}
	return object.Reference
}

func (m *Mutator) addTests(tests []any) error {
	for _, each := range tests {
		said, _ := each.(map[string]any)
		test := kube.Object(said)
		part, err := parser.Parse(test.Text("subPath"))
		if err != nil {
			return err
		}
		if len(part.Nodes) == 0 || len(part.Nodes) > len(m.path) || part.String() != (parser.Path{Nodes: m.path[:len(part.Nodes)]}).String() {
			return fmt.Errorf("subPath %q is not the start of the location", test.Text("subPath"))
		}
		condition := test.Text("condition")
		if condition != mustExist && condition != mustNotExist {
			return fmt.Errorf("condition %q is neither MustExist nor MustNotExist", condition)
		}
		m.tests[len(part.Nodes)-1] = condition
	}
	return nil
}

// Applies says whether a mutator changes objects like this one.
func (m *Mutator) Applies(subject match.Subject, operation string) match.Answer {
	kind := subject.Object.GVK()
	isMeant := m.kind == "AssignMetadata" || slices.ContainsFunc(m.applyTo, func(each applyTo) bool {
		return slices.Contains(each.groups, any(kind.Group)) && slices.Contains(each.versions, any(kind.Version)) &&
			slices.Contains(each.kinds, any(kind.Kind)) &&
			(len(each.operations) == 0 || slices.Contains(each.operations, any("*")) || slices.Contains(each.operations, any(operation)))
	})
	if !isMeant {
		return match.Answer{}
	}
	return m.match.Test(subject)
}

// Less orders mutators as Gatekeeper applies them: by kind, then by name.
func Less(one, other *Mutator) bool {
	if one.kind != other.kind {
		return one.kind < other.kind
	}
	return one.Name < other.Name
}
