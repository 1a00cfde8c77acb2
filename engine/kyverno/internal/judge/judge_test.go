package judge

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/contract"
)

const pod = `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  hostNetwork: true
  containers:
  - {name: web, image: 'ghcr.io/shop/web:1.2', securityContext: {privileged: true}}
  - {name: side, image: 'docker.io/library/envoy:v1'}
`

// objects reads YAML documents.
func objects(t *testing.T, text string) []contract.Object {
	t.Helper()
	var all []contract.Object
	for _, part := range regexp.MustCompile(`(?m)^---\s*$`).Split(text, -1) {
		var object contract.Object
		if err := yaml.Unmarshal([]byte(part), &object); err != nil {
			t.Fatal(err)
		}
		if object != nil {
			all = append(all, object)
		}
	}
	return all
}

type asked struct {
	policies, context, object string
	complete                  contract.Complete
	// isUserUnknown leaves out who asks.
	isUserUnknown bool
}

func ask(t *testing.T, a asked) contract.Answer {
	t.Helper()
	question := contract.Question{Context: objects(t, a.context), Complete: a.complete}
	for i, object := range objects(t, a.policies) {
		question.Policies = append(question.Policies, contract.Document{ID: fmt.Sprint("p", i), Object: object})
	}
	request := contract.Request{ID: "r", Object: objects(t, a.object)[0]}
	if !a.isUserUnknown {
		request.User = &contract.User{}
	}
	question.Requests = []contract.Request{request}
	return Judge(question)
}

// lines are the results as `policy/rule: result: reason or message`.
func lines(answer contract.Answer) string {
	var all []string
	for _, each := range answer.Results {
		all = append(all, strings.Trim(fmt.Sprintf("%s/%s: %s: %s", each.Policy, each.Rule, each.Result, each.Reason+each.Message), " :"))
	}
	for _, each := range answer.Problems {
		all = append(all, fmt.Sprintf("%s: problem at %s: %s", each.Document, each.At, each.Message))
	}
	return strings.Join(all, "\n")
}

func clusterPolicy(rule string) string {
	return "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec: {rules: [{name: r, " +
		"match: {any: [{resources: {kinds: [Pod]}}]}, " + rule + "}]}\n"
}

func celPolicy(kind, spec string) string {
	return "apiVersion: policies.kyverno.io/v1beta1\nkind: " + kind + "\nmetadata: {name: p}\nspec: {matchConstraints: " +
		"{resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, " + spec + "}\n"
}

const verifies = `verifyImages: [{imageReferences: ['ghcr.io/*'], attestors: [{entries: [{keys: {publicKeys: k}}]}]}]`

func TestUndecidedWithItsReason(t *testing.T) {
	configMaps := contract.Complete{Kinds: []contract.KnownKind{{Kind: "ConfigMap"}}}
	for name, c := range map[string]struct {
		asked asked
		want  string
	}{
		"images of a rule": {asked{policies: clusterPolicy(verifies)},
			"p/r: undecided: verifies the image ghcr.io/shop/web:1.2, which needs its registry"},
		"a rule for images that the object does not have": {
			asked{policies: clusterPolicy(strings.ReplaceAll(verifies, "ghcr.io", "quay.io"))}, ""},
		"images behind preconditions that do not hold": {
			asked{policies: clusterPolicy("preconditions: {all: [{key: a, operator: Equals, value: b}]}, " + verifies)},
			"p/r: skip: preconditions not met"},
		"a rule that generates": {asked{policies: clusterPolicy(
			"generate: {kind: ConfigMap, apiVersion: v1, name: zk, namespace: '{{request.object.metadata.name}}', data: {}}")},
			"p/r: undecided: generates the ConfigMap zk in namespace {{request.object.metadata.name}}, which happens in the background"},
		"a rule that changes other objects": {asked{policies: clusterPolicy(
			"mutate: {targets: [{apiVersion: v1, kind: Secret, name: s, namespace: x}], patchStrategicMerge: {}}")},
			"p/r: undecided: changes the Secret s in namespace x, which happens in the background"},
		"a ClusterCleanupPolicy": {asked{policies: "apiVersion: kyverno.io/v2\nkind: ClusterCleanupPolicy\nmetadata: {name: p}\n" +
			"spec: {match: {any: [{resources: {kinds: [Pod]}}]}, schedule: '*/5 * * * *'}"},
			`p/: undecided: deletes what it matches by the schedule "*/5 * * * *", in the background`},
		"a CleanupPolicy with conditions": {asked{policies: "apiVersion: kyverno.io/v2\nkind: CleanupPolicy\n" +
			"metadata: {name: p, namespace: shop}\nspec: {match: {any: [{resources: {kinds: [Pod]}}]}, schedule: '@daily', " +
			"conditions: {all: [{key: '{{target.metadata.name}}', operator: Equals, value: web}]}}"},
			`p/: undecided: deletes what it matches by the schedule "@daily", in the background and if its conditions hold then`},
		"a CleanupPolicy for other kinds": {asked{policies: "apiVersion: kyverno.io/v2\nkind: CleanupPolicy\n" +
			"metadata: {name: p, namespace: shop}\nspec: {match: {any: [{resources: {kinds: [Secret]}}]}, schedule: '@daily'}"}, ""},
		"a CleanupPolicy of another namespace": {asked{policies: "apiVersion: kyverno.io/v2\nkind: CleanupPolicy\n" +
			"metadata: {name: p, namespace: other}\nspec: {match: {any: [{resources: {kinds: [Pod]}}]}, schedule: '@daily'}"}, ""},
		"an ImageValidatingPolicy": {asked{policies: celPolicy("ImageValidatingPolicy",
			"matchImageReferences: [{glob: 'ghcr.io/*'}], attestors: [], validations: [{expression: 'true'}]")},
			"p/: undecided: verifies the images docker.io/library/envoy:v1, ghcr.io/shop/web:1.2, which needs their registries"},
		"an ImageValidatingPolicy whose conditions do not hold": {asked{policies: celPolicy("ImageValidatingPolicy",
			`matchConditions: [{name: c, expression: "object.metadata.name == 'db'"}]`)}, "p/: skip: skip"},
		"a GeneratingPolicy": {asked{policies: celPolicy("GeneratingPolicy", "generate: [{expression: 'generator.Apply(a, b)'}]")},
			"p/: undecided: generates other objects, which happens in the background"},
		"a DeletingPolicy": {asked{policies: strings.ReplaceAll(celPolicy("DeletingPolicy", "schedule: '@daily'"), "[CREATE]", "[DELETE]")},
			`p/: undecided: deletes what it matches by the schedule "@daily", in the background`},
		"a GeneratingPolicy for other kinds": {asked{policies: strings.ReplaceAll(
			celPolicy("GeneratingPolicy", "generate: [{expression: 'generator.Apply(a, b)'}]"), "[pods]", "[secrets]")}, ""},
		"an ImageValidatingPolicy with an exception": {asked{
			policies: celPolicy("ImageValidatingPolicy", "attestors: []"),
			context: "apiVersion: policies.kyverno.io/v1beta1\nkind: PolicyException\nmetadata: {name: e, namespace: x}\n" +
				"spec: {policyRefs: [{name: p, kind: ImageValidatingPolicy}]}"},
			"p/exception: skip: rule is skipped due to policy exception: x/e"},
		"a call that only the cluster answers": {asked{policies: clusterPolicy(
			"context: [{name: seen, apiCall: {urlPath: '/apis/metrics.k8s.io/v1beta1/nodes', jmesPath: 'items | length(@)'}}], " +
				"validate: {deny: {conditions: {all: [{key: '{{seen}}', operator: GreaterThan, value: 3}]}}}")},
			"p/r: undecided: needs GET /apis/metrics.k8s.io/v1beta1/nodes of the cluster"},
		"a call of a service": {asked{policies: clusterPolicy(
			"context: [{name: seen, apiCall: {method: POST, data: [], service: {url: 'https://say.example.com/ok'}}}], " +
				"validate: {deny: {conditions: {all: [{key: '{{seen.ok}}', operator: Equals, value: false}]}}}")},
			"p/r: undecided: needs the answer of https://say.example.com/ok to POST"},
		"a call of a service that nothing uses": {asked{policies: clusterPolicy(
			"context: [{name: seen, apiCall: {method: POST, data: [], service: {url: 'https://say.example.com/ok'}}}], " +
				"validate: {pattern: {metadata: {name: web}}}")},
			"p/r: pass: validation rule 'r' passed."},
		"a call that lists what is known": {asked{complete: configMaps,
			context: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}",
			policies: clusterPolicy("context: [{name: seen, apiCall: {urlPath: '/api/v1/namespaces/{{request.namespace}}/configmaps', " +
				"jmesPath: 'items | length(@)'}}], validate: {deny: {conditions: {all: [{key: '{{seen}}', operator: Equals, value: 1}]}}}")},
			"p/r: fail: validation error: rule r failed"},
		"a call that gets what is known": {asked{
			context: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata: {x: yes please}",
			policies: clusterPolicy("context: [{name: seen, apiCall: {urlPath: '/api/v1/namespaces/shop/configmaps/a', jmesPath: data.x}}], " +
				"validate: {message: 'is {{seen}}', deny: {conditions: {all: [{key: '{{seen}}', operator: Equals, value: yes please}]}}}")},
			"p/r: fail: is yes please"},
		"a ConfigMap": {asked{policies: clusterPolicy("context: [{name: seen, configMap: {name: a, namespace: shop}}], " +
			"validate: {deny: {conditions: {all: [{key: '{{seen.data.x}}', operator: Equals, value: y}]}}}")},
			"p/r: undecided: needs the ConfigMap a in namespace shop, which is not known here"},
		"a projection of a global entry": {asked{complete: configMaps,
			context: "apiVersion: kyverno.io/v2beta1\nkind: GlobalContextEntry\nmetadata: {name: g}\nspec: {kubernetesResource: " +
				"{version: v1, resource: configmaps, namespace: shop}, projections: [{name: names, jmesPath: '[].metadata.name'}]}\n" +
				"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}",
			policies: clusterPolicy("context: [{name: seen, globalReference: {name: g.names}}], " +
				"validate: {message: 'not {{seen[0]}}', deny: {conditions: {all: [{key: a, operator: AnyIn, value: '{{seen}}'}]}}}")},
			"p/r: fail: not a"},
		"a global entry in CEL": {asked{complete: configMaps,
			context: "apiVersion: kyverno.io/v2beta1\nkind: GlobalContextEntry\nmetadata: {name: g}\nspec: {apiCall: " +
				"{urlPath: /api/v1/namespaces/shop/configmaps}, projections: [{name: names, jmesPath: 'items[].metadata.name'}]}\n" +
				"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}",
			policies: celPolicy("ValidatingPolicy", `validations: [{expression: "!('a' in globalContext.Get('g', 'names'))", message: taken}]`)},
			"p/: fail: taken"},
		"a global entry that a service fills": {asked{
			context: "apiVersion: kyverno.io/v2beta1\nkind: GlobalContextEntry\nmetadata: {name: g}\nspec: {apiCall: " +
				"{service: {url: 'https://x.example.com'}}}",
			policies: celPolicy("ValidatingPolicy", `validations: [{expression: "globalContext.Get('g', '') == null"}]`)},
			"p/: undecided: needs the global context entry g, which a service outside of the cluster fills"},
	} {
		t.Run(name, func(t *testing.T) {
			c.asked.object = pod
			if got := lines(ask(t, c.asked)); got != c.want {
				t.Errorf("got\n%s\nnot\n%s", got, c.want)
			}
		})
	}
}
