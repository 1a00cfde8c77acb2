package judge

import (
	"github.com/kyverno/kyverno/pkg/config"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/request"
)

// isConfiguration tells the ConfigMap by which a cluster sets Kyverno up.
func isConfiguration(object contract.Object) bool {
	own := unstructured.Unstructured{Object: object}
	kind := groupKind(object)
	return kind.Group == "" && kind.Kind == "ConfigMap" && own.GetName() == "kyverno" && own.GetNamespace() == "kyverno"
}

// readConfiguration makes Kyverno's configuration of its ConfigMap.
func readConfiguration(object contract.Object) (config.Configuration, error) {
	configMap := &corev1.ConfigMap{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, configMap); err != nil {
		return nil, err
	}
	made := config.NewDefaultConfiguration(false)
	made.Load(configMap)
	return made, nil
}

// isKeptAway tells requests that never reach a policy: the webhook's selectors leave them out, or Kyverno's filters do
// (kyverno, pkg/webhooks/handlers/filter.go). A Namespace that is not known is taken for one that is selected.
func (c *court) isKeptAway(asked *request.Request) bool {
	if c.configuration == nil {
		return false
	}
	if c.configuration.ToFilter(asked.Kind, asked.SubResource, asked.Namespace, asked.Name) {
		return true
	}
	webhook := c.configuration.GetWebhook()
	own := unstructured.Unstructured{Object: asked.Object}
	if asked.Object == nil {
		own.Object = asked.OldObject
	}
	if !isSelected(webhook.ObjectSelector, own.GetLabels()) {
		return true
	}
	if namespace, ok := c.world.Namespace(asked.Namespace); ok && asked.Namespace != "" {
		return !isSelected(webhook.NamespaceSelector, namespace.Labels)
	}
	return false
}

func isSelected(by *metav1.LabelSelector, given map[string]string) bool {
	if by == nil {
		return true
	}
	selector, err := metav1.LabelSelectorAsSelector(by)
	return err != nil || selector.Matches(labels.Set(given))
}
