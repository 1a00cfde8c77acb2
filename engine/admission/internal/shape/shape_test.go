package shape

import (
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

func parse(t *testing.T, text string) map[string]any {
	t.Helper()
	var read any
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	object, _ := whole(read).(map[string]any)
	return object
}

// whole makes whole numbers int64, as the engine reads them.
func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, each := range value {
			value[key] = whole(each)
		}
	case []any:
		for i, each := range value {
			value[i] = whole(each)
		}
	case float64:
		return wholeNumber(value)
	}
	return value
}

func TestAServersView(t *testing.T) {
	cases := map[string]struct{ given, want string }{
		"what a kind does not know is dropped": {
			`{apiVersion: v1, kind: ConfigMap, metadata: {name: a, nickname: b}, data: {a: b}, dta: {}}`,
			`{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}`,
		},
		"what is empty is left out where Go would": {
			`{apiVersion: v1, kind: Service, metadata: {name: a, labels: {}}, spec: {type: ExternalName, externalName: x, ports: []}}`,
			`{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: ExternalName, externalName: x, sessionAffinity: None}, status: {loadBalancer: {}}}`,
		},
		"a port and its policies are defaulted": {
			`{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, ports: [{port: 80}]}}`,
			`{apiVersion: v1, kind: Service, metadata: {name: a}, status: {loadBalancer: {}}, spec: {type: NodePort, sessionAffinity: None,
			  externalTrafficPolicy: Cluster, internalTrafficPolicy: Cluster, ports: [{port: 80, targetPort: 80, protocol: TCP}]}}`,
		},
		"another kind is left as it is": {
			`{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {x: null, y: []}}`,
			`{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {x: null, y: []}}`,
		},
		"a Namespace carries its name": {
			`{apiVersion: v1, kind: Namespace, metadata: {name: a}}`,
			`{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {kubernetes.io/metadata.name: a}}, spec: {}, status: {phase: Active}}`,
		},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			given, want := parse(t, each.given), parse(t, each.want)
			if got := BuiltIn().Apply(given); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			if !reflect.DeepEqual(given, parse(t, each.given)) {
				t.Error("the object given was changed")
			}
		})
	}
}

func TestAPodIsDefaultedAndATemplateNotInAllOfThat(t *testing.T) {
	spec := `hostNetwork: true, containers: [{name: a, ports: [{containerPort: 80}], resources: {limits: {cpu: 1000m}}}]`
	containerOf := func(object map[string]any, at ...string) (map[string]any, map[string]any) {
		for _, field := range at {
			object = object[field].(map[string]any)
		}
		return object, object["containers"].([]any)[0].(map[string]any)
	}
	pod := BuiltIn().Apply(parse(t, `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {`+spec+`}}`))
	own, container := containerOf(pod, "spec")
	port := container["ports"].([]any)[0].(map[string]any)
	requests := container["resources"].(map[string]any)["requests"]
	if own["enableServiceLinks"] != true || port["hostPort"] != int64(80) || !reflect.DeepEqual(requests, map[string]any{"cpu": "1"}) {
		t.Errorf("the Pod is %v", pod)
	}
	deployment := BuiltIn().Apply(parse(t, `{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {`+spec+`}}}}`))
	own, container = containerOf(deployment, "spec", "template", "spec")
	port = container["ports"].([]any)[0].(map[string]any)
	if own["enableServiceLinks"] != nil || port["hostPort"] != nil || own["dnsPolicy"] != "ClusterFirst" {
		t.Errorf("the template is %v", own)
	}
}

func TestQuantitiesAreCanonical(t *testing.T) {
	for given, want := range map[any]string{"1024Mi": "1Gi", "1000m": "1", "0.5": "500m", int64(2): "2", 0.25: "250m"} {
		if got := quantity(given); got != want {
			t.Errorf("%v became %v, want %s", given, got, want)
		}
	}
}

func TestImagesArePulledByTheirTag(t *testing.T) {
	for image, want := range map[string]string{
		"nginx": "Always", "nginx:latest": "Always", "nginx:1": "IfNotPresent", "localhost:5000/nginx": "Always",
		"nginx@sha256:e4d909c290d0fb1ca068ffaddf22cbd0e4d909c290d0fb1ca068ffaddf22cbd0": "IfNotPresent", "": "IfNotPresent",
	} {
		if got := pullPolicy(image); got != want {
			t.Errorf("%q is pulled %s, want %s", image, got, want)
		}
	}
}

func TestEveryKindsSchemasAreWhole(t *testing.T) {
	for gvk, kind := range BuiltIn().Kinds() {
		if kind.Type < 0 {
			continue
		}
		if _, _, err := BuiltIn().Schemas(gvk); err != nil {
			t.Errorf("%s: %v", gvk, err)
		}
	}
	if _, _, err := BuiltIn().Schemas(schema.GroupVersionKind{Version: "v1", Kind: "Widget"}); err == nil {
		t.Error("a kind that is not built in has a schema")
	}
}
