// Package modern judges by the policies in CEL of policies.kyverno.io on Kyverno's own compilers and engines. They are
// compiled once and kept for later questions.
package modern

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	policies "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	mpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/mpol/compiler"
	mpolengine "github.com/kyverno/kyverno/pkg/cel/policies/mpol/engine"
	vpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/decode"
	"plumbline.dev/engine/kyverno/internal/request"
)

// Policy is a ValidatingPolicy, MutatingPolicy or one of their namespaced kinds, compiled with its exceptions.
type Policy struct {
	name, namespace string
	actions         []string
	constraints     *admissionregistrationv1.MatchResources
	validating      vpolengine.ProviderFunc
	mutating        mpolengine.Provider
	expressions     []string
	asks            asks
	isAdmitted      bool
	// beyond says why nothing here can decide whether the policy holds where it applies; nil for others.
	beyond func(*request.Request) string
}

// asks are what a policy's expressions mention that may not be known.
type asks struct{ user, namespace, http bool }

var (
	mentionsUser      = regexp.MustCompile(`\buserInfo\b|\bauthorizer\b`)
	mentionsNamespace = regexp.MustCompile(`\bnamespaceObject\b`)
	mentionsHTTP      = regexp.MustCompile(`\bhttp\s*\.\s*(Get|Post|Client)\b`)
)

// IsMutating tells of which of the two families a kind is.
func IsMutating(kind string) bool { return strings.HasSuffix(kind, "MutatingPolicy") }

// ReadException makes a PolicyException (policies.kyverno.io) of an object.
func ReadException(object contract.Object) (*policies.PolicyException, error) {
	exception := &policies.PolicyException{}
	return exception, decode.Into(object, exception)
}

// Compile makes a policy of an object.
func Compile(object contract.Object, exceptions []*policies.PolicyException) (*Policy, error) {
	kind, _ := object["kind"].(string)
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	p := &Policy{asks: asks{
		user: mentionsUser.Match(text), namespace: mentionsNamespace.Match(text), http: mentionsHTTP.Match(text),
	}}
	if IsMutating(kind) {
		return p, p.compileMutating(object, kind, exceptions)
	}
	return p, p.compileValidating(object, kind, exceptions)
}

func (p *Policy) compileValidating(object contract.Object, kind string, exceptions []*policies.PolicyException) error {
	var policy policies.ValidatingPolicyLike = &policies.ValidatingPolicy{}
	if strings.HasPrefix(kind, "Namespaced") {
		policy = &policies.NamespacedValidatingPolicy{}
	}
	if err := decode.Into(object, policy); err != nil {
		return err
	}
	spec := policy.GetValidatingPolicySpec()
	p.name, p.namespace, p.constraints = policy.GetName(), policy.GetNamespace(), spec.MatchConstraints
	p.isAdmitted = spec.AdmissionEnabled()
	for _, action := range spec.ValidationActions() {
		p.actions = append(p.actions, string(action))
	}
	for _, validation := range spec.Validations {
		p.expressions = append(p.expressions, validation.Expression)
	}
	provider, err := vpolengine.NewProvider(vpolcompiler.NewCompiler(), []policies.ValidatingPolicyLike{policy}, exceptions)
	if err != nil {
		return explain(err)
	}
	p.validating = provider
	return nil
}

func (p *Policy) compileMutating(object contract.Object, kind string, exceptions []*policies.PolicyException) error {
	var policy policies.MutatingPolicyLike = &policies.MutatingPolicy{}
	if strings.HasPrefix(kind, "Namespaced") {
		policy = &policies.NamespacedMutatingPolicy{}
	}
	if err := decode.Into(object, policy); err != nil {
		return err
	}
	spec := policy.GetSpec()
	p.name, p.namespace, p.constraints = policy.GetName(), policy.GetNamespace(), spec.MatchConstraints
	p.isAdmitted = spec.AdmissionEnabled()
	provider, err := mpolengine.NewProvider(mpolcompiler.NewCompiler(), []policies.MutatingPolicyLike{policy}, exceptions, current)
	if err != nil {
		return explain(err)
	}
	p.mutating = provider
	return nil
}

// fieldPath finds the field that the compiler names: `spec.validations[0].expression: Invalid value: …`.
var fieldPath = regexp.MustCompile(`\bspec(?:\.\w+|\[\d+\])+`)

// explain keeps what the compiler says of the field at fault.
func explain(err error) error {
	message := err.Error()
	found := fieldPath.FindStringIndex(message)
	if found == nil {
		return decode.Failure{Message: message, At: "/spec"}
	}
	field := message[found[0]:found[1]]
	return decode.Failure{Message: strings.TrimRight(message[found[0]:], ")]"), At: toPointer(field)}
}

func toPointer(field string) string {
	var text strings.Builder
	for _, part := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		fmt.Fprintf(&text, "/%s", part)
	}
	return text.String()
}

// at points to the expression that failed.
func at(properties map[string]string) string {
	index, err := strconv.Atoi(properties["cel.validationIndex"])
	if err != nil {
		return "/spec/validations"
	}
	return "/spec/validations/" + strconv.Itoa(index) + "/expression"
}

// Name is the policy's name.
func (p *Policy) Name() string { return p.name }
