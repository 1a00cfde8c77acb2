package judge

import (
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/version"

	"plumbline.dev/engine/admission/internal/question"
)

// appArmorFields is the first version whose server writes AppArmor's old annotations into fields.
var appArmorFields = version.MajorMinor(1, 30)

// withAppArmor is a new Pod whose containers have as field what annotations say of their AppArmor profile, unless they
// say it themselves or the whole Pod does (kubernetes, pkg/registry/core/pod, applyAppArmorVersionSkew).
func withAppArmor(pod question.Object) question.Object {
	metadata, _ := pod["metadata"].(question.Object)
	annotations, _ := metadata["annotations"].(question.Object)
	spec, _ := pod["spec"].(question.Object)
	os, _ := spec["os"].(question.Object)
	if len(annotations) == 0 || os["name"] == string(corev1.Windows) {
		return pod
	}
	whole, _ := spec["securityContext"].(question.Object)
	changed := spec
	for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
		containers, ok := spec[list].([]any)
		if !ok {
			continue
		}
		profiled := make([]any, len(containers))
		for i, each := range containers {
			container, _ := each.(question.Object)
			name, _ := container["name"].(string)
			text, _ := annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+name].(string)
			profiled[i] = withProfile(container, profileOf(text), whole["appArmorProfile"])
		}
		changed = withField(changed, list, profiled)
	}
	return withField(pod, "spec", changed)
}

func withProfile(container, profile question.Object, ofPod any) question.Object {
	security, _ := container["securityContext"].(question.Object)
	if profile == nil || security["appArmorProfile"] != nil || reflect.DeepEqual(ofPod, any(profile)) {
		return container
	}
	return withField(container, "securityContext", withField(security, "appArmorProfile", profile))
}

// profileOf reads an annotation; nil for one that a server does not take over.
func profileOf(text string) question.Object {
	name, isLocal := strings.CutPrefix(text, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	switch {
	case text == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return question.Object{"type": string(corev1.AppArmorProfileTypeUnconfined)}
	case text == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return question.Object{"type": string(corev1.AppArmorProfileTypeRuntimeDefault)}
	case isLocal && name != "" && strings.TrimSpace(name) == name:
		return question.Object{"type": string(corev1.AppArmorProfileTypeLocalhost), "localhostProfile": name}
	}
	return nil
}
