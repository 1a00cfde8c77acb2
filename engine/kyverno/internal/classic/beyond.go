package classic

import (
	"fmt"
	"slices"
	"strings"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	engineutils "github.com/kyverno/kyverno/pkg/engine/utils"

	"plumbline.dev/engine/contract"
)

// What nothing here can decide still matches or does not, has preconditions and exceptions: such a rule goes to the engine
// as one that holds whenever it applies (alwaysHolds), and is undecided where the engine says that it holds.

// cleanupRule is the name that the one rule of a CleanupPolicy has here.
const cleanupRule = "cleanup"

// ReadCleanup makes a policy of a CleanupPolicy or ClusterCleanupPolicy, which deletes by a schedule what it matches.
func ReadCleanup(object contract.Object) (*Policy, error) {
	spec, _ := object["spec"].(map[string]any)
	rule := map[string]any{"name": cleanupRule, "match": spec["match"]}
	if spec["exclude"] != nil {
		rule["exclude"] = spec["exclude"]
	}
	kind, _ := object["kind"].(string)
	policy, err := Read(contract.Object{
		"apiVersion": "kyverno.io/v1", "kind": strings.Replace(kind, "Cleanup", "", 1), "metadata": object["metadata"],
		"spec": map[string]any{"rules": []any{rule}},
	})
	if err != nil {
		return nil, err
	}
	policy.reason = fmt.Sprintf("deletes what it matches by the schedule %q, in the background", spec["schedule"])
	if spec["conditions"] != nil {
		policy.reason += " and if its conditions hold then"
	}
	return policy, nil
}

// whyBeyond says why nothing here can decide a rule, or nothing.
func (p *Policy) whyBeyond(rule kyvernov1.Rule) string {
	switch {
	case p.reason != "":
		return p.reason
	case rule.HasVerifyImages() || rule.HasVerifyImageChecks() || rule.HasValidateImageVerification():
		return "verifies images, which needs their registry"
	case rule.Validation != nil && rule.Validation.Manifests != nil && len(rule.Validation.Manifests.Attestors) != 0:
		return "verifies the signature of the manifest, which needs keys and registries"
	case rule.HasGenerate():
		return "generates " + generated(rule.Generation) + ", which happens in the background"
	case rule.HasMutateExisting():
		return "changes " + targets(rule.Mutation) + ", which happens in the background"
	default:
		return ""
	}
}

func generated(generation *kyvernov1.Generation) string {
	if len(generation.CloneList.Kinds) > 0 {
		return "copies of " + strings.Join(generation.CloneList.Kinds, ", ") + within(generation.CloneList.Namespace)
	}
	if generation.Kind == "" {
		return "other objects"
	}
	return subjectOf(generation.ResourceSpec)
}

func targets(mutation *kyvernov1.Mutation) string {
	var all []string
	for _, each := range mutation.Targets {
		if each.Kind != "" {
			all = append(all, subjectOf(each.ResourceSpec))
		}
	}
	if len(all) == 0 {
		return "other objects"
	}
	return strings.Join(all, ", ")
}

// subjectOf names an object as the rule does, variables included.
func subjectOf(spec kyvernov1.ResourceSpec) string {
	if spec.Name == "" {
		return "every " + spec.Kind + within(spec.Namespace)
	}
	return "the " + spec.Kind + " " + spec.Name + within(spec.Namespace)
}

func within(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in namespace " + namespace
}

// beyond makes a word that a rule holds into the reason why nobody knows; false when the rule is not even asked, because no
// image of the object is one that it verifies.
func (e *Engine) beyond(result contract.Result, rule *meant, run *run) (contract.Result, bool) {
	if result.Result != contract.Pass {
		return result, true
	}
	if !rule.rule.HasVerifyImages() {
		return undecided(result, rule.reason), true
	}
	images, _, err := engineutils.ExtractMatchingImages(run.object, run.variables, rule.rule, e.config)
	if err != nil {
		return undecided(result, rule.reason), true
	}
	var names []string
	for _, each := range images {
		if name := each.String(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return result, false
	case 1:
		return undecided(result, "verifies the image "+names[0]+", which needs its registry"), true
	default:
		return undecided(result, "verifies the images "+strings.Join(names, ", ")+", which needs their registries"), true
	}
}
