package judge

import (
	"reflect"
	"testing"

	"plumbline.dev/engine/admission/internal/question"
)

func TestAppArmorAnnotationsBecomeFields(t *testing.T) {
	unconfined := question.Object{"type": "Unconfined"}
	tests := []struct {
		name, annotation string
		container        question.Object
		ofPod            any
		want             any
	}{
		{name: "unconfined", annotation: "unconfined", want: unconfined},
		{name: "the runtime's default", annotation: "runtime/default", want: question.Object{"type": "RuntimeDefault"}},
		{name: "a profile of the node", annotation: "localhost/own", want: question.Object{"type": "Localhost", "localhostProfile": "own"}},
		{name: "no profile's name", annotation: "localhost/ "},
		{name: "no word that is known", annotation: "somehow"},
		{name: "what the container says itself", annotation: "unconfined",
			container: question.Object{"appArmorProfile": question.Object{"type": "RuntimeDefault"}},
			want:      question.Object{"type": "RuntimeDefault"}},
		{name: "what the Pod says for all", annotation: "unconfined", ofPod: unconfined},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			container := question.Object{"name": "web"}
			if test.container != nil {
				container["securityContext"] = test.container
			}
			pod := question.Object{
				"metadata": question.Object{"annotations": question.Object{"container.apparmor.security.beta.kubernetes.io/web": test.annotation}},
				"spec":     question.Object{"containers": []any{container}, "securityContext": question.Object{"appArmorProfile": test.ofPod}},
			}
			spec, _ := withAppArmor(pod)["spec"].(question.Object)
			changed, _ := spec["containers"].([]any)[0].(question.Object)
			security, _ := changed["securityContext"].(question.Object)
			if got := security["appArmorProfile"]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("the profile is %v, not %v", got, test.want)
			}
		})
	}
}
