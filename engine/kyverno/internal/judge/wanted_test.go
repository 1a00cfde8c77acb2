package judge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const hardened = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  hostNetwork: true
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: web
    image: web:1
    securityContext: {allowPrivilegeEscalation: true, capabilities: {drop: [ALL]}}
`

func deny(condition string) string {
	return clusterPolicy("validate: {message: not so, deny: {conditions: {any: [" + condition + "]}}}")
}

// Values are proven: the object that has them is judged once more.
func TestFieldAtFaultAndValueThatWouldDo(t *testing.T) {
	for name, c := range map[string]struct{ policies, path, wanted string }{
		"a pattern":                                 {clusterPolicy("validate: {pattern: {spec: {hostNetwork: false}}}"), "/spec/hostNetwork", "/spec/hostNetwork=false"},
		"a pattern of a key that is missing":        {clusterPolicy("validate: {pattern: {metadata: {labels: {tier: front}}}}"), "/metadata/labels/tier", "/metadata/labels/tier=\"front\""},
		"a pattern with a choice":                   {clusterPolicy("validate: {pattern: {metadata: {labels: {app: 'a | b'}}}}"), "/metadata/labels/app", ""},
		"anyPattern with one branch":                {clusterPolicy("validate: {anyPattern: [{spec: {hostNetwork: false}}]}"), "/spec/hostNetwork", "/spec/hostNetwork=false"},
		"anyPattern with two branches":              {clusterPolicy("validate: {anyPattern: [{spec: {hostNetwork: false}}, {spec: {hostPID: true}}]}"), "/spec/hostNetwork", ""},
		"deny unless it equals":                     {deny("{key: '{{ request.object.metadata.labels.app }}', operator: NotEquals, value: shop}"), "", "/metadata/labels/app=\"shop\""},
		"deny if it is true":                        {deny("{key: '{{ request.object.spec.hostNetwork || `false` }}', operator: Equals, value: true}"), "", "/spec/hostNetwork=false"},
		"deny if it equals a text":                  {deny("{key: '{{ request.object.metadata.labels.app }}', operator: Equals, value: web}"), "", ""},
		"deny by two conditions of which one holds": {deny("{key: '{{ request.object.metadata.labels.app }}', operator: NotEquals, value: shop}, {key: '{{ request.object.metadata.name }}', operator: Equals, value: web}"), "", ""},
		"Pod Security, with two fields at fault": {clusterPolicy("validate: {podSecurity: {level: restricted, version: latest}}"),
			"/spec/containers/0/securityContext/allowPrivilegeEscalation", "/spec/containers/0/securityContext/allowPrivilegeEscalation=false"},
		"Pod Security, baseline": {clusterPolicy("validate: {podSecurity: {level: baseline, version: latest}}"), "/spec/hostNetwork", "/spec/hostNetwork=false"},
		"CEL that compares with a constant": {clusterPolicy(`validate: {cel: {expressions: [{expression: "object.metadata.labels.app == 'shop'"}]}}`),
			"", "/metadata/labels/app=\"shop\""},
		"CEL that negates": {celPolicy("ValidatingPolicy", `validations: [{expression: "!has(object.spec.hostNetwork) || !object.spec.hostNetwork"}]`),
			"", "/spec/hostNetwork=false"},
		"CEL over containers": {celPolicy("ValidatingPolicy",
			`validations: [{expression: "object.spec.containers.all(c, c.securityContext.allowPrivilegeEscalation == false)"}]`),
			"", "/spec/containers/0/securityContext/allowPrivilegeEscalation=false"},
		"CEL that leaves a choice": {celPolicy("ValidatingPolicy",
			`validations: [{expression: "object.metadata.labels.app == 'a' || object.metadata.labels.app == 'b'"}]`), "", ""},
		"CEL where another validation fails too": {celPolicy("ValidatingPolicy",
			`validations: [{expression: "object.spec.hostNetwork == false"}, {expression: "object.metadata.name == 'x'"}]`), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			results := ask(t, asked{policies: c.policies, object: hardened}).Results
			if len(results) != 1 || results[0].Result != "fail" {
				t.Fatalf("got %+v", results)
			}
			path, wanted := "", ""
			if results[0].Path != nil {
				path = *results[0].Path
			}
			if results[0].Wanted != nil {
				value, _ := json.Marshal(results[0].Wanted.Value)
				wanted = fmt.Sprintf("%s=%s", results[0].Wanted.Path, value)
			}
			if path != c.path || wanted != c.wanted {
				t.Errorf("got path %q and wanted %q, not %q and %q: %s", path, wanted, c.path, c.wanted, results[0].Message)
			}
		})
	}
}

func TestConditionsSayWhatTheyRead(t *testing.T) {
	policy := deny("{key: '{{ request.object.spec.containers[0].image }}', operator: Equals, value: 'web:*'}")
	results := ask(t, asked{policies: policy, object: hardened}).Results
	if got := strings.Join(results[0].Reads, " "); got != "/spec/containers/0/image" {
		t.Errorf("read %s", got)
	}
}
