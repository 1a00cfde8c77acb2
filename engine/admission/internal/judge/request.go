package judge

import (
	"context"

	"github.com/google/cel-go/common/types/ref"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/unstructuredscheme"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/authentication/user"
	clientset "k8s.io/client-go/kubernetes"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/podsecurity"
	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// request is one request as the server's admission has it: the objects defaulted, the resource found, the user there.
type request struct {
	given             contract.Request
	world             *world.World
	object, oldObject contract.Object
	// raw is the object as it was given, with what mutations made of it: without the API's defaults.
	raw             contract.Object
	kind            schema.GroupVersionKind
	resource        schema.GroupVersionResource
	namespace, name string
	operation       admission.Operation
	user            *user.DefaultInfo
	attributes      admission.Attributes
	// objectValue and oldObjectValue are shared by all policies.
	objectValue, oldObjectValue ref.Val
	requestValues               map[schema.GroupVersionResource]ref.Val
	namespaceValue              ref.Val
	namespaceProblem            error
}

func newRequest(given contract.Request, known *world.World) *request {
	r := &request{given: given, world: known, operation: admission.Operation(given.Operation)}
	if given.Operation == "" {
		r.operation = admission.Create
	}
	r.findKind()
	r.findPlace()
	r.raw, r.object = given.Object, r.admitPod(r.serve(given.Object))
	r.oldObject = r.serve(given.OldObject)
	r.user = &user.DefaultInfo{}
	if given.User != nil {
		r.user = &user.DefaultInfo{Name: given.User.Username, UID: given.User.UID, Groups: given.User.Groups, Extra: given.User.Extra}
	}
	r.refresh()
	return r
}

// findKind takes kind and resource from the request, else from the objects, and either from the other.
func (r *request) findKind() {
	for _, object := range []contract.Object{r.given.OldObject, r.given.Object} {
		if object != nil {
			r.kind = world.KindOf(object)
		}
	}
	if given := r.given.Kind; given != nil {
		r.kind = schema.GroupVersionKind{Group: given.Group, Version: given.Version, Kind: given.Kind}
	}
	if given := r.given.Resource; given != nil {
		r.resource = schema.GroupVersionResource{Group: given.Group, Version: given.Version, Resource: given.Resource}
		if kind, ok := r.world.KindFor(r.resource); ok && r.kind.Empty() {
			r.kind = kind
		}
		return
	}
	r.resource, _, _ = r.world.Resource(r.kind)
}

// findPlace takes name and namespace from the request, else from the objects; a namespaced object that does not say is
// in `default`. The request for a Namespace is in that Namespace.
func (r *request) findPlace() {
	r.name, r.namespace = r.given.Name, r.given.Namespace
	for _, object := range []contract.Object{r.given.Object, r.given.OldObject} {
		if r.name == "" {
			r.name = world.NameOf(object)
		}
		if r.namespace == "" {
			r.namespace = world.NamespaceOf(object)
		}
	}
	_, namespaced, _ := r.world.Resource(r.kind)
	switch {
	case r.resource.Resource == "namespaces" && r.resource.Group == "":
		r.namespace = r.name
	case !namespaced:
		r.namespace = ""
	case r.namespace == "":
		r.namespace = "default"
	}
}

// serve is an object as the server would have it when policies run.
func (r *request) serve(object contract.Object) contract.Object {
	if object == nil {
		return nil
	}
	served := shape.BuiltIn().Apply(object)
	_, namespaced, declared := r.world.Resource(world.KindOf(object))
	metadata, _ := served["metadata"].(contract.Object)
	if !namespaced || !declared || metadata == nil || metadata["namespace"] != nil {
		return served
	}
	return withField(served, "metadata", withField(metadata, "namespace", r.namespace))
}

func withField(object contract.Object, name string, value any) contract.Object {
	changed := make(contract.Object, len(object)+1)
	for key, each := range object {
		changed[key] = each
	}
	changed[name] = value
	return changed
}

// refresh makes anew what depends on the objects; a mutation changes them.
func (r *request) refresh() {
	r.attributes = admission.NewAttributesRecord(asRuntime(r.object), asRuntime(r.oldObject), r.kind, r.namespace, r.name,
		r.resource, r.given.SubResource, r.operation, optionsOf(r.operation), false, r.user)
	r.objectValue, r.oldObjectValue = language.Value(r.object), language.Value(r.oldObject)
	r.requestValues = map[schema.GroupVersionResource]ref.Val{}
}

func asRuntime(object contract.Object) runtime.Object {
	if object == nil {
		return nil
	}
	return &unstructured.Unstructured{Object: object}
}

func optionsOf(operation admission.Operation) runtime.Object {
	of := metav1.TypeMeta{APIVersion: "meta.k8s.io/v1"}
	switch operation {
	case admission.Create:
		of.Kind = "CreateOptions"
		return &metav1.CreateOptions{TypeMeta: of}
	case admission.Update:
		of.Kind = "UpdateOptions"
		return &metav1.UpdateOptions{TypeMeta: of}
	case admission.Delete:
		of.Kind = "DeleteOptions"
		return &metav1.DeleteOptions{TypeMeta: of}
	}
	return nil
}

// requestValue is the `request` of CEL for a request matched as that resource, which is of the object's own kind.
func (r *request) requestValue(resource schema.GroupVersionResource) ref.Val {
	if known, ok := r.requestValues[resource]; ok {
		return known
	}
	made := plugincel.CreateAdmissionRequest(r.attributes, metav1.GroupVersionResource(resource), metav1.GroupVersionKind(r.kind))
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(made)
	if err != nil {
		// The type is apiserver's own.
		panic(err)
	}
	r.requestValues[resource] = language.Value(fields)
	return r.requestValues[resource]
}

// namespaceObject is that of CEL: null for what lives in none, and for a Namespace itself.
func (r *request) namespaceObject() (ref.Val, error) {
	if r.namespaceValue != nil || r.namespaceProblem != nil {
		return r.namespaceValue, r.namespaceProblem
	}
	if r.namespace == "" || (r.kind.Group == "" && r.kind.Kind == "Namespace") {
		r.namespaceValue = language.Value(nil)
		return r.namespaceValue, nil
	}
	object, err := r.world.Namespace(r.namespace)
	if err != nil {
		r.namespaceProblem = err
		return nil, err
	}
	seen := contract.Object{"spec": object["spec"], "status": object["status"]}
	metadata, _ := object["metadata"].(contract.Object)
	shown := contract.Object{}
	for key, value := range metadata {
		if key != "managedFields" && key != "ownerReferences" && key != "selfLink" {
			shown[key] = value
		}
	}
	seen["metadata"] = shown
	r.namespaceValue = language.Value(seen)
	return r.namespaceValue, nil
}

// matches asks apiserver's matcher. An unknown Namespace is an error only when the rest matches.
func (r *request) matches(criteria matching.MatchCriteria) (bool, schema.GroupVersionResource, schema.GroupVersionKind, error) {
	lister := &namespaces{world: r.world}
	matched, resource, kind, err := matching.NewMatcher(lister, lister).Matches(r.attributes, objectInterfaces{r.world}, criteria)
	if err != nil && lister.unknown != nil {
		return false, resource, kind, lister.unknown
	}
	return matched, resource, kind, err
}

func (r *request) podRequest() podsecurity.Request {
	return podsecurity.Request{
		Kind: r.kind, Object: r.object, OldObject: r.oldObject, Namespace: r.namespace,
		Operation: string(r.operation), SubResource: r.given.SubResource,
	}
}

// objectInterfaces give apiserver's matcher what it asks: the equivalents of a resource.
type objectInterfaces struct{ world *world.World }

func (objectInterfaces) GetObjectCreater() runtime.ObjectCreater {
	return unstructuredscheme.NewUnstructuredCreator()
}
func (objectInterfaces) GetObjectTyper() runtime.ObjectTyper {
	return unstructuredscheme.NewUnstructuredObjectTyper()
}
func (objectInterfaces) GetObjectDefaulter() runtime.ObjectDefaulter { return nil }
func (objectInterfaces) GetObjectConvertor() runtime.ObjectConvertor { return nil }
func (o objectInterfaces) GetEquivalentResourceMapper() runtime.EquivalentResourceMapper {
	return o.world.Equivalents()
}

// namespaces are the known ones, as apiserver's matcher asks for them: first a lister, then the server.
type namespaces struct {
	world   *world.World
	unknown error
}

// List is not asked.
func (n *namespaces) List(labels.Selector) ([]*corev1.Namespace, error) { return nil, nil }

// CoreV1 is the way to the second question, which has the same answer.
func (n *namespaces) CoreV1() clientset.CoreV1Interface { return coreV1{n} }

func (n *namespaces) Get(name string) (*corev1.Namespace, error) {
	object, err := n.world.Namespace(name)
	if err != nil {
		n.unknown = err
		return nil, apierrors.NewInternalError(err)
	}
	return world.TypedNamespace(object), nil
}

type coreV1 struct{ known *namespaces }

func (c coreV1) Namespaces() clientset.NamespaceInterface { return server{c.known} }

type server struct{ known *namespaces }

func (s server) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Namespace, error) {
	return s.known.Get(name)
}
