package modern

import (
	"encoding/json"
	"testing"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/known"
	"plumbline.dev/engine/kyverno/internal/request"
	"plumbline.dev/engine/kyverno/internal/values"
)

const adding = `{"apiVersion":"policies.kyverno.io/v1beta1","kind":"MutatingPolicy","metadata":{"name":"add"},"spec":{
"matchConstraints":{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["CREATE"],"resources":["*"]}]},
"mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":
"Object{spec: Object.spec{containers: [Object.spec.containers{name: 'web', imagePullPolicy: 'Always'}]}}"}}]}}`

// An apply configuration merges containers by their names, and keeps the fields that it does not name.
func TestApplyConfigurationMergesByName(t *testing.T) {
	var policy, pod contract.Object
	for text, into := range map[string]*contract.Object{
		adding: &policy,
		`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"containers":[
			{"name":"web","image":"nginx"},{"name":"log","image":"fluentd"}]}}`: &pod,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	question := contract.Question{Complete: contract.Complete{All: true}}
	world := known.NewWorld(question)
	given, _ := values.Read(nil)
	engine := NewEngine(world)
	compiled, err := Compile(policy, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := request.New(contract.Request{ID: "r", Object: pod, User: &contract.User{}}, world, given).WithOperation(nil)
	results, patched := engine.Mutate(asked, "p", compiled)
	text, _ := json.Marshal(patched["spec"])
	want := `{"containers":[{"image":"nginx","imagePullPolicy":"Always","name":"web"},{"image":"fluentd","name":"log"}]}`
	if string(text) != want {
		t.Errorf("%s is not %s: %+v", text, want, results)
	}
}
