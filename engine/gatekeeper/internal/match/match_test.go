package match

import (
	"testing"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

func object(kind, namespace, name string) kube.Object {
	metadata := map[string]any{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return kube.Object{"apiVersion": "v1", "kind": kind, "metadata": metadata}
}

func TestMatches(t *testing.T) {
	pod, namespace := object("Pod", "shop", "web-1"), object("Namespace", "", "shop")
	prod := kube.Object{"metadata": map[string]any{"name": "shop", "labels": map[string]any{"env": "prod"}}}
	wantsProd := map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"env": "prod"}}}
	for name, each := range map[string]struct {
		block   map[string]any
		subject Subject
		want    Answer
	}{
		"everything where nothing is said":       {nil, Subject{Object: pod}, Answer{Matches: true}},
		"an empty list of kinds holds all":       {map[string]any{"kinds": []any{map[string]any{"kinds": []any{}}}}, Subject{Object: pod}, Answer{Matches: true}},
		"a kind of another group does not match": {map[string]any{"kinds": []any{map[string]any{"apiGroups": []any{"apps"}, "kinds": []any{"Pod"}}}}, Subject{Object: pod}, Answer{}},
		"a Namespace is cluster-scoped":          {map[string]any{"scope": "Cluster"}, Subject{Object: namespace}, Answer{Matches: true}},
		"a wrong scope means any":                {map[string]any{"scope": "cluster"}, Subject{Object: pod}, Answer{Matches: true}},
		"a Namespace is excluded by its name":    {map[string]any{"excludedNamespaces": []any{"sh*"}}, Subject{Object: namespace}, Answer{}},
		"an object outside of any is in all":     {map[string]any{"namespaces": []any{"x"}}, Subject{Object: object("Node", "", "n")}, Answer{Matches: true}},
		"a generated name may match a prefix":    {map[string]any{"name": "web-*"}, Subject{Object: kube.Object{"metadata": map[string]any{"generateName": "web-"}}}, Answer{Matches: true}},
		"a Namespace's labels are asked for":     {wantsProd, Subject{Object: pod, Namespace: prod}, Answer{Matches: true}},
		"an unknown Namespace leaves it open":    {wantsProd, Subject{Object: pod, Missing: "m"}, Answer{Undecided: "m"}},
		"what fails surely is not open": {
			map[string]any{"namespaceSelector": wantsProd["namespaceSelector"], "name": "other"}, Subject{Object: pod, Missing: "m"}, Answer{},
		},
		"generated objects only": {map[string]any{"source": "Generated"}, Subject{Object: pod, Source: Original}, Answer{}},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, _, err := Parse(each.block)
			if err != nil {
				t.Fatal(err)
			}
			if got := parsed.Test(each.subject); got != each.want {
				t.Errorf("got %+v, want %+v", got, each.want)
			}
		})
	}
}

func TestAMissingNamespaceIsAnError(t *testing.T) {
	parsed, _, _ := Parse(map[string]any{"namespaceSelector": map[string]any{}})
	if got := parsed.Test(Subject{Object: object("Pod", "gone", "p")}); got.Err == nil {
		t.Errorf("got %+v, want an error", got)
	}
}

func TestUnknownFieldsAreNamed(t *testing.T) {
	_, unknown, err := Parse(map[string]any{"kind": "Pod", "name": "x"})
	if err != nil || len(unknown) != 1 || unknown[0] != "kind" {
		t.Errorf("got %v, %v", unknown, err)
	}
	if _, _, err := Parse(map[string]any{"kinds": "Pod"}); err == nil {
		t.Error("a text for a list is accepted")
	}
}

func TestGlob(t *testing.T) {
	for _, each := range []struct {
		pattern, text string
		want          bool
	}{
		{"kube-*", "kube-system", true}, {"*-system", "kube-system", true}, {"*sys*", "kube-system", true},
		{"kube-*", "my-kube-", false}, {"k*m", "kube-system", false}, {"exact", "exactly", false},
	} {
		if got := Glob(each.pattern, each.text); got != each.want {
			t.Errorf("%s on %s: %v", each.pattern, each.text, got)
		}
	}
}
