package known

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
)

// Client answers Kyverno's engine from the World as the API server would.
type Client struct{ World *World }

var (
	_ engineapi.Client            = Client{}
	_ engineapi.ConfigmapResolver = Client{}
)

// RawAbsPath reads an object or a list by the API server's path; anything else cannot be known.
func (c Client) RawAbsPath(_ context.Context, path, method string, _ io.Reader) ([]byte, error) {
	asked, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("%s is no path: %w", path, err)
	}
	target, ok := c.World.parsePath(asked.Path)
	if method == "" {
		method = "GET"
	}
	if method != "GET" || !ok {
		return nil, c.World.Miss("needs %s %s of the cluster", method, path)
	}
	if target.name != "" {
		found, err := c.get(target.gvk, target.namespace, target.name)
		if err != nil {
			return nil, err
		}
		return json.Marshal(found.Object)
	}
	selector, err := labels.Parse(asked.Query().Get("labelSelector"))
	if err != nil || asked.Query().Get("fieldSelector") != "" {
		return nil, c.World.Miss("needs GET %s of the cluster", path)
	}
	found, err := c.World.List(target.gvk.Group, target.gvk.Kind, target.namespace)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, each := range found {
		if selector.Matches(labels.Set(each.GetLabels())) {
			items = append(items, each.Object)
		}
	}
	list := map[string]any{
		"apiVersion": target.gvk.GroupVersion().String(), "kind": target.gvk.Kind + "List",
		"metadata": map[string]any{}, "items": items,
	}
	return json.Marshal(list)
}

type target struct {
	gvk             schema.GroupVersionKind
	namespace, name string
}

// parsePath reads /api/v1/… and /apis/GROUP/VERSION/… without subresources; only of kinds whose plural is known.
func (w *World) parsePath(path string) (target, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var t target
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		t.gvk.Version, parts = parts[1], parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		t.gvk.Group, t.gvk.Version, parts = parts[1], parts[2], parts[3:]
	default:
		return target{}, false
	}
	if len(parts) >= 3 && parts[0] == "namespaces" {
		t.namespace, parts = parts[1], parts[2:]
	}
	if len(parts) == 2 {
		t.name = parts[1]
	}
	t.gvk.Kind = w.KindOf(t.gvk.Group, parts[0])
	return t, len(parts) <= 2 && t.gvk.Kind != ""
}

// KindOf finds the kind of a plural name among the kinds that are known, by name or by an object.
func (w *World) KindOf(group, plural string) string {
	if kind, ok := w.Kinds.byResource[schema.GroupResource{Group: group, Resource: plural}]; ok {
		return kind
	}
	for each := range w.byKind {
		if each.group == group && guess(each.kind) == plural {
			return each.kind
		}
	}
	return builtIn[schema.GroupResource{Group: group, Resource: plural}]
}

// builtIn are the namespaced kinds that policies look up by their plural name.
var builtIn = func() map[schema.GroupResource]string {
	kinds := map[schema.GroupResource]string{}
	for group, names := range map[string]string{
		"":     "ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
		"apps": "DaemonSet Deployment ReplicaSet StatefulSet", "batch": "CronJob Job",
		"autoscaling": "HorizontalPodAutoscaler", "policy": "PodDisruptionBudget",
		"networking.k8s.io": "Ingress NetworkPolicy", "rbac.authorization.k8s.io": "Role RoleBinding",
	} {
		for _, name := range strings.Fields(names) {
			kinds[schema.GroupResource{Group: group, Resource: guess(name)}] = name
		}
	}
	return kinds
}()

// CanI asks what a user may do, which only the cluster can say.
func (c Client) CanI(_ context.Context, kind, _, verb, _, user string) (bool, string, error) {
	return false, "", c.World.Miss("needs to know whether %s may %s %s", user, verb, kind)
}

// GetResource finds an object by kind.
func (c Client) GetResource(_ context.Context, apiVersion, kind, namespace, name string, _ ...string) (*unstructured.Unstructured, error) {
	return c.get(schema.FromAPIVersionAndKind(apiVersion, kind), namespace, name)
}

func (c Client) get(gvk schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	found, err := c.World.Get(gvk.Group, gvk.Kind, namespace, name)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, apierrors.NewNotFound(c.World.Kinds.Resource(gvk).GroupResource(), name)
	}
	return found.DeepCopy(), nil
}

// ListResource finds the objects of a kind that a selector takes.
func (c Client) ListResource(_ context.Context, apiVersion, kind, namespace string, by *metav1.LabelSelector) (*unstructured.UnstructuredList, error) {
	selector := labels.Everything()
	if by != nil {
		parsed, err := metav1.LabelSelectorAsSelector(by)
		if err != nil {
			return nil, err
		}
		selector = parsed
	}
	gvk := schema.FromAPIVersionAndKind(apiVersion, kind)
	found, err := c.World.List(gvk.Group, gvk.Kind, namespace)
	if err != nil {
		return nil, err
	}
	list := &unstructured.UnstructuredList{}
	for _, each := range found {
		if selector.Matches(labels.Set(each.GetLabels())) {
			list.Items = append(list.Items, *each.DeepCopy())
		}
	}
	return list, nil
}

// GetResources is how rules find the other objects that they mutate; that is not previewed.
func (c Client) GetResources(_ context.Context, _, _, kind, _, _, _ string, _ *metav1.LabelSelector) ([]engineapi.Resource, error) {
	return nil, c.World.Miss("changes other objects (%s), which happens in the background", kind)
}

// GetNamespace finds a Namespace; one that is not known is its name alone.
func (c Client) GetNamespace(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Namespace, error) {
	namespace, _ := c.World.Namespace(name)
	return namespace, nil
}

// IsNamespaced tells the scope of a kind.
func (c Client) IsNamespaced(group, _, kind string) (bool, error) {
	return c.World.Kinds.IsNamespaced(group, kind), nil
}

// Get finds a ConfigMap.
func (c Client) Get(_ context.Context, namespace, name string) (*corev1.ConfigMap, error) {
	found, err := c.get(schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}, namespace, name)
	if err != nil {
		return nil, err
	}
	configMap := &corev1.ConfigMap{}
	return configMap, runtime.DefaultUnstructuredConverter.FromUnstructured(found.Object, configMap)
}

// ListPlural finds the objects of a kind by its plural name.
func (c Client) ListPlural(group, plural, namespace string) ([]any, error) {
	kind := c.World.KindOf(group, plural)
	if kind == "" {
		return nil, c.World.Miss("needs the list of every %s, which is not known here", plural)
	}
	found, err := c.World.List(group, kind, namespace)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, each := range found {
		items = append(items, each.Object)
	}
	return items, nil
}
