package policies

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/contract"
)

const head = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: p}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
`

const binding = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: b}
spec: {policyName: p, validationActions: [Deny]}
`

func read(t *testing.T, texts ...string) Set {
	t.Helper()
	documents := []contract.Document{}
	for i, text := range texts {
		var object contract.Object
		if err := yaml.Unmarshal([]byte(text), &object); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, contract.Document{ID: string(rune('a' + i)), Object: object})
	}
	return Read(documents, language.Newest, NewCache())
}

func TestWhatIsWrongWithAPolicyIsSaidAtItsPlace(t *testing.T) {
	cases := map[string]struct {
		text        string
		severity    contract.Severity
		at, message string
	}{
		"a field that nobody knows": {
			head + "  validations: [{expression: 'true', mesage: x}]", "warning", "/spec/validations/0/mesage", "unknown field",
		},
		"a field of the wrong type": {
			head + "  validations: [{expression: 5}]", "error", "/spec/validations", "cannot unmarshal",
		},
		"an expression of the wrong type": {
			head + "  validations: [{expression: '1 + 1'}]", "error", "/spec/validations/0/expression", "must evaluate to bool",
		},
		"a variable that does not compile": {
			head + "  variables: [{name: v, expression: 'x.'}]\n  validations: [{expression: 'true'}]", "error",
			"/spec/variables/0/expression", "does not compile",
		},
		"a message that asks the authorizer": {
			head + "  validations: [{expression: 'true', messageExpression: 'string(authorizer.path(\"/\").check(\"get\").allowed())'}]",
			"error", "/spec/validations/0/messageExpression", "undeclared reference to 'authorizer'",
		},
		"a policy without rules": {head + "  failurePolicy: Fail", "error", "/spec", "spec.validations"},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			problems := read(t, each.text, binding).Problems
			if len(problems) != 1 {
				t.Fatalf("got %+v", problems)
			}
			got := problems[0]
			if got.Severity != each.severity || got.At != each.at || !strings.Contains(got.Message, each.message) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAPolicyFromAFileGetsTheApisDefaults(t *testing.T) {
	set := read(t, head+"  validations: [{expression: 'true'}]", binding)
	if len(set.Problems) != 0 || len(set.Validating) != 1 || len(set.Validating[0].Bindings) != 1 {
		t.Fatalf("got %+v", set)
	}
	policy := set.Validating[0]
	resources := policy.Constraints.GetMatchResources()
	if policy.IgnoresErrors || *resources.MatchPolicy != "Equivalent" || *resources.ResourceRules[0].Scope != "*" {
		t.Errorf("got %+v", resources)
	}
	selector, err := policy.Constraints.GetParsedNamespaceSelector()
	if err != nil || !selector.Empty() {
		t.Errorf("the selector is %v, %v", selector, err)
	}
}

func TestAPolicyIsCompiledOnceForTheSameDocument(t *testing.T) {
	cache := NewCache()
	document := contract.Document{ID: "a", Object: contract.Object{
		"apiVersion": group + "/v1", "kind": "ValidatingAdmissionPolicy", "metadata": contract.Object{"name": "p"},
	}}
	first := cache.policy(document, language.Newest, readValidating)
	if cache.policy(document, language.Newest, readValidating) != first {
		t.Error("the same document was read twice")
	}
	document.ID = "b"
	if cache.policy(document, language.Newest, readValidating) == first {
		t.Error("another document has the first one's policy")
	}
}
