package judge

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"

	"plumbline.dev/engine/admission/internal/shape"
	"plumbline.dev/engine/contract"
)

// create gives a new object what a server gives it between mutation and validation (apiserver's registry/rest, BeforeCreate):
// an identity, a time and a status of its own. Policies can tell that uid and time are there, not what they will say.
func (r *request) create(in *version.Version) {
	metadata, _ := r.object["metadata"].(contract.Object)
	if r.operation != admission.Create || r.given.SubResource != "" || metadata == nil {
		return
	}
	metadata = withField(metadata, "uid", "00000000-0000-0000-0000-000000000000")
	metadata["creationTimestamp"] = time.Now().UTC().Format(time.RFC3339)
	r.object = withField(r.object, "metadata", metadata)
	fresh := shape.BuiltIn().Apply(contract.Object{"apiVersion": r.object["apiVersion"], "kind": r.object["kind"]})
	if status, ok := fresh["status"]; ok {
		r.object["status"] = status
	}
	if r.kind.Group == "" && r.kind.Kind == "Pod" {
		r.object["status"] = contract.Object{"phase": "Pending", "qosClass": qualityOf(r.object)}
		if in.AtLeast(appArmorFields) {
			r.object = withAppArmor(r.object)
		}
	}
	r.refresh()
}

// qualityOf is a Pod's quality of service class: Guaranteed when every container limits processor and memory and all of
// that is requested too, BestEffort when nothing is asked, else Burstable.
func qualityOf(pod contract.Object) string {
	spec, _ := pod["spec"].(contract.Object)
	requested, limited := map[string]resource.Quantity{}, map[string]resource.Quantity{}
	isLimited := true
	for _, list := range []string{"containers", "initContainers"} {
		containers, _ := spec[list].([]any)
		for _, each := range containers {
			container, _ := each.(contract.Object)
			resources, _ := container["resources"].(contract.Object)
			addUp(requested, resources["requests"])
			isLimited = addUp(limited, resources["limits"]) == len(asked) && isLimited
		}
	}
	switch {
	case len(requested) == 0 && len(limited) == 0:
		return string(corev1.PodQOSBestEffort)
	case isLimited && isSame(requested, limited):
		return string(corev1.PodQOSGuaranteed)
	}
	return string(corev1.PodQOSBurstable)
}

// asked are the resources that count.
var asked = []string{"cpu", "memory"}

// addUp adds one container's quantities and says how many of them count.
func addUp(total map[string]resource.Quantity, given any) int {
	quantities, _ := given.(contract.Object)
	found := 0
	for _, name := range asked {
		text, _ := quantities[name].(string)
		quantity, err := resource.ParseQuantity(text)
		if err != nil || quantity.Sign() <= 0 {
			continue
		}
		sum := total[name]
		sum.Add(quantity)
		total[name] = sum
		found++
	}
	return found
}

func isSame(one, other map[string]resource.Quantity) bool {
	for name, quantity := range one {
		if quantity.Cmp(other[name]) != 0 {
			return false
		}
	}
	return len(one) == len(other)
}
