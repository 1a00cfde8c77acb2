package judge

import (
	"reflect"
	"testing"

	"plumbline.dev/engine/contract"
)

func TestAppArmorAnnotationsBecomeFields(t *testing.T) {
	unconfined := contract.Object{"type": "Unconfined"}
	tests := []struct {
		name, annotation string
		container        contract.Object
		ofPod            any
		want             any
	}{
		{name: "unconfined", annotation: "unconfined", want: unconfined},
		{name: "the runtime's default", annotation: "runtime/default", want: contract.Object{"type": "RuntimeDefault"}},
		{name: "a profile of the node", annotation: "localhost/own", want: contract.Object{"type": "Localhost", "localhostProfile": "own"}},
		{name: "no profile's name", annotation: "localhost/ "},
		{name: "no word that is known", annotation: "somehow"},
		{name: "what the container says itself", annotation: "unconfined",
			container: contract.Object{"appArmorProfile": contract.Object{"type": "RuntimeDefault"}},
			want:      contract.Object{"type": "RuntimeDefault"}},
		{name: "what the Pod says for all", annotation: "unconfined", ofPod: unconfined},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			container := contract.Object{"name": "web"}
			if test.container != nil {
				container["securityContext"] = test.container
			}
			pod := contract.Object{
				"metadata": contract.Object{"annotations": contract.Object{"container.apparmor.security.beta.kubernetes.io/web": test.annotation}},
				"spec":     contract.Object{"containers": []any{container}, "securityContext": contract.Object{"appArmorProfile": test.ofPod}},
			}
			spec, _ := withAppArmor(pod)["spec"].(contract.Object)
			changed, _ := spec["containers"].([]any)[0].(contract.Object)
			security, _ := changed["securityContext"].(contract.Object)
			if got := security["appArmorProfile"]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("the profile is %v, not %v", got, test.want)
			}
		})
	}
}
