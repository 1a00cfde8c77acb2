package appset

import (
	"encoding/json"
	"path"
	"reflect"
	"sort"
	"strings"
	"testing"

	"plumbline.dev/engine/render/internal/repofs"
	"sigs.k8s.io/yaml"
)

// tree is a repository given as text.
type tree map[string]string

func (t tree) Read(file string) ([]byte, error) {
	if text, ok := t[file]; ok {
		return []byte(text), nil
	}
	return nil, nil
}

func (t tree) Entries(folder string) ([]repofs.Entry, error) {
	seen := map[string]bool{}
	for file := range t {
		rest := file
		if folder != "" {
			inside, ok := strings.CutPrefix(file, folder+"/")
			if !ok {
				continue
			}
			rest = inside
		}
		name, _, isFolder := strings.Cut(rest, "/")
		seen[name] = isFolder
	}
	entries := []repofs.Entry{}
	for name, isFolder := range seen {
		entries = append(entries, repofs.Entry{Name: name, IsFolder: isFolder})
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name < entries[j].Name })
	return entries, nil
}

var repository = tree{
	"apps/web/a.yaml":            "",
	"apps/db/a.yaml":             "",
	"apps/.hidden/a.yaml":        "",
	"apps/old/a.yaml":            "",
	"clusters/eu/one/conf.json":  `{"name": "one", "at": {"zone": "a"}, "ports": [1, 2]}`,
	"clusters/eu/two/conf.json":  `[{"name": "two"}, {"name": "three"}]`,
	"clusters/us/four/conf.json": "name: four\nat: {zone: b}\n",
}

var clusters = []Cluster{
	{Name: "in-cluster", Server: "https://kubernetes.default.svc", IsLocal: true},
	{Name: "Prod_EU", Server: "https://eu", Labels: map[string]string{"env": "prod"}, Annotations: map[string]string{"team": "x"}},
	{Name: "dev", Server: "https://dev", Project: "p", Labels: map[string]string{"env": "dev"}},
}

func expand(t *testing.T, spec string) Reply {
	t.Helper()
	set := map[string]any{}
	text := "metadata: {name: all, namespace: argocd}\nspec:\n" + strings.ReplaceAll(strings.Trim(spec, "\n"), "\t", "  ")
	if err := yaml.Unmarshal([]byte(text), &set); err != nil {
		t.Fatal(err, text)
	}
	return Expand(Request{Set: set, Clusters: clusters}, repository)
}

// shown is an Application in short: name, and what the test put into its path.
func shown(reply Reply) []string {
	all := []string{}
	for _, each := range reply.Applications {
		source := mapAt(mapAt(each.Object, "spec"), "source")
		all = append(all, stringAt(mapAt(each.Object, "metadata"), "name")+" "+stringAt(source, "path"))
	}
	return all
}

func TestGeneratorsMakeTheRowsThatArgoCDMakes(t *testing.T) {
	cases := []struct {
		what, spec string
		want       []string
	}{
		{"list elements", `
 goTemplate: true
 generators: [{list: {elements: [{id: a, port: 8080}, {id: b, port: 1000000}], elementsYaml: "[{id: c, port: 1}]"}}]
 template: {metadata: {name: "{{.id}}"}, spec: {source: {path: "{{.port}}"}}}`,
			[]string{"a 8080", "b 1e+06", "c 1"}},
		{"folders, by path.Match and without hidden ones", `
 generators: [{git: {repoURL: r, directories: [{path: apps/*}, {path: apps/old, exclude: true}], values: {v: "{{path.basename}}-{{no}}"}}}]
 template: {metadata: {name: "{{path.basename}}"}, spec: {source: {path: "{{path[0]}} {{ values.v }}"}}}`,
			[]string{"db apps db-{{no}}", "web apps web-{{no}}"}},
		{"files, by pathspec, one map or a list of them", `
 goTemplate: true
 generators: [{git: {repoURL: r, files: [{path: "clusters/*/conf.json"}, {path: "**/us/*", exclude: true}], pathParamPrefix: f}}]
 template: {metadata: {name: "{{.name}}"}, spec: {source: {path: "{{.f.path.filename}} {{.f.path.basename}} {{index .f.path.segments 1}}"}}}`,
			[]string{"one conf.json one eu", "two conf.json two eu", "three conf.json two eu"}},
		{"files flattened without Go templates", `
 generators: [{git: {repoURL: r, files: [{path: clusters/eu/one/conf.json}]}}]
 template: {metadata: {name: "{{name}}"}, spec: {source: {path: "{{at.zone}} {{ports.1}} {{path.filenameNormalized}}"}}}`,
			[]string{"one a 2 conf.json"}},
		{"clusters, the local one last known by no label", `
 goTemplate: true
 generators: [{clusters: {values: {who: "{{.name}}"}}}]
 template: {metadata: {name: "{{.nameNormalized}}"}, spec: {source: {path: "{{.server}} {{.values.who}} {{.project}} {{dig \"labels\" \"env\" \"-\" (default dict .metadata)}}"}}}`,
			[]string{"in-cluster https://kubernetes.default.svc in-cluster  -", "prod-eu https://eu Prod_EU  prod", "dev https://dev dev p dev"}},
		{"clusters that a selector takes", `
 generators: [{clusters: {selector: {matchExpressions: [{key: env, operator: NotIn, values: [dev]}]}}}]
 template: {metadata: {name: "{{nameNormalized}}"}, spec: {source: {path: "{{metadata.labels.env}} {{metadata.annotations.team}}"}}}`,
			[]string{"prod-eu prod x"}},
		{"a matrix, the first row put into the second generator", `
 goTemplate: true
 generators: [{matrix: {generators: [
	{list: {elements: [{zone: eu, name: first}, {zone: us}]}},
	{git: {repoURL: r, files: [{path: "clusters/{{.zone}}/*/conf.json"}]}}]}}]
 template: {metadata: {name: "{{.path.basename}}"}, spec: {source: {path: "{{.zone}} {{.name}}"}}}`,
			[]string{"one eu first", "two eu first", "four us four"}},
		{"a merge, by its keys", `
 generators: [{merge: {mergeKeys: [id], generators: [
	{list: {elements: [{id: a, v: base, w: base}, {id: b, v: base, w: base}]}},
	{list: {elements: [{id: b, v: over}, {id: c, v: over}]}}]}}]
 template: {metadata: {name: "{{id}}"}, spec: {source: {path: "{{v}} {{w}}"}}}`,
			[]string{"a base base", "b over base"}},
		{"a matrix of a merge, nested and selected", `
 goTemplate: true
 generators: [{selector: {matchLabels: {v: "2"}}, matrix: {generators: [
	{merge: {mergeKeys: [id], generators: [{list: {elements: [{id: a}, {id: b}]}}, {list: {elements: [{id: b, v: 2}]}}]}},
	{list: {elementsYaml: "[{m: \"{{.id}}1\"}]"}}]}}]
 template: {metadata: {name: "{{.m}}"}, spec: {source: {path: "{{.v}}"}}}`,
			[]string{"b1 2"}},
		{"a template of the generator's own over the set's", `
 generators: [{list: {elements: [{id: a}], template: {metadata: {}, spec: {source: {path: "own {{id}}"}}}}}, {list: {elements: [{id: b}]}}]
 template: {metadata: {name: "{{id}}"}, spec: {project: p, source: {path: base}}}`,
			[]string{"a own a", "b base"}},
		{"functions", `
 goTemplate: true
 generators: [{list: {elements: [{id: "Feature/A B_c", doc: "a: [1]"}]}}]
 template: {metadata: {name: "{{.id | normalize}}"}, spec: {source: {path: "{{slugify 9 .id}} {{slugify 9 false .id}} {{(fromYaml .doc).a}} {{toYaml (dict \"k\" .id)}} {{\"a\" | upper}}"}}}`,
			[]string{"feature-a-b-c feature-a feature-a [1] k: Feature/A B_c A"}},
	}
	for _, each := range cases {
		t.Run(each.what, func(t *testing.T) {
			reply := expand(t, each.spec)
			problems := []Problem{}
			for _, problem := range reply.Problems {
				if !strings.Contains(problem.Message, "duplicate name") {
					problems = append(problems, problem)
				}
			}
			if got := shown(reply); !reflect.DeepEqual(got, each.want) || len(problems) > 0 {
				t.Fatalf("got %q, want %q, problems %v", got, each.want, problems)
			}
		})
	}
}

func TestWhatArgoCDRefusesStandsAtItsPlace(t *testing.T) {
	const list = "\n generators: [{list: {elements: [{id: a}, {id: b}]}}]"
	cases := []struct{ what, spec, path, message string }{
		{"a missing key", "\n goTemplate: true\n goTemplateOptions: [missingkey=error]" + list + "\n template: {spec: {source: {path: '{{.no}}'}}}",
			"/spec/template/spec/source/path", `map has no entry for key "no"`},
		{"a template that does not parse", "\n goTemplate: true" + list + "\n template: {metadata: {name: '{{.id'}}",
			"/spec/template/metadata/name", "unclosed action"},
		{"an unknown option", "\n goTemplate: true\n goTemplateOptions: [no=such]" + list + "\n template: {metadata: {name: '{{.id}}'}}",
			"/spec/template/metadata/name", "unrecognized option"},
		{"a function of the machine", "\n goTemplate: true" + list + "\n template: {metadata: {name: '{{env \"HOME\"}}'}}",
			"/spec/template/metadata/name", `function "env" not defined`},
		{"the generator's own template", "\n goTemplate: true\n generators: [{list: {elements: [{id: a}], template: {spec: {source: {path: '{{fail \"x\"}}'}}}}}]\n template: {metadata: {name: a}}",
			"/spec/generators/0/list/template/spec/source/path", "x"},
		{"a number without Go templates", "\n generators: [{list: {elements: [{id: 1}]}}]\n template: {metadata: {name: '{{id}}'}}",
			"/spec/generators/0/list/elements/0/id", "goTemplate: true"},
		{"a matrix of three", "\n generators: [{matrix: {generators: [{}, {}, {}]}}]",
			"/spec/generators/0/matrix", "two generators, this one 3"},
		{"rows that contradict", "\n generators: [{matrix: {generators: [{list: {elements: [{id: a}]}}, {list: {elements: [{id: b}]}}]}}]",
			"/spec/generators/0/matrix", "found duplicate key id with different value"},
		{"twins of a merge", "\n generators: [{merge: {mergeKeys: [id], generators: [{list: {elements: [{id: a}, {id: a}]}}, {list: {elements: []}}]}}]",
			"/spec/generators/0/merge/generators/0", "same merge keys"},
		{"two Applications of one name", list + "\n template: {metadata: {name: same}}",
			"/spec/template/metadata/name", "duplicate name: same"},
		{"no kind", "\n generators: [{lists: {}}]", "/spec/generators/0", "no kind that Argo CD knows"},
	}
	for _, each := range cases {
		t.Run(each.what, func(t *testing.T) {
			problems := expand(t, each.spec).Problems
			if len(problems) != 1 || problems[0].Path != each.path || !strings.Contains(problems[0].Message, each.message) {
				t.Fatalf("%+v", problems)
			}
		})
	}
}

func TestAFileThatDoesNotParseIsNamed(t *testing.T) {
	broken := tree{"conf/a.yaml": "a: [", "conf/b.yaml": "a: b"}
	set := map[string]any{}
	if err := json.Unmarshal([]byte(`{"spec": {"generators": [{"git": {"repoURL": "r", "files": [{"path": "conf"}]}}]}}`), &set); err != nil {
		t.Fatal(err)
	}
	reply := Expand(Request{Set: set}, broken)
	if len(reply.Problems) != 1 || reply.Problems[0].File != "conf/a.yaml" || !reflect.DeepEqual(reply.Repositories, []string{"r"}) {
		t.Fatalf("%+v", reply)
	}
}

func TestWhatTheRepositoryDoesNotAnswerIsUndecided(t *testing.T) {
	reply := expand(t, `
 generators: [{scmProvider: {}}, {list: {elements: [{id: a}]}}, {matrix: {generators: [{pullRequest: {}}, {list: {elements: [{m: a}]}}]}}, {plugin: {}}]
 template: {metadata: {name: "{{id}}"}}`)
	want := []Undecided{
		{"/spec/generators/0/scmProvider", "scmProvider"},
		{"/spec/generators/2/matrix/generators/0/pullRequest", "pullRequest"},
		{"/spec/generators/3/plugin", "plugin"},
	}
	if !reflect.DeepEqual(reply.Undecided, want) || len(reply.Applications) != 1 {
		t.Fatalf("%+v", reply)
	}
	set := map[string]any{"spec": map[string]any{"generators": []any{map[string]any{"clusters": map[string]any{}}}}}
	if none := Expand(Request{Set: set}, repository); len(none.Undecided) != 1 || none.Undecided[0].Kind != "clusters" {
		t.Fatalf("%+v", none)
	}
}

func TestRowsKnowWhereTheyAreWritten(t *testing.T) {
	reply := expand(t, `
 goTemplate: true
 generators: [{matrix: {generators: [{list: {elements: [{zone: eu}]}}, {git: {repoURL: r, files: [{path: "clusters/{{.zone}}/two/conf.json"}], values: {v: x}}}]}}]
 template: {metadata: {name: "{{.name}}"}}`)
	at := "/spec/generators/0/matrix/generators/"
	want := []Origin{{Path: at + "0/list/elements/0"}, {Path: "/1", File: "clusters/eu/two/conf.json"}, {Path: at + "1/git/values"}}
	if len(reply.Applications) != 2 || !reflect.DeepEqual(reply.Applications[1].From, want) {
		t.Fatalf("%+v", reply.Applications)
	}
}

func TestApplicationsKnowTheirGeneratorAndTheirElementOfAText(t *testing.T) {
	reply := expand(t, `
 goTemplate: true
 generators: [{list: {elements: [{id: a}], elementsYaml: "[{id: b}, {id: c}]"}}]
 template: {metadata: {name: "{{.id}}"}}`)
	paths := []string{"elements/0", "elementsYaml/0", "elementsYaml/1"}
	for i, want := range paths {
		got := reply.Applications[i]
		at := "/spec/generators/0/list"
		if got.Generator != at || len(got.From) != 1 || got.From[0].Path != at+"/"+want {
			t.Fatalf("%+v", got)
		}
	}
}

func TestATemplatePatchIsAStrategicMergeThatLeavesTheProjectAlone(t *testing.T) {
	reply := expand(t, `
 goTemplate: true
 generators: [{list: {elements: [{id: a, auto: true}, {id: b}]}}]
 templatePatch: |
   metadata: {finalizers: [x], annotations: {k: "{{.id}}"}}
   spec:
     project: evil
     source: {helm: {values: null, valueFiles: ["{{.id}}.yaml"]}}
   {{- if .auto}}
     syncPolicy: {automated: {}}
   {{- end}}
 template: {metadata: {name: "{{.id}}"}, spec: {project: good, source: {path: p, helm: {values: old, valueFiles: [base.yaml]}}}}`)
	if len(reply.Problems) > 0 || len(reply.Applications) != 2 {
		t.Fatalf("%+v", reply)
	}
	got, _ := json.Marshal(reply.Applications[0].Object)
	want := `{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"annotations":{"k":"a"},"finalizers":["x","resources-finalizer.argocd.argoproj.io"],"name":"a","namespace":"argocd"},"spec":{"project":"good","source":{"helm":{"valueFiles":["a.yaml"]},"path":"p"},"syncPolicy":{"automated":{}}}}`
	if string(got) != want {
		t.Fatal(string(got))
	}
}

func TestPathspecsMatchAsGitDoes(t *testing.T) {
	for _, each := range []struct {
		pattern, file string
		want          bool
	}{
		{"a/*.json", "a/b/c.json", true}, {"a/*.json", "b/a/c.json", false}, {"a", "a/b", true}, {"a/", "a/b", true},
		{"a", "ab", false}, {"./a/b", "a/b", true}, {"a/[!x]?.y", "a/bc.y", true}, {"a/[!b]?.y", "a/bc.y", false},
		{`a/\*.y`, "a/b.y", false}, {"**/c", "a/b/c", true}, {".", "x", true}, {path.Join("a", "["), "a/[", true},
	} {
		if got := pathspec(each.pattern)(each.file); got != each.want {
			t.Errorf("%s on %s: %v", each.pattern, each.file, got)
		}
	}
}
