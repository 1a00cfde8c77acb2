package judge

import (
	"errors"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/admission/internal/policies"
	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/contract"
)

// params are the objects that a binding is evaluated with, nil for an evaluation without any, as apiserver's
// CollectParams finds them (pkg/admission/plugin/policy/generic). An error of world.Unknown leaves the binding undecided.
func (r *request) params(policy *policies.Policy, binding policies.Binding) ([]contract.Object, error) {
	kind, from := policy.ParamKind, binding.ParamRef
	if kind == nil || from == nil {
		return []contract.Object{nil}, nil
	}
	namespace, err := r.paramNamespace(*kind, from)
	if err != nil {
		return nil, err
	}
	found, err := r.findParams(*kind, from, namespace)
	if err != nil {
		return nil, err
	}
	isDenied := from.ParameterNotFoundAction != nil && *from.ParameterNotFoundAction == admissionv1.DenyAction
	if len(found) == 0 && isDenied {
		return nil, errors.New("no params found for policy binding with `Deny` parameterNotFoundAction")
	}
	served := make([]contract.Object, len(found))
	for i, each := range found {
		served[i] = shape.BuiltIn().Apply(each)
	}
	return served, nil
}

func (r *request) paramNamespace(kind schema.GroupVersionKind, from *admissionv1.ParamRef) (string, error) {
	_, namespaced, declared := r.world.Resource(kind)
	if !declared {
		namespaced = r.world.IsNamespacedHere(kind)
	}
	switch {
	case !namespaced && from.Namespace != "":
		return "", errors.New("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
	case !namespaced:
		return "", nil
	case from.Namespace != "":
		return from.Namespace, nil
	case r.namespace == "":
		return "", errors.New("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
	}
	return r.namespace, nil
}

func (r *request) findParams(kind schema.GroupVersionKind, from *admissionv1.ParamRef, namespace string) ([]contract.Object, error) {
	switch {
	case from.Name != "" && from.Selector != nil:
		return nil, errors.New("paramRef.name and paramRef.selector are mutually exclusive")
	case from.Name != "":
		object, err := r.world.Find(kind.Group, kind.Kind, namespace, from.Name)
		if object == nil || err != nil {
			return nil, err
		}
		return []contract.Object{object}, nil
	case from.Selector != nil:
		selector, err := metav1.LabelSelectorAsSelector(from.Selector)
		if err != nil {
			return nil, err
		}
		return r.world.Select(kind.Group, kind.Kind, namespace, selector)
	}
	return nil, fmt.Errorf("one of name or selector must be provided")
}
