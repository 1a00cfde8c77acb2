package policies

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.shop.example}
spec:
  group: shop.example
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer}
              port: {x-kubernetes-int-or-string: true}
              until: {type: string, format: date-time}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              pod: {type: object, x-kubernetes-embedded-resource: true}
`

const openDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.open.example}
spec:
  group: open.example
  names: {kind: Thing, plural: things}
  scope: Cluster
  versions:
  - {name: v1, served: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`

const (
	deployments = "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: [deployments]}"
	pods        = "{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}"
	configMaps  = "{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [configmaps]}"
	widgets     = "{apiGroups: [shop.example], apiVersions: [v1], operations: ['*'], resources: [widgets]}"
	things      = "{apiGroups: [open.example], apiVersions: [v1], operations: ['*'], resources: [things]}"
	unserved    = "{apiGroups: [gone.example], apiVersions: [v1], operations: ['*'], resources: [ghosts]}"
	anyGroup    = "{apiGroups: ['*'], apiVersions: [v1], operations: ['*'], resources: [deployments]}"
	anyResource = "{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: ['*', 'deployments/scale']}"
)

const brokenExpression = "object.spek."

// warned are the type warnings of one policy, by place.
func warned(t *testing.T, text string, definitions ...string) map[string]string {
	t.Helper()
	asked := contract.Question{}
	for _, each := range append([]string{text}, definitions...) {
		var object contract.Object
		if err := yaml.Unmarshal([]byte(each), &object); err != nil {
			t.Fatal(err)
		}
		if object["kind"] == "CustomResourceDefinition" {
			asked.Context = append(asked.Context, object)
		} else {
			asked.Policies = append(asked.Policies, contract.Document{ID: "p", Object: object})
		}
	}
	cache := NewCache()
	set := Read(asked.Policies, language.Newest, cache)
	before := len(set.Problems)
	for _, each := range set.Problems {
		if each.Severity == contract.SeverityError && !strings.Contains(text, brokenExpression) {
			t.Fatalf("the policy does not work: %+v", each)
		}
	}
	set.CheckTypes(world.New(asked), cache)
	again := Set{Validating: set.Validating}
	again.CheckTypes(world.New(asked), cache)
	if len(again.Problems) != len(set.Problems)-before {
		t.Errorf("the second time it says %+v", again.Problems)
	}
	found := map[string]string{}
	for _, each := range set.Problems[before:] {
		if each.Severity != contract.SeverityWarning || each.Document != "p" {
			t.Errorf("got %+v", each)
		}
		found[each.At] = each.Message
	}
	return found
}

func policyOver(rules, expression, more string) string {
	return `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: p}, spec: {` + more +
		`matchConstraints: {resourceRules: [` + rules + `]}, validations: [{expression: "` + expression + `"}]}}`
}

func TestAnExpressionIsCheckedAgainstTheFieldsOfWhatItsPolicyMatches(t *testing.T) {
	widgetParams := "paramKind: {apiVersion: shop.example/v1, kind: Widget}, "
	cases := map[string]struct {
		rules, expression, more string
		// warnings are parts of the warning, in order; none where the expression fits.
		warnings []string
	}{
		"a right one":                     {deployments, "object.spec.replicas > 1 && oldObject.spec.replicas > 1", "", nil},
		"a typo":                          {deployments, "object.spec.replicsa > 1", "", []string{"apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicsa'"}},
		"a typo in the old object":        {deployments, "oldObject.spek.replicas > 1", "", []string{"undefined field 'spek'"}},
		"a typo deep in lists":            {pods, "object.spec.containers.all(c, c.imagee != '')", "", []string{"/v1, Kind=Pod: ERROR", "undefined field 'imagee'"}},
		"a wrong type":                    {deployments, "object.spec.replicas == 'three'", "", []string{"no matching overload for '_==_' applied to '(int, string)'"}},
		"a field of one of two kinds":     {deployments + "," + pods, "object.spec.replicas > 1", "", []string{"/v1, Kind=Pod", "undefined field 'replicas'"}},
		"a typo in two kinds":             {deployments + "," + pods, "object.spek == null", "", []string{"/v1, Kind=Pod", "spek", "apps/v1, Kind=Deployment", "spek"}},
		"quantities as texts":             {pods, "object.spec.containers.all(c, quantity(c.resources.limits.cpu).isLessThan(quantity('1')))", "", nil},
		"a port by name or number":        {"{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [services]}", "object.spec.ports.all(p, p.targetPort == 80 || p.targetPort == 'http')", "", nil},
		"times and bytes as texts":        {"{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [secrets]}", "object.metadata.creationTimestamp != '' && object.data['a'] == 'YQ=='", "", nil},
		"labels":                          {deployments, "object.metadata.labels['a'] == 'b' && 'c' in object.metadata.annotations", "", nil},
		"a label as a number":             {deployments, "object.metadata.labels['a'] == 1", "", []string{"(string, int)"}},
		"the resource's authorizer":       {pods, "authorizer.requestResource.check('get').allowed()", "", nil},
		"a typo in a custom kind":         {widgets, "object.spec.sise > 1", "", []string{"shop.example/v1, Kind=Widget: ERROR", "undefined field 'sise'"}},
		"the metadata of a custom kind":   {widgets, "object.metadata.labels.size() > 0 && object.spec.size > 1 && object.spec.until == 'x'", "", nil},
		"what a custom kind leaves open":  {widgets, "object.spec.free.x == 1 && object.spec.pod.spec.y == 2 && (object.spec.port == 1 || object.spec.port == 'a')", "", nil},
		"a custom kind that is all open":  {things, "object.spec.x == 1", "", nil},
		"a parameter's typo":              {deployments, "object.spec.replicas < params.spec.sise", widgetParams, []string{"undefined field 'sise'"}},
		"a right parameter":               {deployments, "object.spec.replicas < params.spec.size", widgetParams, nil},
		"a parameter nobody knows":        {deployments, "object.spec.replicas < params.any.thing", "paramKind: {apiVersion: gone.example/v1, kind: Ghost}, ", nil},
		"its own kind as parameter":       {configMaps, "object.data['a'] == params.dat['a']", "paramKind: {apiVersion: v1, kind: ConfigMap}, ", []string{"undefined field 'dat'"}},
		"a kind that nobody serves":       {unserved, "object.any.thing == 1", "", nil},
		"any group":                       {anyGroup, "object.spek == null", "", nil},
		"any resource and a subresource":  {anyResource, "object.spek == null", "", nil},
		"a variable of the right type":    {deployments, "variables.count > 1", "variables: [{name: count, expression: object.spec.replicas}], ", nil},
		"a variable of the wrong type":    {deployments, "variables.count > 'a'", "variables: [{name: count, expression: object.spec.replicas}], ", []string{"(int, string)"}},
		"a variable that does not fit":    {deployments, "variables.count > 'a'", "variables: [{name: count, expression: object.spek.replicas}], ", nil},
		"what does not compile at all":    {deployments, brokenExpression, "", nil},
		"a request that has no such word": {deployments, "request.operation == 'CREATE' && object.spek == 1", "", []string{"undefined field 'spek'"}},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			found := warned(t, policyOver(each.rules, each.expression, each.more), definition, openDefinition)
			message, isWarned := found["/spec/validations/0/expression"]
			if isWarned != (each.warnings != nil) || len(found) > 1 {
				t.Fatalf("got %q", found)
			}
			for _, part := range each.warnings {
				_, rest, ok := strings.Cut(message, part)
				if !ok {
					t.Fatalf("%q is not in %q", part, message)
				}
				message = rest
			}
		})
	}
}

func TestAMessageIsCheckedToo(t *testing.T) {
	text := policyOver(deployments, "true', messageExpression: 'string(object.spec.replicsa)", "")
	text = strings.ReplaceAll(text, `"`, `'`)
	found := warned(t, text)
	if len(found) != 1 || !strings.Contains(found["/spec/validations/0/messageExpression"], "replicsa") {
		t.Errorf("got %q", found)
	}
}

func TestACustomKindIsCheckedAnewWhenItsDefinitionChanges(t *testing.T) {
	cache := NewCache()
	var policy, before, after contract.Object
	for text, into := range map[string]*contract.Object{
		policyOver(widgets, "object.spec.sise > 1", ""): &policy, definition: &before,
		strings.ReplaceAll(definition, "size:", "sise:"): &after,
	} {
		if err := yaml.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	documents := []contract.Document{{ID: "p", Object: policy}}
	for i, each := range []struct {
		context []contract.Object
		count   int
	}{{nil, 0}, {[]contract.Object{before}, 1}, {[]contract.Object{after}, 0}, {[]contract.Object{before}, 1}} {
		set := Set{Validating: Read(documents, language.Newest, cache).Validating}
		set.CheckTypes(world.New(contract.Question{Policies: documents, Context: each.context}), cache)
		if len(set.Problems) != each.count {
			t.Errorf("question %d: got %+v", i, set.Problems)
		}
	}
}
