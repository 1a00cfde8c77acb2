// Package values reads the documents of kind Values (cli.kyverno.io/v1alpha1) that stand for what a policy would ask
// the cluster, in the way that Kyverno's own command line does.
// https://kyverno.io/docs/kyverno-cli/reference/
package values

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
)

// Values are variables by name; a name may be a dotted path.
type Values = map[string]any

// Set is what all documents say together.
type Set struct {
	global     Values
	byResource map[[2]string]Values
	byRule     map[[2]string]Values
	// Subresources say which kind an object of a subresource has in the judged object.
	Subresources []Subresource
}

// Subresource is a kind that is served below another one: `deployments/scale`.
type Subresource struct {
	Own    served `json:"subresource"`
	Parent served `json:"parentResource"`
}

type served struct {
	Name    string `json:"name"`
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// ParentOf gives the kind and the subresource that an object's kind stands for.
func (s Subresource) ParentOf(kind schema.GroupVersionKind) (schema.GroupVersionKind, string, bool) {
	if kind != (schema.GroupVersionKind{Group: s.Own.Group, Version: s.Own.Version, Kind: s.Own.Kind}) {
		return kind, "", false
	}
	_, subresource, _ := strings.Cut(s.Own.Name, "/")
	return schema.GroupVersionKind{Group: s.Parent.Group, Version: s.Parent.Version, Kind: s.Parent.Kind}, subresource, true
}

type document struct {
	Spec         *document     `json:"spec"`
	GlobalValues Values        `json:"globalValues"`
	Policies     []policy      `json:"policies"`
	Subresources []Subresource `json:"subresources"`
}

type policy struct {
	Name      string  `json:"name"`
	Resources []named `json:"resources"`
	Rules     []named `json:"rules"`
}

type named struct {
	Name          string           `json:"name"`
	Values        Values           `json:"values"`
	ForeachValues map[string][]any `json:"foreachValues"`
}

// Read takes in Values documents; later ones win.
func Read(objects []contract.Object) (*Set, error) {
	s := &Set{global: Values{}, byResource: map[[2]string]Values{}, byRule: map[[2]string]Values{}}
	for _, object := range objects {
		var read document
		text, err := json.Marshal(object)
		if err == nil {
			err = json.Unmarshal(text, &read)
		}
		if err != nil {
			return nil, fmt.Errorf("the Values document cannot be read: %w", err)
		}
		if read.Spec != nil {
			read = *read.Spec
		}
		s.take(read)
	}
	return s, nil
}

func (s *Set) take(read document) {
	merge(s.global, read.GlobalValues)
	s.Subresources = append(s.Subresources, read.Subresources...)
	for _, policy := range read.Policies {
		for _, each := range policy.Resources {
			merge(at(s.byResource, policy.Name, each.Name), each.Values)
		}
		for _, each := range policy.Rules {
			into := at(s.byRule, policy.Name, each.Name)
			merge(into, each.Values)
			// One element at a time could be given; the command line gives the first.
			for name, elements := range each.ForeachValues {
				if len(elements) > 0 {
					into[name] = elements[0]
				}
			}
		}
	}
}

func at(all map[[2]string]Values, policy, name string) Values {
	key := [2]string{policy, name}
	if all[key] == nil {
		all[key] = Values{}
	}
	return all[key]
}

func merge(into, from Values) {
	for name, value := range from {
		into[name] = value
	}
}

// ForObject gives the variables of a policy on an object of that name.
func (s *Set) ForObject(policy, name string) Values {
	merged := Values{}
	merge(merged, s.global)
	merge(merged, s.byResource[[2]string{policy, name}])
	return merged
}

// ForRule gives the variables of a rule, by the name that the policy gives it.
func (s *Set) ForRule(policy, rule string) Values { return s.byRule[[2]string{policy, rule}] }

// Operation gives the operation that stands for all requests, or nothing.
func (s *Set) Operation() string {
	operation, _ := s.global["request.operation"].(string)
	return operation
}
