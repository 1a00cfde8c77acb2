package podsecurity

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/policy"
)

// fieldOf is where each check looks, under a container or the Pod's spec; a reason may be in the plural.
var fieldOf = []struct{ reason, field string }{
	{"privileged", "/securityContext/privileged"},
	{"allowPrivilegeEscalation", "/securityContext/allowPrivilegeEscalation"},
	{"non-default capabilities", "/securityContext/capabilities/add"},
	{"unrestricted capabilities", "/securityContext/capabilities"},
	{"procMount", "/securityContext/procMount"},
	{"runAsNonRoot", "/securityContext/runAsNonRoot"},
	{"runAsUser", "/securityContext/runAsUser"},
	{"seccompProfile", "/securityContext/seccompProfile"},
	{"seLinuxOptions", "/securityContext/seLinuxOptions"},
	{"forbidden AppArmor profile", "/securityContext/appArmorProfile"},
	{"forbidden sysctls", "/securityContext/sysctls"},
	{"hostProcess", "/securityContext/windowsOptions/hostProcess"},
	{"hostPort", "/ports"},
	{"probe or lifecycle host", ""},
}

// pathOf finds the field at fault of the check in that place: the check is run again over the Pod without containers and
// volumes, then with one of them at a time. Empty where that shows nothing.
func (j *Judge) pathOf(of level, pod *podTemplate, check int, reason string) string {
	fails := func(spec corev1.PodSpec) bool {
		results := j.evaluator.EvaluatePod(of.LevelVersion, &pod.Metadata, &spec)
		return check < len(results) && !results[check].Allowed
	}
	bare := *pod.Spec.DeepCopy()
	bare.Containers, bare.InitContainers, bare.EphemeralContainers, bare.Volumes = nil, nil, nil, nil
	if fails(bare) {
		return podField(bare, reason, fails)
	}
	for i, volume := range pod.Spec.Volumes {
		if spec := bare; fails(withVolume(spec, volume)) {
			return "/spec/volumes/" + strconv.Itoa(i)
		}
	}
	for _, list := range []struct {
		name       string
		containers []corev1.Container
	}{{"initContainers", pod.Spec.InitContainers}, {"containers", pod.Spec.Containers}} {
		for i, container := range list.containers {
			spec := bare
			spec.Containers = []corev1.Container{container}
			if fails(spec) {
				return "/spec/" + list.name + "/" + strconv.Itoa(i) + containerField(container, reason)
			}
		}
	}
	return ""
}

func withVolume(spec corev1.PodSpec, volume corev1.Volume) corev1.PodSpec {
	spec.Volumes = []corev1.Volume{volume}
	return spec
}

// podField is the Pod's own field at fault; which of the host's namespaces it is shows when it is left.
func podField(spec corev1.PodSpec, reason string, fails func(corev1.PodSpec) bool) string {
	if reason == "host namespaces" {
		for _, each := range []struct {
			name  string
			alone corev1.PodSpec
		}{
			{"hostNetwork", corev1.PodSpec{HostNetwork: spec.HostNetwork}},
			{"hostPID", corev1.PodSpec{HostPID: spec.HostPID}},
			{"hostIPC", corev1.PodSpec{HostIPC: spec.HostIPC}},
		} {
			if fails(each.alone) {
				return "/spec/" + each.name
			}
		}
	}
	return "/spec" + field(reason)
}

func containerField(container corev1.Container, reason string) string {
	if reason == "hostPort" {
		for i, port := range container.Ports {
			if port.HostPort != 0 {
				return "/ports/" + strconv.Itoa(i) + "/hostPort"
			}
		}
	}
	return field(reason)
}

func field(reason string) string {
	for _, each := range fieldOf {
		if strings.HasPrefix(reason, each.reason) {
			return each.field
		}
	}
	return ""
}

// firstFailure is the check that comes first in the message.
func firstFailure(results []policy.CheckResult) (int, string) {
	for i, each := range results {
		if !each.Allowed {
			return i, each.ForbiddenReason
		}
	}
	return -1, ""
}
