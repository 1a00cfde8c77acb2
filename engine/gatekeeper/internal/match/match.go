// Package match says whether an object is matched by the `match` block of a constraint or a mutator, as
// github.com/open-policy-agent/gatekeeper does in pkg/mutation/match.
package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// Sources of objects.
const (
	Original  = "Original"
	Generated = "Generated"
	all       = "All"
)

// Match is a compiled `match` block; the zero value matches everything.
type Match struct {
	block             block
	labelSelector     labels.Selector
	namespaceSelector labels.Selector
}

type block struct {
	Source             string                `json:"source"`
	Kinds              []kinds               `json:"kinds"`
	Scope              string                `json:"scope"`
	Namespaces         []string              `json:"namespaces"`
	ExcludedNamespaces []string              `json:"excludedNamespaces"`
	LabelSelector      *metav1.LabelSelector `json:"labelSelector"`
	NamespaceSelector  *metav1.LabelSelector `json:"namespaceSelector"`
	Name               string                `json:"name"`
}

type kinds struct {
	APIGroups []string `json:"apiGroups"`
	Kinds     []string `json:"kinds"`
}

var fields = []string{"source", "kinds", "scope", "namespaces", "excludedNamespaces", "labelSelector", "namespaceSelector", "name"}

// Parse reads a `match` block. The unknown fields have no effect.
func Parse(from map[string]any) (match *Match, unknown []string, err error) {
	text, err := json.Marshal(from)
	if err != nil {
		return nil, nil, err
	}
	match = &Match{}
	if err := json.Unmarshal(text, &match.block); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, nil, fmt.Errorf("%s must not be a %s", wrong.Field, wrong.Value)
		}
		return nil, nil, err
	}
	if match.labelSelector, err = selectorOf(match.block.LabelSelector, "labelSelector"); err != nil {
		return nil, nil, err
	}
	if match.namespaceSelector, err = selectorOf(match.block.NamespaceSelector, "namespaceSelector"); err != nil {
		return nil, nil, err
	}
	for key := range from {
		if !slices.Contains(fields, key) {
			unknown = append(unknown, key)
		}
	}
	sort.Strings(unknown)
	return match, unknown, nil
}

func selectorOf(from *metav1.LabelSelector, field string) (labels.Selector, error) {
	if from == nil {
		return nil, nil
	}
	selector, err := metav1.LabelSelectorAsSelector(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	return selector, nil
}

// Subject is an object to match.
type Subject struct {
	Object kube.Object
	// Namespace is the Namespace object that holds the object, nil where there is none or it is not known.
	Namespace kube.Object
	// Missing is why Namespace is not known though there may be one; empty where it is known or known to be absent.
	Missing string
	// UnknownScope is why it is not known whether the object, which names no namespace, is in one; empty where it is.
	UnknownScope string
	Source       string
}

// Answer says whether an object matches. With a reason it is undecided; an error makes Gatekeeper reject the request.
type Answer struct {
	Matches   bool
	Undecided string
	Err       error
}

// Test asks all parts of the block: all must hold. A part that fails settles it, also where another is undecided.
func (m *Match) Test(subject Subject) Answer {
	undecided := ""
	for _, ask := range []func(Subject) Answer{
		m.testKinds, m.testScope, m.testNamespaces, m.testExcludedNamespaces, m.testLabels, m.testNamespaceLabels, m.testName, m.testSource,
	} {
		answer := ask(subject)
		switch {
		case answer.Undecided != "":
			undecided = answer.Undecided
		case answer.Err != nil && undecided == "":
			return answer
		case !answer.Matches:
			return Answer{}
		}
	}
	if undecided != "" {
		return Answer{Undecided: undecided}
	}
	return Answer{Matches: true}
}

func yes(matches bool) Answer { return Answer{Matches: matches} }

func (m *Match) testKinds(subject Subject) Answer {
	if len(m.block.Kinds) == 0 {
		return yes(true)
	}
	kind := subject.Object.GVK()
	return yes(slices.ContainsFunc(m.block.Kinds, func(each kinds) bool {
		return lists(each.Kinds, kind.Kind) && lists(each.APIGroups, kind.Group)
	}))
}

// lists: an empty list and one with `*` hold everything.
func lists(list []string, value string) bool {
	return len(list) == 0 || slices.Contains(list, "*") || slices.Contains(list, value)
}

func (m *Match) testScope(subject Subject) Answer {
	isNamespace := subject.Object.IsNamespace()
	isInside := subject.Object.Namespace() != "" || subject.Namespace != nil
	switch {
	case m.block.Scope != "Cluster" && m.block.Scope != "Namespaced":
		return yes(true)
	case subject.UnknownScope != "":
		return Answer{Undecided: subject.UnknownScope}
	case m.block.Scope == "Cluster":
		return yes(isNamespace || !isInside)
	default:
		return yes(!isNamespace && isInside)
	}
}

// namespaceOf is the name that namespace lists are asked for; empty for objects outside of any.
func namespaceOf(subject Subject) string {
	switch {
	case subject.Object.IsNamespace():
		return subject.Object.Name()
	case subject.Namespace != nil:
		return subject.Namespace.Name()
	default:
		return subject.Object.Namespace()
	}
}

func (m *Match) testNamespaces(subject Subject) Answer {
	return testList(subject, m.block.Namespaces, true)
}

func (m *Match) testExcludedNamespaces(subject Subject) Answer {
	return testList(subject, m.block.ExcludedNamespaces, false)
}

func testList(subject Subject, list []string, wanted bool) Answer {
	name := namespaceOf(subject)
	switch {
	case len(list) == 0:
		return yes(true)
	case subject.UnknownScope != "":
		return Answer{Undecided: subject.UnknownScope}
	case name == "" && !subject.Object.IsNamespace():
		return yes(true)
	default:
		return yes(slices.ContainsFunc(list, func(each string) bool { return Glob(each, name) }) == wanted)
	}
}

func (m *Match) testLabels(subject Subject) Answer {
	return yes(m.labelSelector == nil || m.labelSelector.Matches(labels.Set(subject.Object.Texts("metadata", "labels"))))
}

func (m *Match) testNamespaceLabels(subject Subject) Answer {
	switch {
	case m.namespaceSelector == nil:
		return yes(true)
	case subject.Object.IsNamespace():
		return yes(m.namespaceSelector.Matches(labels.Set(subject.Object.Texts("metadata", "labels"))))
	case subject.UnknownScope != "":
		return Answer{Undecided: subject.UnknownScope}
	case subject.Namespace != nil:
		return yes(m.namespaceSelector.Matches(labels.Set(subject.Namespace.Texts("metadata", "labels"))))
	case subject.Object.Namespace() == "":
		return yes(true)
	case subject.Missing != "":
		return Answer{Undecided: subject.Missing}
	default:
		return Answer{Err: fmt.Errorf("namespace selector for namespace-scoped object but missing Namespace %q", subject.Object.Namespace())}
	}
}

func (m *Match) testName(subject Subject) Answer {
	pattern := m.block.Name
	generated := subject.Object.Text("metadata", "generateName")
	return yes(pattern == "" || Glob(pattern, subject.Object.Name()) || globGenerated(pattern, generated))
}

func (m *Match) testSource(subject Subject) Answer {
	switch wanted := m.block.Source; wanted {
	case "", all:
		return yes(true)
	case Original, Generated:
		return yes(wanted == subject.Source)
	default:
		return Answer{Err: fmt.Errorf("invalid source field %q", wanted)}
	}
}

// Glob matches a pattern with `*` at its start, its end, or both; elsewhere `*` has no meaning.
func Glob(pattern, text string) bool {
	isOpenAtStart, isOpenAtEnd := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
	switch {
	case isOpenAtStart && isOpenAtEnd:
		return strings.Contains(text, strings.TrimSuffix(strings.TrimPrefix(pattern, "*"), "*"))
	case isOpenAtStart:
		return strings.HasSuffix(text, pattern[1:])
	case isOpenAtEnd:
		return strings.HasPrefix(text, strings.TrimSuffix(pattern, "*"))
	default:
		return pattern == text
	}
}

// globGenerated matches the start of a name that the API server will complete: only patterns open at their end can.
func globGenerated(pattern, generateName string) bool {
	return strings.HasSuffix(pattern, "*") && Glob(pattern, generateName)
}
