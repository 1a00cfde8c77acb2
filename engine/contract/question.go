// Package contract is what the policy engines are asked and what they answer: the Go side of
// src/core/policy/judgement.ts, whose words these are. Each room decodes a question with its own library, because their
// engines want whole numbers differently.
package contract

// Object is a Kubernetes object as JSON.
type Object = map[string]any

// Question asks for the word of policies on requests.
type Question struct {
	// Policies are all documents that rule.
	Policies []Document `json:"policies"`
	// Context is what else is known of the cluster.
	Context  []Object  `json:"context"`
	Complete Complete  `json:"complete"`
	Requests []Request `json:"requests"`
	Kinds    []Kind    `json:"kinds"`
	// KubeVersion is the cluster's version; empty for the newest that the engine knows.
	KubeVersion string   `json:"kubeVersion"`
	Settings    Settings `json:"settings"`
}

// Document is an object that rules, under the ID by which answers name it.
type Document struct {
	ID     string `json:"id"`
	Object Object `json:"object"`
}

// Kind is one that the cluster serves beyond the built-in kinds.
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

// GVR names a resource, by its plural.
type GVR struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
}

// User is who asks; all fields empty is somebody without name and rights.
type User struct {
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
	// Roles and ClusterRoles are Kyverno's reading of the RBAC bindings.
	Roles        []string `json:"roles"`
	ClusterRoles []string `json:"clusterRoles"`
}

// IsNobody tells whether nothing is said of who asks.
func (u User) IsNobody() bool {
	return u.Username == "" && u.UID == "" && len(u.Groups)+len(u.Extra)+len(u.Roles)+len(u.ClusterRoles) == 0
}

// Settings are where engines are set up to decide differently.
type Settings struct {
	// Authorizer holds documents `{decisions: [{group, resource, subresource, namespace, name, verb, path, decision}]}`.
	Authorizer []Object `json:"authorizer"`
	// KyvernoValues are documents of kind Values, which stand for context variables.
	KyvernoValues []Object `json:"kyvernoValues"`
	// EnforcementPoint is Gatekeeper's.
	EnforcementPoint string `json:"enforcementPoint"`
}
