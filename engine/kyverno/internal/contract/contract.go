// Package contract is what the policy engines are asked and what they answer: the Go side of
// src/core/policy/judgement.ts, whose words these are.
package contract

// Object is a Kubernetes object as JSON.
type Object = map[string]any

// Question asks for the word of policies on requests.
type Question struct {
	Policies    []Document `json:"policies"`
	Context     []Object   `json:"context"`
	Complete    Complete   `json:"complete"`
	Requests    []Request  `json:"requests"`
	Kinds       []Kind     `json:"kinds"`
	KubeVersion string     `json:"kubeVersion"`
	Settings    Settings   `json:"settings"`
}

// Document is an object that rules, under the id by which answers name it.
type Document struct {
	ID     string `json:"id"`
	Object Object `json:"object"`
}

// Kind is what the cluster serves beyond the built-in kinds.
type Kind struct {
	Group        string `json:"group"`
	Version      string `json:"version"`
	Kind         string `json:"kind"`
	Plural       string `json:"plural"`
	IsNamespaced bool   `json:"isNamespaced"`
}

// Request is what would be asked of the API server; almost all may be left out.
type Request struct {
	ID          string `json:"id"`
	Operation   string `json:"operation"`
	Object      Object `json:"object"`
	OldObject   Object `json:"oldObject"`
	Kind        *GVK   `json:"kind"`
	Resource    *GVR   `json:"resource"`
	SubResource string `json:"subResource"`
	Name        string `json:"name"`
	Namespace   string `json:"namespace"`
	// User is nil when nobody knows who asks.
	User *User `json:"user"`
}

// GVK names a kind.
type GVK struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// GVR names a resource.
type GVR struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
}

// User is who asks; all fields empty is somebody without name and rights.
type User struct {
	Username     string              `json:"username"`
	UID          string              `json:"uid"`
	Groups       []string            `json:"groups"`
	Extra        map[string][]string `json:"extra"`
	Roles        []string            `json:"roles"`
	ClusterRoles []string            `json:"clusterRoles"`
}

// IsNobody tells whether nothing is said of who asks.
func (u User) IsNobody() bool {
	return u.Username == "" && u.UID == "" && len(u.Groups)+len(u.Extra)+len(u.Roles)+len(u.ClusterRoles) == 0
}

// Settings are where engines are set up to decide differently.
type Settings struct {
	KyvernoValues []Object `json:"kyvernoValues"`
}

// Answer is the word of every policy that matches a request, and what is wrong with policies.
type Answer struct {
	Results  []Result  `json:"results"`
	Problems []Problem `json:"problems"`
}

// Outcomes of a result.
const (
	Pass      = "pass"
	Fail      = "fail"
	Warn      = "warn"
	Error     = "error"
	Skip      = "skip"
	Undecided = "undecided"
)

// Result is one rule's word on one request.
type Result struct {
	Request          string            `json:"request"`
	Document         string            `json:"document,omitempty"`
	Policy           string            `json:"policy"`
	Rule             string            `json:"rule,omitempty"`
	Result           string            `json:"result"`
	Message          string            `json:"message,omitempty"`
	Reason           string            `json:"reason,omitempty"`
	Actions          []string          `json:"actions"`
	Path             *string           `json:"path,omitempty"`
	Reads            []string          `json:"reads,omitempty"`
	At               string            `json:"at,omitempty"`
	Wanted           *Wanted           `json:"wanted,omitempty"`
	Patched          Object            `json:"patched,omitempty"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty"`
}

// Wanted is the one value that would satisfy a rule.
type Wanted struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// Problem is a policy that does not work.
type Problem struct {
	Document string `json:"document,omitempty"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	At       string `json:"at,omitempty"`
}
