package mutate

import (
	"encoding/json"
	"strings"
	"testing"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
)

const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"containers":[` +
	`{"name":"web","image":"docker.io/web:1","args":["x"]},{"name":"api","image":"api"}]}}`

func read(t *testing.T, text string) kube.Object {
	t.Helper()
	var object kube.Object
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func TestApply(t *testing.T) {
	for name, each := range map[string]struct{ kind, spec, gone, come string }{
		"a value in every member of a list": {
			"Assign", `"location":"spec.containers[name:*].imagePullPolicy","parameters":{"assign":{"value":"Always"}}`,
			`"name":"api"`, `"imagePullPolicy":"Always","name":"api"`,
		},
		"a member that is not there is made": {
			"Assign", `"location":"spec.containers[name: new].image","parameters":{"assign":{"value":"n"}}`,
			`"name":"api"}]`, `"name":"api"},{"image":"n","name":"new"}]`,
		},
		"a test keeps it from being made": {
			"Assign", `"location":"spec.containers[name: new].image","parameters":{"pathTests":[{"subPath":"spec.containers[name: new]","condition":"MustExist"}],"assign":{"value":"n"}}`,
			"", "",
		},
		"a whole member": {
			"Assign", `"location":"spec.tolerations[key: a]","parameters":{"assign":{"value":{"key":"a"}}}`,
			`]}}`, `],"tolerations":[{"key":"a"}]}}`,
		},
		"a label is added": {
			"AssignMetadata", `"location":"metadata.labels.owner","parameters":{"assign":{"fromMetadata":{"field":"name"}}}`,
			`"a":"b"`, `"a":"b","owner":"p"`,
		},
		"a label is not changed": {
			"AssignMetadata", `"location":"metadata.labels.a","parameters":{"assign":{"value":"c"}}`, "", "",
		},
		"a set takes in": {
			"ModifySet", `"location":"spec.containers[name: web].args","parameters":{"values":{"fromList":["x","y"]}}`, `["x"]`, `["x","y"]`,
		},
		"a set gives back": {
			"ModifySet", `"location":"spec.containers[name: web].args","parameters":{"operation":"prune","values":{"fromList":["x"]}}`, `["x"]`, `[]`,
		},
		"the domain and the tag of an image": {
			"AssignImage", `"location":"spec.containers[name: web].image","parameters":{"assignDomain":"own.io","assignTag":"@sha256:1"}`,
			"docker.io/web:1", "own.io/web@sha256:1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			apply := `"applyTo":[{"groups":[""],"versions":["v1"],"kinds":["Pod"]}],`
			made, _, err := Parse(contract.Document{Object: read(t, `{"apiVersion":"mutations.gatekeeper.sh/v1","kind":"`+each.kind+`","metadata":{"name":"m"},"spec":{`+apply+each.spec+`}}`)})
			if err != nil {
				t.Fatal(err)
			}
			object := read(t, pod)
			before, _ := json.Marshal(object)
			if err := made.Apply(object); err != nil {
				t.Fatal(err)
			}
			after, _ := json.Marshal(object)
			want := string(before)
			if each.gone != "" {
				at := strings.LastIndex(want, each.gone)
				want = want[:at] + each.come + want[at+len(each.gone):]
			}
			if strings.Contains(each.spec, "name:*") {
				want = strings.Replace(want, `"name":"web"`, `"imagePullPolicy":"Always","name":"web"`, 1)
			}
			if string(after) != want {
				t.Errorf("got  %s\nwant %s", after, want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"metadata by Assign":         `{"kind":"Assign","spec":{"applyTo":[{}],"location":"metadata.name","parameters":{"assign":{"value":1}}}}`,
		"a field by AssignMetadata":  `{"kind":"AssignMetadata","spec":{"location":"spec.x","parameters":{"assign":{"value":"1"}}}}`,
		"a location it cannot read":  `{"kind":"Assign","spec":{"applyTo":[{}],"location":"spec..x"}}`,
		"a test beside the location": `{"kind":"Assign","spec":{"applyTo":[{}],"location":"spec.x","parameters":{"pathTests":[{"subPath":"spec.y","condition":"MustExist"}],"assign":{"value":1}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := Parse(contract.Document{Object: read(t, text)}); err == nil {
				t.Error("it is accepted")
			}
		})
	}
}
