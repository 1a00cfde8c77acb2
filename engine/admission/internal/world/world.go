// Package world is what is known of the cluster beside policies: objects, kinds, and of what nothing more exists.
package world

import (
	"fmt"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"

	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/contract"
)

// Unknown is the error for what the question does not hold; whatever depends on it is undecided.
type Unknown struct{ Reason string }

func (u *Unknown) Error() string { return u.Reason }

// World answers what is known.
type World struct {
	complete   contract.Complete
	objects    map[schema.GroupKind][]contract.Object
	kinds      map[schema.GroupVersionKind]kind
	equivalent runtime.EquivalentResourceMapper
	converters map[schema.GroupVersionKind]managedfields.TypeConverter
	// definitions are remembered answers of DefinitionOf.
	definitions map[schema.GroupVersionKind]string
}

type kind struct {
	resource   string
	namespaced bool
}

// New reads the objects and kinds of a question; documents that rule count as known objects too.
func New(asked contract.Question) *World {
	w := &World{
		complete: asked.Complete,
		objects:  map[schema.GroupKind][]contract.Object{},
		kinds:    map[schema.GroupVersionKind]kind{},

		converters:  map[schema.GroupVersionKind]managedfields.TypeConverter{},
		definitions: map[schema.GroupVersionKind]string{},
	}
	for gvk, each := range shape.BuiltIn().Kinds() {
		w.kinds[gvk] = kind{resource: each.Resource, namespaced: each.Namespaced}
	}
	for _, each := range asked.Kinds {
		gvk := schema.GroupVersionKind{Group: each.Group, Version: each.Version, Kind: each.Kind}
		w.kinds[gvk] = kind{resource: each.Plural, namespaced: each.IsNamespaced}
	}
	for _, document := range asked.Policies {
		w.add(document.Object)
	}
	for _, object := range asked.Context {
		w.add(object)
	}
	w.equivalent = w.mapEquivalents()
	return w
}

func (w *World) add(object contract.Object) {
	gvk := KindOf(object)
	if gvk.Group == "apiextensions.k8s.io" && gvk.Kind == "CustomResourceDefinition" {
		w.addDefinition(object)
	}
	w.objects[gvk.GroupKind()] = append(w.objects[gvk.GroupKind()], object)
}

// addDefinition adds the kinds of a CustomResourceDefinition.
func (w *World) addDefinition(object contract.Object) {
	spec, _ := object["spec"].(contract.Object)
	names, _ := spec["names"].(contract.Object)
	versions, _ := spec["versions"].([]any)
	for _, each := range versions {
		version, _ := each.(contract.Object)
		if version["served"] == false {
			continue
		}
		gvk := schema.GroupVersionKind{Group: text(spec["group"]), Version: text(version["name"]), Kind: text(names["kind"])}
		w.kinds[gvk] = kind{resource: text(names["plural"]), namespaced: spec["scope"] != "Cluster"}
	}
}

func text(value any) string {
	text, _ := value.(string)
	return text
}

// mapEquivalents registers the versions of each resource in one order, whatever order they were named in.
func (w *World) mapEquivalents() runtime.EquivalentResourceMapper {
	registry := runtime.NewEquivalentResourceRegistry()
	gvks := make([]schema.GroupVersionKind, 0, len(w.kinds))
	for gvk := range w.kinds {
		gvks = append(gvks, gvk)
	}
	sort.Slice(gvks, func(i, j int) bool { return gvks[i].String() < gvks[j].String() })
	for _, gvk := range gvks {
		registry.RegisterKindFor(gvk.GroupVersion().WithResource(w.kinds[gvk].resource), "", gvk)
	}
	return registry
}

// Equivalents maps a resource to its other versions.
func (w *World) Equivalents() runtime.EquivalentResourceMapper { return w.equivalent }

// Resource is the resource of a kind and whether its objects live in namespaces. Of a kind that nobody declared the
// plural is formed as the API conventions say, and `declared` is false.
func (w *World) Resource(gvk schema.GroupVersionKind) (resource schema.GroupVersionResource, namespaced, declared bool) {
	if known, ok := w.kinds[gvk]; ok {
		return gvk.GroupVersion().WithResource(known.resource), known.namespaced, true
	}
	plural, _ := meta.UnsafeGuessKindToResource(gvk)
	return plural, true, false
}

// KindFor is the kind of a resource, if one is known.
func (w *World) KindFor(resource schema.GroupVersionResource) (schema.GroupVersionKind, bool) {
	for gvk, each := range w.kinds {
		if gvk.GroupVersion() == resource.GroupVersion() && each.resource == resource.Resource {
			return gvk, true
		}
	}
	return schema.GroupVersionKind{}, false
}

// Find is the object of that kind and name, in that namespace; nil when there is none, Unknown when nobody said.
func (w *World) Find(group, kind, namespace, name string) (contract.Object, error) {
	for _, object := range w.objects[schema.GroupKind{Group: group, Kind: kind}] {
		if NameOf(object) == name && w.namespaceOf(object) == namespace {
			return object, nil
		}
	}
	if w.complete.Holds(group, kind, namespace) {
		return nil, nil
	}
	return nil, &Unknown{Reason: fmt.Sprintf("needs the %s %s", kind, strings.TrimPrefix(namespace+"/"+name, "/"))}
}

// Select lists the objects of that kind with those labels, in that namespace or in all, in order of their names;
// Unknown when there may be more.
func (w *World) Select(group, kind, namespace string, selector labels.Selector) ([]contract.Object, error) {
	found := []contract.Object{}
	for _, object := range w.objects[schema.GroupKind{Group: group, Kind: kind}] {
		isThere := namespace == "" || w.namespaceOf(object) == namespace
		if isThere && selector.Matches(labels.Set(LabelsOf(object))) {
			found = append(found, object)
		}
	}
	if !w.complete.Holds(group, kind, namespace) {
		return found, &Unknown{Reason: fmt.Sprintf("needs every %s%s", kind, inNamespace(namespace))}
	}
	sort.SliceStable(found, func(i, j int) bool {
		return w.namespaceOf(found[i])+"/"+NameOf(found[i]) < w.namespaceOf(found[j])+"/"+NameOf(found[j])
	})
	return found, nil
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " of Namespace " + namespace
}

// namespaceOf is where the object lives; a namespaced one that does not say is in `default`.
func (w *World) namespaceOf(object contract.Object) string {
	if namespace := NamespaceOf(object); namespace != "" {
		return namespace
	}
	_, namespaced, declared := w.Resource(KindOf(object))
	if !declared {
		namespaced = w.IsNamespacedHere(KindOf(object))
	}
	if !namespaced {
		return ""
	}
	return "default"
}

// Namespace is the Namespace as a server has it. One that certainly does not exist is judged as if it were created
// without labels: the object cannot be created before it.
func (w *World) Namespace(name string) (contract.Object, error) {
	object, err := w.Find("", "Namespace", "", name)
	if err != nil {
		return nil, err
	}
	if object == nil {
		object = contract.Object{"metadata": contract.Object{"name": name}}
	}
	live := contract.Object{}
	for key, value := range object {
		live[key] = value
	}
	live["apiVersion"], live["kind"] = "v1", "Namespace"
	if spec, _ := live["spec"].(contract.Object); spec["finalizers"] == nil {
		live["spec"] = contract.Object{"finalizers": []any{"kubernetes"}}
	}
	return shape.BuiltIn().Apply(live), nil
}

// TypedNamespace is what apiserver's matcher needs of one.
func TypedNamespace(object contract.Object) *corev1.Namespace {
	namespace := &corev1.Namespace{}
	namespace.Name, namespace.Labels = NameOf(object), LabelsOf(object)
	return namespace
}

// KindOf is what an object says it is.
func KindOf(object contract.Object) schema.GroupVersionKind {
	return schema.FromAPIVersionAndKind(text(object["apiVersion"]), text(object["kind"]))
}

// NameOf is metadata.name.
func NameOf(object contract.Object) string {
	metadata, _ := object["metadata"].(contract.Object)
	return text(metadata["name"])
}

// NamespaceOf is metadata.namespace.
func NamespaceOf(object contract.Object) string {
	metadata, _ := object["metadata"].(contract.Object)
	return text(metadata["namespace"])
}

// LabelsOf are metadata.labels; what is no text is no label.
func LabelsOf(object contract.Object) map[string]string {
	metadata, _ := object["metadata"].(contract.Object)
	given, _ := metadata["labels"].(contract.Object)
	if given == nil {
		return nil
	}
	found := make(map[string]string, len(given))
	for key, value := range given {
		if value, ok := value.(string); ok {
			found[key] = value
		}
	}
	return found
}

// IsNamespacedHere says of a kind that nobody declared whether any of its known objects says its namespace.
func (w *World) IsNamespacedHere(kind schema.GroupVersionKind) bool {
	for _, object := range w.objects[kind.GroupKind()] {
		if NamespaceOf(object) != "" {
			return true
		}
	}
	return false
}

// PriorityClass is the class of that name, or the known one that stands for Pods which name none; nil where none is known.
func (w *World) PriorityClass(name string) contract.Object {
	for _, class := range w.objects[schema.GroupKind{Group: "scheduling.k8s.io", Kind: "PriorityClass"}] {
		if NameOf(class) == name || (name == "" && class["globalDefault"] == true) {
			return class
		}
	}
	return nil
}
