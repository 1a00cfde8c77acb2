// Package request fills in what a question's requests leave out.
package request

import (
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/values"
)

// Request is a request in full.
type Request struct {
	ID          string
	Operation   string
	Object      contract.Object
	OldObject   contract.Object
	Kind        schema.GroupVersionKind
	Resource    schema.GroupVersionResource
	SubResource string
	Name        string
	Namespace   string
	User        *contract.User
}

// New fills a request in: kind, name and namespace from the object, its plural from the world, `default` where a
// namespaced object names no namespace.
func New(asked contract.Request, world *known.World, given *values.Set) *Request {
	r := &Request{
		ID: asked.ID, Operation: asked.Operation, Object: asked.Object, OldObject: asked.OldObject,
		SubResource: asked.SubResource, Name: asked.Name, Namespace: asked.Namespace, User: asked.User,
	}
	own := unstructured.Unstructured{Object: asked.Object}
	if asked.Object == nil {
		own.Object = asked.OldObject
	}
	r.Kind = own.GroupVersionKind()
	if asked.Kind != nil {
		r.Kind = schema.GroupVersionKind(*asked.Kind)
	}
	r.fromSubresource(given)
	r.Resource = world.Kinds.Resource(r.Kind)
	if asked.Resource != nil {
		r.Resource = schema.GroupVersionResource(*asked.Resource)
	}
	if r.Name == "" {
		r.Name = own.GetName()
	}
	r.setNamespace(own, world)
	return r
}

// fromSubresource finds the kind that an object of a subresource belongs to, as Values tell.
func (r *Request) fromSubresource(given *values.Set) {
	for _, each := range given.Subresources {
		parent, subresource, ok := each.ParentOf(r.Kind)
		if ok {
			r.Kind, r.SubResource = parent, subresource
			return
		}
	}
}

func (r *Request) setNamespace(own unstructured.Unstructured, world *known.World) {
	if !world.Kinds.IsNamespaced(r.Kind.Group, r.Kind.Kind) {
		r.Namespace = ""
		return
	}
	if r.Namespace == "" {
		r.Namespace = own.GetNamespace()
	}
	if r.Namespace == "" {
		r.Namespace = "default"
	}
	r.Object = withNamespace(r.Object, r.Namespace)
	r.OldObject = withNamespace(r.OldObject, r.Namespace)
}

func withNamespace(object contract.Object, namespace string) contract.Object {
	if object == nil || (&unstructured.Unstructured{Object: object}).GetNamespace() != "" {
		return object
	}
	copied := (&unstructured.Unstructured{Object: object}).DeepCopy()
	copied.SetNamespace(namespace)
	return copied.Object
}

// WithOperation shapes the request for an operation that Values may name, else for its own, else for CREATE: an UPDATE
// without an old object changes nothing, a DELETE has only an old one.
func (r *Request) WithOperation(given any) *Request {
	shaped := *r
	if word, ok := given.(string); ok && word != "" {
		shaped.Operation = word
	}
	switch shaped.Operation {
	case "UPDATE":
		if shaped.OldObject == nil && shaped.Object != nil {
			shaped.OldObject = (&unstructured.Unstructured{Object: shaped.Object}).DeepCopy().Object
		}
	case "DELETE":
		if shaped.OldObject == nil {
			shaped.OldObject = shaped.Object
		}
		shaped.Object = nil
	case "CONNECT":
	default:
		shaped.Operation = "CREATE"
		shaped.OldObject = nil
	}
	return &shaped
}

// ClassicUser is who asks, as rules know them; nothing for nobody in particular.
func (r *Request) ClassicUser() *kyvernov2.RequestInfo {
	if r.User == nil || r.User.IsNobody() {
		return nil
	}
	return &kyvernov2.RequestInfo{
		Roles: r.User.Roles, ClusterRoles: r.User.ClusterRoles, AdmissionUserInfo: r.UserInfo(),
	}
}

// UserInfo is who asks, as the API server says it.
func (r *Request) UserInfo() authenticationv1.UserInfo {
	if r.User == nil {
		return authenticationv1.UserInfo{}
	}
	info := authenticationv1.UserInfo{Username: r.User.Username, UID: r.User.UID, Groups: r.User.Groups}
	for name, words := range r.User.Extra {
		if info.Extra == nil {
			info.Extra = map[string]authenticationv1.ExtraValue{}
		}
		info.Extra[name] = words
	}
	return info
}
