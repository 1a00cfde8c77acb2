package classic

import (
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov2 "github.com/kyverno/kyverno/api/kyverno/v2"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/request"
	"plumbline.dev/engine/kyverno/internal/values"
)

// subject is a request as one policy sees it.
type subject struct {
	request         string
	policy          kyvernov1.PolicyInterface
	object          unstructured.Unstructured
	oldObject       unstructured.Unstructured
	gvk             schema.GroupVersionKind
	resource        metav1.GroupVersionResource
	subresource     string
	operation       kyvernov1.AdmissionOperation
	namespace       string
	namespaceLabels map[string]string
	info            *kyvernov2.RequestInfo
	userInfo        authenticationv1.UserInfo
	unknown         unknowns
	values          values.Values
}

func (e *Engine) subject(asked *request.Request, policy *Policy) *subject {
	given := e.values.ForObject(policy.policy.GetName(), asked.Name)
	shaped := asked.WithOperation(given["request.operation"])
	s := &subject{
		request:     asked.ID,
		policy:      policy.policy,
		object:      unstructured.Unstructured{Object: shaped.Object},
		oldObject:   unstructured.Unstructured{Object: shaped.OldObject},
		gvk:         shaped.Kind,
		resource:    metav1.GroupVersionResource(shaped.Resource),
		subresource: shaped.SubResource,
		operation:   kyvernov1.AdmissionOperation(shaped.Operation),
		namespace:   shaped.Namespace,
		info:        shaped.ClassicUser(),
		userInfo:    shaped.UserInfo(),
		values:      given,
	}
	s.unknown.user = shaped.User == nil
	if s.namespace != "" {
		namespace, isKnown := e.world.Namespace(s.namespace)
		s.namespaceLabels = namespace.Labels
		s.unknown.namespace = !isKnown
	}
	return s
}

// failed is a policy's word when the engine cannot even be asked.
func (s *subject) failed(document string, err error) contract.Result {
	return contract.Result{
		Request: s.request, Document: document, Policy: s.policy.GetName(),
		Result: contract.Error, Message: err.Error(), Actions: []string{},
	}
}
