// Package known is the cluster as far as the question tells of it. What it cannot know it notes, so that a verdict that
// rests on it is left undecided.
package known

import (
	"fmt"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"plumbline.dev/engine/contract"
)

// World holds the objects that are known, and which kinds are known in full.
type World struct {
	Kinds    *Kinds
	complete contract.Complete
	byKind   map[groupKind][]*unstructured.Unstructured
	byName   map[objectName]*unstructured.Unstructured
	missing  []string
	// globals are the GlobalContextEntries by name.
	globals map[string]contract.Object
	// namespaces are those that were asked for, converted.
	namespaces map[string]*corev1.Namespace
}

type groupKind struct{ group, kind string }

type objectName struct{ group, kind, namespace, name string }

// NewWorld takes in the objects of a question.
func NewWorld(question contract.Question) *World {
	w := &World{
		Kinds:    newKinds(question.Kinds, question.Context),
		complete: question.Complete,
		byKind:   map[groupKind][]*unstructured.Unstructured{},
		byName:   map[objectName]*unstructured.Unstructured{},

		globals:    map[string]contract.Object{},
		namespaces: map[string]*corev1.Namespace{},
	}
	for _, object := range question.Context {
		w.Add(&unstructured.Unstructured{Object: object})
	}
	return w
}

// Add takes in an object; the first of a name wins.
func (w *World) Add(object *unstructured.Unstructured) {
	gvk := object.GroupVersionKind()
	namespace := object.GetNamespace()
	if namespace == "" && w.Kinds.IsNamespaced(gvk.Group, gvk.Kind) {
		namespace = "default"
	}
	name := objectName{gvk.Group, gvk.Kind, namespace, object.GetName()}
	if _, ok := w.byName[name]; ok {
		return
	}
	w.byName[name] = object
	key := groupKind{gvk.Group, gvk.Kind}
	w.byKind[key] = append(w.byKind[key], object)
}

// Miss notes what would have to be known.
func (w *World) Miss(format string, arguments ...any) error {
	what := fmt.Sprintf(format, arguments...)
	w.missing = append(w.missing, what)
	return fmt.Errorf("%s", what)
}

// TakeMissing hands out what was missing since the last call, the first of it.
func (w *World) TakeMissing() string {
	missing := w.missing
	w.missing = nil
	if len(missing) == 0 {
		return ""
	}
	return missing[0]
}

// Get finds an object. Neither an object nor an error means that it does not exist.
func (w *World) Get(group, kind, namespace, name string) (*unstructured.Unstructured, error) {
	if !w.Kinds.IsNamespaced(group, kind) {
		namespace = ""
	}
	if found, ok := w.byName[objectName{group, kind, namespace, name}]; ok {
		return found, nil
	}
	if w.complete.Holds(group, kind, namespace) {
		return nil, nil
	}
	return nil, w.Miss("needs %s, which is not known here", title(kind, namespace, name))
}

// List finds the objects of a kind, of one namespace unless it is empty.
func (w *World) List(group, kind, namespace string) ([]*unstructured.Unstructured, error) {
	if !w.complete.Holds(group, kind, namespace) {
		return nil, w.Miss("needs the list of every %s%s, which is not known here", kind, in(namespace))
	}
	var found []*unstructured.Unstructured
	for _, each := range w.byKind[groupKind{group, kind}] {
		own := each.GetNamespace()
		if own == "" && w.Kinds.IsNamespaced(group, kind) {
			own = "default"
		}
		if namespace == "" || own == namespace {
			found = append(found, each)
		}
	}
	sort.SliceStable(found, func(i, j int) bool {
		return found[i].GetNamespace()+"/"+found[i].GetName() < found[j].GetNamespace()+"/"+found[j].GetName()
	})
	return found, nil
}

// HasKind tells whether objects of a kind are known, if only some.
func (w *World) HasKind(group, kind string) bool { return len(w.byKind[groupKind{group, kind}]) > 0 }

// Namespace gives a Namespace with the label that the API server puts on each; false when it is not known. Nobody may
// change it.
func (w *World) Namespace(name string) (*corev1.Namespace, bool) {
	found, ok := w.byName[objectName{"", "Namespace", "", name}]
	isKnown := ok || w.complete.Holds("", "Namespace", "")
	if made, isMade := w.namespaces[name]; isMade {
		return made, isKnown
	}
	namespace := &corev1.Namespace{}
	if ok {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, namespace); err != nil {
			return &corev1.Namespace{}, false
		}
	}
	namespace.APIVersion, namespace.Kind, namespace.Name = "v1", "Namespace", name
	if namespace.Labels == nil {
		namespace.Labels = map[string]string{}
	}
	if _, isLabelled := namespace.Labels[corev1.LabelMetadataName]; !isLabelled {
		namespace.Labels[corev1.LabelMetadataName] = name
	}
	w.namespaces[name] = namespace
	return namespace, isKnown
}

func title(kind, namespace, name string) string {
	return fmt.Sprintf("the %s %s%s", kind, name, in(namespace))
}

func in(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in namespace " + namespace
}
