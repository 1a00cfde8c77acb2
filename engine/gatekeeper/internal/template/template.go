// Package template reads ConstraintTemplates (templates.gatekeeper.sh) and compiles what they say.
package template

import (
	"fmt"
	"strconv"
	"strings"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/cel"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/rego"
	"plumbline.dev/engine/gatekeeper/internal/schema"
)

const (
	target     = "admission.k8s.gatekeeper.sh"
	regoEngine = "Rego"
	celEngine  = "K8sNativeValidation"
)

// Template is a compiled ConstraintTemplate. Of one with code for both engines the CEL decides, as in Gatekeeper, whose
// drivers are asked in that order; then Rego is nil.
type Template struct {
	Document   string
	Kind       string
	Parameters *schema.Schema
	// Operations for which the webhook asks the template; empty for all.
	Operations []string
	Rego       *rego.Policy
	CEL        *cel.Policy
	// MakesPolicy says that Gatekeeper may hand the CEL to the API server as a ValidatingAdmissionPolicy.
	MakesPolicy bool
}

// Is says whether an object is a ConstraintTemplate.
func Is(object kube.Object) bool {
	kind := object.GVK()
	return kind.Group == "templates.gatekeeper.sh" && kind.Kind == "ConstraintTemplate"
}

// Compile reads and compiles a template; without a template, the problems say why.
func Compile(document contract.Document) (*Template, []contract.Problem) {
	object := kube.Object(document.Object)
	fail := func(at, format string, values ...any) (*Template, []contract.Problem) {
		return nil, []contract.Problem{{Document: document.ID, Severity: contract.SeverityError, Message: fmt.Sprintf(format, values...), At: at}}
	}
	kind := object.Text("spec", "crd", "spec", "names", "kind")
	if kind == "" {
		return fail("/spec/crd/spec/names", "The template does not say the kind of its constraints: set spec.crd.spec.names.kind.")
	}
	if !strings.EqualFold(object.Name(), kind) || object.Name() != strings.ToLower(object.Name()) {
		return fail("/metadata/name", "The template's name must be %q, its kind in lower case, but is %q.", strings.ToLower(kind), object.Name())
	}
	targets := object.List("spec", "targets")
	if len(targets) != 1 {
		return fail("/spec/targets", "The template must have one target, but has %d.", len(targets))
	}
	parameters, err := schema.Parse(object.Map("spec", "crd", "spec", "validation", "openAPIV3Schema"), isLegacy(object))
	if err != nil {
		return fail("/spec/crd/spec/validation/openAPIV3Schema", "The template does not work: %v.", err)
	}
	only, _ := targets[0].(map[string]any)
	if name := kube.Object(only).Text("target"); name != target {
		return fail("/spec/targets/0/target", "The template's target must be %q, but is %q.", target, name)
	}
	made := &Template{Document: document.ID, Kind: kind, Parameters: parameters, Operations: texts(kube.Object(only).List("operations"))}
	return made, made.compileCode(document.ID, only)
}

// isLegacy says whether parameters may hold anything: v1 presets that to false, the versions before to true.
func isLegacy(object kube.Object) bool {
	said, isSaid := object.At("spec", "crd", "spec", "validation", "legacySchema").(bool)
	if isSaid {
		return said
	}
	return object.GVK().Version != "v1"
}

// compileCode compiles the code of the engine that decides. The older fields `rego` and `libs` stand above Rego in `code`.
func (t *Template) compileCode(document string, only kube.Object) []contract.Problem {
	sources := findSources(only)
	if source, ok := sources[celEngine]; ok {
		policy, problems := cel.Compile(source.object, source.at)
		t.CEL = policy
		t.MakesPolicy = source.object["generateVAP"] != false
		return celProblems(document, problems)
	}
	source, ok := sources[regoEngine]
	if !ok {
		return []contract.Problem{{Document: document, Severity: contract.SeverityError, At: "/spec/targets/0",
			Message: "The template has neither Rego nor CEL (K8sNativeValidation)."}}
	}
	policy, problems := rego.Compile(regoSource(source))
	t.Rego = policy
	return regoProblems(document, problems)
}

type code struct {
	object kube.Object
	at     string
}

func findSources(only kube.Object) map[string]code {
	sources := map[string]code{}
	for i, each := range only.List("code") {
		entry, _ := each.(map[string]any)
		engine := kube.Object(entry).Text("engine")
		if _, ok := sources[engine]; !ok {
			sources[engine] = code{kube.Object(entry).Map("source"), "/spec/targets/0/code/" + strconv.Itoa(i) + "/source"}
		}
	}
	if only.Text("rego") != "" {
		sources[regoEngine] = code{kube.Object{"rego": only["rego"], "libs": only["libs"]}, "/spec/targets/0"}
	}
	return sources
}

func regoSource(from code) rego.Source {
	source := rego.Source{
		Module: rego.Text{At: from.at + "/rego", Rego: from.object.Text("rego")},
		IsV1:   from.object.Text("version") == "v1",
	}
	for i, each := range texts(from.object.List("libs")) {
		source.Libs = append(source.Libs, rego.Text{At: from.at + "/libs/" + strconv.Itoa(i), Rego: each})
	}
	return source
}

func regoProblems(document string, from []rego.Problem) []contract.Problem {
	problems := make([]contract.Problem, 0, len(from))
	for _, each := range from {
		problems = append(problems, contract.Problem{Document: document, Severity: contract.SeverityError, Message: each.Message, At: each.At, Line: each.Line})
	}
	return problems
}

func celProblems(document string, from []cel.Problem) []contract.Problem {
	problems := make([]contract.Problem, 0, len(from))
	for _, each := range from {
		problems = append(problems, contract.Problem{Document: document, Severity: contract.SeverityError, Message: each.Message, At: each.At})
	}
	return problems
}

func texts(from []any) []string {
	var into []string
	for _, each := range from {
		if text, ok := each.(string); ok {
			into = append(into, text)
		}
	}
	return into
}
