package modern

import (
	"fmt"
	"slices"
	"strings"

	policies "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	"github.com/kyverno/kyverno/pkg/config"
	apiutils "github.com/kyverno/kyverno/pkg/utils/api"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/request"
)

// IsBeyond tells whether nothing here can decide policies of a kind, except that they do not apply.
func IsBeyond(kind string) bool {
	switch strings.TrimPrefix(kind, "Namespaced") {
	case "ImageValidatingPolicy", "GeneratingPolicy", "DeletingPolicy":
		return true
	}
	return false
}

// CompileBeyond makes of such a policy a ValidatingPolicy that holds whenever the policy applies: the same constraints,
// conditions and exceptions over an expression that is true.
func CompileBeyond(object contract.Object, exceptions []*policies.PolicyException) (*Policy, error) {
	kind, _ := object["kind"].(string)
	prefix := ""
	if strings.HasPrefix(kind, "Namespaced") {
		prefix = "Namespaced"
	}
	spec, _ := object["spec"].(map[string]any)
	shaped := map[string]any{"validations": []any{map[string]any{"expression": "true"}}}
	for _, name := range []string{"matchConstraints", "matchConditions", "autogen"} {
		if spec[name] != nil {
			shaped[name] = spec[name]
		}
	}
	if strings.HasSuffix(kind, "DeletingPolicy") {
		shaped["matchConstraints"] = everyOperation(spec["matchConstraints"])
	}
	exceptions = exceptionsTo(kind, prefix+"ValidatingPolicy", exceptions)
	policy, err := compileShaped(object, prefix, shaped, exceptions)
	if err != nil && shaped["matchConditions"] != nil {
		// Conditions that ask for what only this kind of policy offers are not told from those that hold.
		delete(shaped, "matchConditions")
		policy, err = compileShaped(object, prefix, shaped, exceptions)
	}
	if err != nil {
		return nil, err
	}
	policy.beyond = whyBeyond(kind, spec)
	return policy, nil
}

func compileShaped(object contract.Object, prefix string, spec map[string]any, exceptions []*policies.PolicyException) (*Policy, error) {
	return Compile(contract.Object{
		"apiVersion": "policies.kyverno.io/v1beta1", "kind": prefix + "ValidatingPolicy",
		"metadata": object["metadata"], "spec": spec,
	}, exceptions)
}

// exceptionsTo are exceptions to policies of one kind as exceptions to those of another.
func exceptionsTo(kind, other string, exceptions []*policies.PolicyException) []*policies.PolicyException {
	var all []*policies.PolicyException
	for _, each := range exceptions {
		copied := each.DeepCopy()
		for i := range copied.Spec.PolicyRefs {
			if copied.Spec.PolicyRefs[i].Kind == kind {
				copied.Spec.PolicyRefs[i].Kind = other
			}
		}
		all = append(all, copied)
	}
	return all
}

// everyOperation lets constraints match whatever is done: a schedule asks for no operation.
func everyOperation(constraints any) any {
	given, _ := constraints.(map[string]any)
	copied := (&unstructured.Unstructured{Object: given}).DeepCopy().Object
	for _, name := range []string{"resourceRules", "excludeResourceRules"} {
		rules, _ := copied[name].([]any)
		for _, rule := range rules {
			if rule, ok := rule.(map[string]any); ok {
				rule["operations"] = []any{"*"}
			}
		}
	}
	return copied
}

func whyBeyond(kind string, spec map[string]any) func(*request.Request) string {
	reason := "generates other objects, which happens in the background"
	switch strings.TrimPrefix(kind, "Namespaced") {
	case "ImageValidatingPolicy":
		return whyImages
	case "DeletingPolicy":
		reason = fmt.Sprintf("deletes what it matches by the schedule %q, in the background", spec["schedule"])
		if spec["conditions"] != nil {
			reason += " and if its conditions hold then"
		}
	}
	return func(*request.Request) string { return reason }
}

// whyImages names the images whose registry would have to be asked.
func whyImages(asked *request.Request) string {
	found, err := apiutils.ExtractImagesFromResource(
		unstructured.Unstructured{Object: asked.Object}, nil, config.NewDefaultConfiguration(false))
	var names []string
	for _, kind := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, info := range found[kind] {
			names = append(names, info.String())
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case err != nil || len(names) == 0:
		return "verifies images, which needs their registry"
	case len(names) == 1:
		return "verifies the image " + names[0] + ", which needs its registry"
	default:
		return "verifies the images " + strings.Join(names, ", ") + ", which needs their registries"
	}
}
