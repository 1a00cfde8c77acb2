package chart

import (
	"encoding/json"
	"sort"
	"strings"
	"testing"

	"plumbline.dev/engine/render/internal/repofs"
)

// tree is a repository given as text.
type tree map[string]string

func (t tree) Stat(path string) (repofs.Kind, error) {
	if _, ok := t[path]; ok {
		return repofs.File, nil
	}
	if names, _ := t.List(path); names != nil {
		return repofs.Folder, nil
	}
	return repofs.Absent, nil
}

func (t tree) Read(path string) ([]byte, error) {
	if text, ok := t[path]; ok {
		return []byte(text), nil
	}
	return nil, nil
}

func (t tree) List(path string) ([]string, error) {
	seen := map[string]bool{}
	for file := range t {
		if rest, ok := strings.CutPrefix(file, path+"/"); ok {
			name, _, _ := strings.Cut(rest, "/")
			seen[name] = true
		}
	}
	var names []string
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

func TestTwoAliasesOfOneChartKeepTheFileOfTheirTemplate(t *testing.T) {
	files := tree{
		"c/Chart.yaml":                    "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, alias: x, version: 1.0.0}, {name: d, alias: y, version: 1.0.0}]\n",
		"c/charts/d/Chart.yaml":           "apiVersion: v2\nname: d\nversion: 1.0.0\n",
		"c/charts/d/templates/s.yaml":     "apiVersion: v1\nkind: Service\nmetadata: {name: {{ .Chart.Name }}}\n",
		"c/charts/d/templates/_empty.tpl": "",
	}
	reply := Render(Request{Chart: "c", Release: "r", Namespace: "n"}, files)
	if len(reply.Problems) > 0 || len(reply.Objects) != 2 {
		t.Fatalf("%+v", reply)
	}
	for _, each := range reply.Objects {
		if each.File != "c/charts/d/templates/s.yaml" {
			t.Errorf("%s comes from %q", each.Object, each.File)
		}
	}
}

func TestARequestLeavesNothingBehindForTheNext(t *testing.T) {
	files := tree{
		"c/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"c/templates/s.yaml": "apiVersion: v1\nkind: A\nmetadata: {name: '{{ .Capabilities.APIVersions.Has \"x/v1\" }}'}\n",
	}
	first := Render(Request{Chart: "c", APIVersions: []string{"x/v1"}}, files)
	second := Render(Request{Chart: "c", APIVersions: []string{}}, files)
	if !strings.Contains(string(first.Objects[0].Object), "true") || !strings.Contains(string(second.Objects[0].Object), "false") {
		t.Errorf("%s %s", first.Objects[0].Object, second.Objects[0].Object)
	}
}

func TestWhatIsDrawnIsRenderedTwice(t *testing.T) {
	files := tree{
		"c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"c/templates/s.yaml": "kind: Secret\nmetadata: {name: s}\ndata: {p: {{ randAlphaNum 9 }}, d: {{ now | date \"2006\" }}, k: b}\n---\n" +
			"kind: Job\nmetadata: {name: j-{{ randAlpha 6 | lower }}}\n---\nkind: ConfigMap\nmetadata: {name: a}\n",
	}
	reply := Render(Request{Chart: "c", Release: "r", Namespace: "n"}, files)
	if len(reply.Problems) > 0 || len(reply.Objects) != 3 {
		t.Fatalf("%+v", reply)
	}
	for _, each := range reply.Objects {
		varies := each.Second != nil
		if strings.Contains(string(each.Object), "ConfigMap") == varies {
			t.Errorf("%s and %s", each.Object, each.Second)
		}
	}
	for _, each := range Render(Request{Chart: "c", Release: "r", Namespace: "n", Once: true}, files).Objects {
		if each.Second != nil {
			t.Errorf("a second rendering that nobody asked for: %s", each.Second)
		}
	}
}

func TestLookupsAreAnsweredWithWhatIsKnown(t *testing.T) {
	files := tree{
		"c/Chart.yaml":       "apiVersion: v2\nname: c\nversion: 1.0.0\n",
		"c/templates/s.yaml": "kind: A\nmetadata: {name: {{ dig \"data\" \"x\" \"none\" (lookup \"v1\" \"ConfigMap\" \"n\" \"m\") }}}\n",
	}
	answers := map[string]json.RawMessage{"v1 ConfigMap n m": json.RawMessage(`{"data": {"x": "found"}}`)}
	for wanted, known := range map[string]map[string]json.RawMessage{"found": answers, "none": nil} {
		reply := Render(Request{Chart: "c", Release: "r", Namespace: "n", Answers: known}, files)
		if len(reply.Objects) != 1 || !strings.Contains(string(reply.Objects[0].Object), wanted) {
			t.Errorf("%s: %+v", wanted, reply)
		}
	}
}
