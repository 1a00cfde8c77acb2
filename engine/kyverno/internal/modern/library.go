package modern

import (
	"errors"

	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/kyverno/internal/known"
)

// library is what the functions of policies ask: resource.Get, globalContext.Get, image data. Compiled policies keep
// hold of it, so it is one for all questions, and asks the world of the present one.
type library struct{ world *known.World }

var current = &library{}

var _ libs.Context = current

func init() { libs.LibraryContext = current }

// use makes policies ask this world from now on.
func use(world *known.World) { current.world = world }

func (l *library) client() known.Client { return known.Client{World: l.world} }

// GetGlobalReference asks for a GlobalContextEntry.
func (l *library) GetGlobalReference(name, projection string) (any, error) {
	return l.client().Global(name, projection)
}

// GetImageData asks for what an image's registry says.
func (l *library) GetImageData(image string, _ []remote.Option) (map[string]any, error) {
	return nil, l.world.Miss("needs data of the image %s from its registry", image)
}

// ToGVR finds the plural name of a kind.
func (l *library) ToGVR(apiVersion, kind string) (*schema.GroupVersionResource, error) {
	found := l.world.Kinds.Resource(schema.FromAPIVersionAndKind(apiVersion, kind))
	return &found, nil
}

// ListResources finds the objects of a kind by its plural name.
func (l *library) ListResources(apiVersion, resource, namespace string, by map[string]string) (*unstructured.UnstructuredList, error) {
	gvk, err := l.kind(apiVersion, resource)
	if err != nil {
		return nil, err
	}
	list, err := l.client().ListResource(nil, apiVersion, gvk.Kind, namespace, &metav1.LabelSelector{MatchLabels: by})
	if err != nil {
		return nil, err
	}
	list.SetAPIVersion(apiVersion)
	list.SetKind(gvk.Kind + "List")
	return list, nil
}

// GetResource finds an object by the plural name of its kind.
func (l *library) GetResource(apiVersion, resource, namespace, name string) (*unstructured.Unstructured, error) {
	gvk, err := l.kind(apiVersion, resource)
	if err != nil {
		return nil, err
	}
	return l.client().GetResource(nil, apiVersion, gvk.Kind, namespace, name)
}

func (l *library) kind(apiVersion, resource string) (schema.GroupVersionKind, error) {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	kind := l.world.KindOf(gv.Group, resource)
	if kind == "" {
		return schema.GroupVersionKind{}, l.world.Miss("needs %s of %s, a kind that is not known here", resource, apiVersion)
	}
	return gv.WithKind(kind), nil
}

// PostResource would create an object, of which the answer cannot be known.
func (l *library) PostResource(apiVersion, resource, _ string, _ map[string]any) (*unstructured.Unstructured, error) {
	return nil, l.world.Miss("creates %s of %s in the cluster and uses the answer", resource, apiVersion)
}

// GenerateResources belongs to GeneratingPolicy.
func (l *library) GenerateResources(string, []map[string]any) error {
	return errors.New("objects are not generated in a preview")
}

// GetHTTPMocks gives none.
func (l *library) GetHTTPMocks() map[string]any { return nil }

// GetGeneratedResources gives none.
func (l *library) GetGeneratedResources() []*unstructured.Unstructured { return nil }

// ClearGeneratedResources has nothing to clear.
func (l *library) ClearGeneratedResources() {}

// SetGenerateContext belongs to GeneratingPolicy.
func (l *library) SetGenerateContext(_, _, _, _, _, _, _, _ string, _, _ bool) {}

// Clone gives the same: it holds nothing of one evaluation.
func (l *library) Clone() libs.Context { return l }
