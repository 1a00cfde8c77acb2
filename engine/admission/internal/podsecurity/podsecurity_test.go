package podsecurity

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/version"

	"plumbline.dev/engine/admission/internal/question"
	"plumbline.dev/engine/admission/internal/world"
)

func TestAFailureNamesTheFieldAtFault(t *testing.T) {
	container := func(fields question.Object) question.Object {
		return question.Object{"containers": []any{question.Object{"name": "a"}, with(question.Object{"name": "b"}, fields)}}
	}
	security := func(field string, value any) question.Object {
		return question.Object{"securityContext": question.Object{field: value}}
	}
	cases := map[string]struct {
		spec question.Object
		path string
	}{
		"a privileged container": {container(security("privileged", true)), "/spec/containers/1/securityContext/privileged"},
		"an added capability": {
			container(security("capabilities", question.Object{"add": []any{"NET_ADMIN"}})),
			"/spec/containers/1/securityContext/capabilities/add",
		},
		"a port of the host": {
			container(question.Object{"ports": []any{question.Object{"containerPort": 1}, question.Object{"containerPort": 2, "hostPort": 2}}}),
			"/spec/containers/1/ports/1/hostPort",
		},
		"the host's processes": {with(container(nil), question.Object{"hostPID": true}), "/spec/hostPID"},
		"a folder of the host": {
			with(container(nil), question.Object{"volumes": []any{
				question.Object{"name": "a", "emptyDir": question.Object{}},
				question.Object{"name": "b", "hostPath": question.Object{"path": "/"}},
			}}),
			"/spec/volumes/1",
		},
		"a sysctl": {
			with(container(nil), security("sysctls", []any{question.Object{"name": "kernel.msgmax", "value": "1"}})),
			"/spec/securityContext/sysctls",
		},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			results := judgeUnder("baseline", question.Object{
				"apiVersion": "v1", "kind": "Pod", "metadata": question.Object{"name": "p", "namespace": "n"}, "spec": each.spec,
			})
			if len(results) != 1 || results[0].Result != question.Fail || results[0].Path != each.path {
				t.Errorf("got %+v, want the path %s", results, each.path)
			}
		})
	}
}

func TestAControllersPathLeadsIntoItsTemplate(t *testing.T) {
	template := question.Object{"spec": question.Object{"hostNetwork": true, "containers": []any{question.Object{"name": "a"}}}}
	results := judgeUnder("baseline", question.Object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": question.Object{"name": "d", "namespace": "n"},
		"spec": question.Object{"template": template},
	})
	if len(results) != 1 || results[0].Path != "/spec/template/spec/hostNetwork" {
		t.Errorf("got %+v", results)
	}
}

func judgeUnder(level string, object question.Object) []question.Result {
	labels := question.Object{"pod-security.kubernetes.io/enforce": level}
	namespace := question.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": question.Object{"name": "n", "labels": labels}}
	known := world.New(question.Question{Context: []question.Object{namespace}})
	return New(known, nil, version.MajorMinor(1, 34)).Judge(Request{
		Kind: world.KindOf(object), Object: object, Namespace: "n", Operation: "CREATE",
	})
}

func with(object, more question.Object) question.Object {
	joined := question.Object{}
	for key, value := range object {
		joined[key] = value
	}
	for key, value := range more {
		joined[key] = value
	}
	return joined
}
