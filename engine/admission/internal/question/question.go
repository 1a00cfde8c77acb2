// Package question holds what the policy engine is asked and what it answers: the JSON of src/core/policy/judgement.ts.
package question

import kjson "sigs.k8s.io/json"

// Object is a Kubernetes object; whole numbers are int64.
type Object = map[string]any

// Question is one request to the engine.
type Question struct {
	Policies    []Document `json:"policies"`
	Context     []Object   `json:"context"`
	Complete    Complete   `json:"complete"`
	Requests    []Request  `json:"requests"`
	Kinds       []Kind     `json:"kinds"`
	KubeVersion string     `json:"kubeVersion"`
	Settings    Settings   `json:"settings"`
}

// Document is one that rules; its ID comes back with results and problems.
type Document struct {
	ID     string `json:"id"`
	Object Object `json:"object"`
}

// Kind is one that the cluster serves beyond the built-in ones.
type Kind struct {
	Group        string `json:"group"`
	Version      string `json:"version"`
	Kind         string `json:"kind"`
	Plural       string `json:"plural"`
	IsNamespaced bool   `json:"isNamespaced"`
}

// Request is what would be asked of the API server.
type Request struct {
	ID          string       `json:"id"`
	Operation   string       `json:"operation"`
	Object      Object       `json:"object"`
	OldObject   Object       `json:"oldObject"`
	Kind        *GroupKind   `json:"kind"`
	Resource    *GroupPlural `json:"resource"`
	SubResource string       `json:"subResource"`
	Name        string       `json:"name"`
	Namespace   string       `json:"namespace"`
	User        *User        `json:"user"`
}

// GroupKind names a kind.
type GroupKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// GroupPlural names a resource.
type GroupPlural struct {
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
	// Authorizer holds documents `{decisions: [{group, resource, subresource, namespace, name, verb, path, decision}]}`.
	Authorizer []Object `json:"authorizer"`
}

// Complete says of which kinds the context holds every object there is.
type Complete struct {
	All   bool
	Kinds []KnownKind
}

// KnownKind is one of them.
type KnownKind struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
}

// UnmarshalJSON reads `"all"` or a list of kinds.
func (c *Complete) UnmarshalJSON(data []byte) error {
	if string(data) == `"all"` {
		c.All = true
		return nil
	}
	return kjson.UnmarshalCaseSensitivePreserveInts(data, &c.Kinds)
}

// Holds says whether the context has every object of the kind in the namespace; in any, when that is empty.
func (c Complete) Holds(group, kind, namespace string) bool {
	if c.All {
		return true
	}
	for _, each := range c.Kinds {
		if each.Group == group && each.Kind == kind && (each.Namespace == "" || each.Namespace == namespace) {
			return true
		}
	}
	return false
}

// Answer is the engine's reply.
type Answer struct {
	Results  []Result  `json:"results"`
	Problems []Problem `json:"problems"`
}

// Outcome is one policy's word on one request.
type Outcome string

// The outcomes this engine gives.
const (
	Pass      Outcome = "pass"
	Fail      Outcome = "fail"
	Warn      Outcome = "warn"
	Skip      Outcome = "skip"
	Undecided Outcome = "undecided"
)

// Result is one policy's word on one request. Paths are JSON pointers.
type Result struct {
	Request          string            `json:"request"`
	Document         string            `json:"document,omitempty"`
	Policy           string            `json:"policy"`
	Rule             string            `json:"rule,omitempty"`
	Binding          string            `json:"binding,omitempty"`
	Result           Outcome           `json:"result"`
	Message          string            `json:"message,omitempty"`
	Reason           string            `json:"reason,omitempty"`
	Actions          []string          `json:"actions"`
	Path             string            `json:"path,omitempty"`
	Reads            []string          `json:"reads,omitempty"`
	At               string            `json:"at,omitempty"`
	Patched          Object            `json:"patched,omitempty"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty"`
	Details          Object            `json:"details,omitempty"`
}

// Problem is one of a policy that does not work as written.
type Problem struct {
	Document string `json:"document,omitempty"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	At       string `json:"at,omitempty"`
}

// Parse reads a question; whole numbers of objects stay whole.
func Parse(data []byte) (Question, error) {
	var asked Question
	err := kjson.UnmarshalCaseSensitivePreserveInts(data, &asked)
	return asked, err
}
