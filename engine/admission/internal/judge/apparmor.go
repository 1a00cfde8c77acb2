package judge

import (
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/version"

	"plumbline.dev/engine/contract"
)

// appArmorFields is the first version whose server writes AppArmor's old annotations into fields.
var appArmorFields = version.MajorMinor(1, 30)

// withAppArmor is a new Pod whose containers have as field what annotations say of their AppArmor profile, unless they
// say it themselves or the whole Pod does (kubernetes, pkg/registry/core/pod, applyAppArmorVersionSkew).
func withAppArmor(pod contract.Object) contract.Object {
	metadata, _ := pod["metadata"].(contract.Object)
	annotations, _ := metadata["annotations"].(contract.Object)
	spec, _ := pod["spec"].(contract.Object)
	os, _ := spec["os"].(contract.Object)
	if len(annotations) == 0 || os["name"] == string(corev1.Windows) {
		return pod
	}
	whole, _ := spec["securityContext"].(contract.Object)
	changed := spec
	for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
		containers, ok := spec[list].([]any)
		if !ok {
			continue
		}
		profiled := make([]any, len(containers))
		for i, each := range containers {
			container, _ := each.(contract.Object)
			name, _ := container["name"].(string)
			text, _ := annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+name].(string)
			profiled[i] = withProfile(container, profileOf(text), whole["appArmorProfile"])
		}
		changed = withField(changed, list, profiled)
	}
	return withField(pod, "spec", changed)
}

func withProfile(container, profile contract.Object, ofPod any) contract.Object {
	security, _ := container["securityContext"].(contract.Object)
	if profile == nil || security["appArmorProfile"] != nil || reflect.DeepEqual(ofPod, any(profile)) {
		return container
	}
	return withField(container, "securityContext", withField(security, "appArmorProfile", profile))
}

// profileOf reads an annotation; nil for one that a server does not take over.
func profileOf(text string) contract.Object {
	name, isLocal := strings.CutPrefix(text, corev1.DeprecatedAppArmorBetaProfileNamePrefix)
	switch {
	case text == corev1.DeprecatedAppArmorBetaProfileNameUnconfined:
		return contract.Object{"type": string(corev1.AppArmorProfileTypeUnconfined)}
	case text == corev1.DeprecatedAppArmorBetaProfileRuntimeDefault:
		return contract.Object{"type": string(corev1.AppArmorProfileTypeRuntimeDefault)}
	case isLocal && name != "" && strings.TrimSpace(name) == name:
		return contract.Object{"type": string(corev1.AppArmorProfileTypeLocalhost), "localhostProfile": name}
	}
	return nil
}
