// Package question is what the engine is asked: policies, what else is known, and admission requests. The names of the
// JSON fields are those of src/core/policy/judgement.ts.
package question

import (
	"encoding/json"
	"fmt"

	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Object is a Kubernetes object; its whole numbers are int64, as Kubernetes' own decoders make them.
type Object map[string]any

// UnmarshalJSON reads an object.
func (o *Object) UnmarshalJSON(data []byte) error {
	var into map[string]any
	if err := utiljson.Unmarshal(data, &into); err != nil {
		return err
	}
	*o = into
	return nil
}

// Question is one call of the engine.
type Question struct {
	Policies []Document `json:"policies"`
	Context  []Object   `json:"context"`
	Complete Complete   `json:"complete"`
	Requests []Request  `json:"requests"`
	Kinds    []Kind     `json:"kinds"`
	Settings Settings   `json:"settings"`
}

// Document is one policy document.
type Document struct {
	ID     string `json:"id"`
	Object Object `json:"object"`
}

// Complete says of which kinds the context holds every object there is.
type Complete struct {
	All   bool
	Kinds []KnownKind
}

// KnownKind is one kind of which every object is known, in one namespace or, when that is empty, in all.
type KnownKind struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
}

// UnmarshalJSON reads `"all"` or a list of kinds.
func (c *Complete) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &c.Kinds)
	}
	var word string
	if err := json.Unmarshal(data, &word); err != nil {
		return err
	}
	if word != "all" {
		return fmt.Errorf("complete is %q instead of \"all\" or a list of kinds", word)
	}
	c.All = true
	return nil
}

// Kind is a kind that the cluster serves beyond the built-in ones.
type Kind struct {
	Group        string `json:"group"`
	Version      string `json:"version"`
	Kind         string `json:"kind"`
	Plural       string `json:"plural"`
	IsNamespaced bool   `json:"isNamespaced"`
}

// Request is what the API server would be asked.
type Request struct {
	ID          string    `json:"id"`
	Operation   string    `json:"operation"`
	Object      Object    `json:"object"`
	OldObject   Object    `json:"oldObject"`
	Kind        *GVK      `json:"kind"`
	Resource    *Resource `json:"resource"`
	SubResource string    `json:"subResource"`
	Name        string    `json:"name"`
	Namespace   string    `json:"namespace"`
	User        *User     `json:"user"`
}

// GVK is a kind with its group and version.
type GVK struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// Resource is a plural name with its group and version.
type Resource struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
}

// User is who asks.
type User struct {
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
}

// Settings are where the engine is set up to decide differently.
type Settings struct {
	EnforcementPoint string `json:"enforcementPoint"`
}
