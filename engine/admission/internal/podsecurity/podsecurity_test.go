package podsecurity

import (
	"testing"

	"k8s.io/apimachinery/pkg/util/version"

	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

func TestAFailureNamesTheFieldAtFault(t *testing.T) {
	container := func(fields contract.Object) contract.Object {
		return contract.Object{"containers": []any{contract.Object{"name": "a"}, with(contract.Object{"name": "b"}, fields)}}
	}
	security := func(field string, value any) contract.Object {
		return contract.Object{"securityContext": contract.Object{field: value}}
	}
	cases := map[string]struct {
		spec contract.Object
		path string
	}{
		"a privileged container": {container(security("privileged", true)), "/spec/containers/1/securityContext/privileged"},
		"an added capability": {
			container(security("capabilities", contract.Object{"add": []any{"NET_ADMIN"}})),
			"/spec/containers/1/securityContext/capabilities/add",
		},
		"a port of the host": {
			container(contract.Object{"ports": []any{contract.Object{"containerPort": 1}, contract.Object{"containerPort": 2, "hostPort": 2}}}),
			"/spec/containers/1/ports/1/hostPort",
		},
		"the host's processes": {with(container(nil), contract.Object{"hostPID": true}), "/spec/hostPID"},
		"a folder of the host": {
			with(container(nil), contract.Object{"volumes": []any{
				contract.Object{"name": "a", "emptyDir": contract.Object{}},
				contract.Object{"name": "b", "hostPath": contract.Object{"path": "/"}},
			}}),
			"/spec/volumes/1",
		},
		"a sysctl": {
			with(container(nil), security("sysctls", []any{contract.Object{"name": "kernel.msgmax", "value": "1"}})),
			"/spec/securityContext/sysctls",
		},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			results := judgeUnder("baseline", contract.Object{
				"apiVersion": "v1", "kind": "Pod", "metadata": contract.Object{"name": "p", "namespace": "n"}, "spec": each.spec,
			})
			if len(results) != 1 || results[0].Result != contract.Fail || pathOf(results[0]) != each.path {
				t.Errorf("got %+v, want the path %s", results, each.path)
			}
		})
	}
}

func TestAControllersPathLeadsIntoItsTemplate(t *testing.T) {
	template := contract.Object{"spec": contract.Object{"hostNetwork": true, "containers": []any{contract.Object{"name": "a"}}}}
	results := judgeUnder("baseline", contract.Object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": contract.Object{"name": "d", "namespace": "n"},
		"spec": contract.Object{"template": template},
	})
	if len(results) != 1 || pathOf(results[0]) != "/spec/template/spec/hostNetwork" {
		t.Errorf("got %+v", results)
	}
}

func judgeUnder(level string, object contract.Object) []contract.Result {
	labels := contract.Object{"pod-security.kubernetes.io/enforce": level}
	namespace := contract.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": contract.Object{"name": "n", "labels": labels}}
	known := world.New(contract.Question{Context: []contract.Object{namespace}})
	return New(known, nil, version.MajorMinor(1, 34)).Judge(Request{
		Kind: world.KindOf(object), Object: object, Namespace: "n", Operation: "CREATE",
	})
}

func with(object, more contract.Object) contract.Object {
	joined := contract.Object{}
	for key, value := range object {
		joined[key] = value
	}
	for key, value := range more {
		joined[key] = value
	}
	return joined
}

func pathOf(result contract.Result) string {
	if result.Path == nil {
		return "none"
	}
	return *result.Path
}
