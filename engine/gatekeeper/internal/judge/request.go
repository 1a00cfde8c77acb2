package judge

import (
	"encoding/json"

	"github.com/open-policy-agent/opa/v1/ast"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
	"plumbline.dev/engine/gatekeeper/internal/rego"
)

// review is one object under review: the request's own, or one that it would generate.
type review struct {
	asked     contract.Request
	operation string
	kind      contract.GVK
	resource  contract.GVR
	name      string
	namespace string
	// object is nil only where a DELETE or CONNECT names none; old is the object as it is in the cluster.
	object kube.Object
	old    kube.Object
	// subjects are what constraints match: the object, then the old one; either is enough.
	subjects        []match.Subject
	namespaceObject kube.Object
	namespaceNeed   string
	expansion       *expansion
	mutation        mutation
	// root is where a generated object comes from in the request's object.
	root []string

	value      ast.Value
	attributes *admission.VersionedAttributes
}

// newReview puts a request into the form in which the API server would send it.
func (w *world) newReview(asked contract.Request) *review {
	r := &review{asked: asked, operation: asked.Operation, object: asked.Object, old: asked.OldObject}
	if r.operation == "" {
		r.operation = operationOf(asked)
	}
	if r.operation == "DELETE" && r.old == nil {
		r.old = r.object
	}
	main := r.object
	if main == nil {
		main = r.old
	}
	r.kind = main.GVK()
	if asked.Kind != nil {
		r.kind = *asked.Kind
	}
	r.resource = contract.GVR{Group: r.kind.Group, Version: r.kind.Version, Resource: w.kinds.plural(r.kind)}
	if asked.Resource != nil {
		r.resource = *asked.Resource
	}
	r.name = firstText(asked.Name, main.Name())
	unknownScope := w.settleNamespace(r, main)
	w.addSubjects(r, match.Original, unknownScope)
	w.mutateReview(r)
	return r
}

func operationOf(asked contract.Request) string {
	switch {
	case asked.Object == nil && asked.OldObject != nil:
		return "DELETE"
	case asked.OldObject != nil:
		return "UPDATE"
	default:
		return "CREATE"
	}
}

// settleNamespace finds the request's namespace, and gives objects of namespaced kinds that name none the one they
// would get. It returns why the scope is unknown.
func (w *world) settleNamespace(r *review, main kube.Object) string {
	scope := w.kinds.scope(r.kind)
	r.namespace = firstText(r.asked.Namespace, main.Namespace())
	switch {
	case main.IsNamespace(), scope == clusterScope:
		r.namespace = ""
		return ""
	case r.namespace == "" && scope == unknownScope:
		return "It is not known whether objects of kind " + r.kind.Kind + " live in namespaces."
	case r.namespace == "":
		r.namespace = "default"
	}
	r.object, r.old = inNamespace(r.object, r.namespace), inNamespace(r.old, r.namespace)
	r.namespaceObject, r.namespaceNeed = w.namespaces[r.namespace], w.namespaceNeed(r.namespace)
	return ""
}

func inNamespace(object kube.Object, namespace string) kube.Object {
	if object == nil || object.Namespace() == namespace {
		return object
	}
	moved := kube.Object{}
	for key, value := range object {
		moved[key] = value
	}
	metadata := map[string]any{}
	for key, value := range object.Map("metadata") {
		metadata[key] = value
	}
	metadata["namespace"] = namespace
	moved["metadata"] = metadata
	return moved
}

// addSubjects: on DELETE Gatekeeper takes the old object for the object.
func (w *world) addSubjects(r *review, source, unknownScope string) {
	for _, object := range []kube.Object{r.object, r.old} {
		if object != nil {
			r.subjects = append(r.subjects, match.Subject{
				Object: object, Namespace: r.namespaceObject, Missing: r.namespaceNeed, UnknownScope: unknownScope, Source: source,
			})
		}
	}
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// regoValue is `input.review`: the admission request as Gatekeeper hands it to its Rego driver, with the Namespace beside
// it. Numbers pass through JSON there and become floating point; their text in messages depends on it.
func (r *review) regoValue() (ast.Value, error) {
	if r.value != nil {
		return r.value, nil
	}
	object := r.object
	if object == nil && r.operation == "DELETE" {
		object = r.old
	}
	kind := map[string]any{"group": r.kind.Group, "version": r.kind.Version, "kind": r.kind.Kind}
	resource := map[string]any{"group": r.resource.Group, "version": r.resource.Version, "resource": r.resource.Resource}
	whole := map[string]any{
		"uid": "", "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource,
		"operation": r.operation, "userInfo": userInfo(r.asked.User), "dryRun": false, "options": nil,
		"object": orNull(object), "oldObject": orNull(r.old), "namespaceObject": map[string]any{},
	}
	for key, text := range map[string]string{"name": r.name, "namespace": r.namespace, "subResource": r.asked.SubResource} {
		if text != "" {
			whole[key] = text
		}
	}
	if r.namespaceObject != nil {
		whole["namespaceObject"] = r.namespaceObject
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	var passed map[string]any
	if err := json.Unmarshal(text, &passed); err != nil {
		return nil, err
	}
	r.value, err = rego.Value(passed)
	return r.value, err
}

func orNull(object kube.Object) any {
	if object == nil {
		return nil
	}
	return object
}

func userInfo(from *contract.User) map[string]any {
	info := map[string]any{}
	if from == nil {
		return info
	}
	for key, text := range map[string]string{"username": from.Username, "uid": from.UID} {
		if text != "" {
			info[key] = text
		}
	}
	if len(from.Groups) > 0 {
		info["groups"] = from.Groups
	}
	if len(from.Extra) > 0 {
		info["extra"] = from.Extra
	}
	return info
}

// celAttributes is the request for CEL, where `object` stays null on DELETE.
func (r *review) celAttributes() *admission.VersionedAttributes {
	if r.attributes != nil {
		return r.attributes
	}
	object, old := asRuntime(r.object), asRuntime(r.old)
	if r.operation == "DELETE" {
		object = nil
	}
	info := &user.DefaultInfo{}
	if from := r.asked.User; from != nil {
		info = &user.DefaultInfo{Name: from.Username, UID: from.UID, Groups: from.Groups, Extra: from.Extra}
	}
	kind := schema.GroupVersionKind{Group: r.kind.Group, Version: r.kind.Version, Kind: r.kind.Kind}
	resource := schema.GroupVersionResource{Group: r.resource.Group, Version: r.resource.Version, Resource: r.resource.Resource}
	r.attributes = &admission.VersionedAttributes{
		Attributes: admission.NewAttributesRecord(object, old, kind, r.namespace, r.name, resource, r.asked.SubResource,
			admission.Operation(r.operation), nil, false, info),
		VersionedKind: kind, VersionedObject: object, VersionedOldObject: old,
	}
	return r.attributes
}

func asRuntime(object kube.Object) runtime.Object {
	if object == nil {
		return nil
	}
	return &unstructured.Unstructured{Object: object}
}

// celNamespace is the Namespace as a typed object; nil where it is not known or none.
func (r *review) celNamespace() *corev1.Namespace {
	if r.namespaceObject == nil {
		return nil
	}
	typed := &corev1.Namespace{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(r.namespaceObject, typed); err != nil {
		return nil
	}
	return typed
}
