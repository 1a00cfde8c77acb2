package judge

import (
	"fmt"
	"slices"
	"strings"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
)

// expansion is an ExpansionTemplate: what objects of some kinds would generate, as a Deployment generates Pods.
type expansion struct {
	name    string
	applyTo []applyTo
	source  []string
	kind    contract.GVK
	// action replaces the constraint's for violations of generated objects, unless empty.
	action string
}

type applyTo struct{ groups, versions, kinds []any }

// mostGenerations ends templates that generate for each other in a circle, as in Gatekeeper.
const mostGenerations = 30

func isExpansion(object kube.Object) bool {
	kind := object.GVK()
	return kind.Group == "expansion.gatekeeper.sh" && kind.Kind == "ExpansionTemplate"
}

func (w *world) addExpansion(document contract.Document) {
	object := kube.Object(document.Object)
	made := &expansion{
		name:   object.Name(),
		kind:   contract.GVK{Group: object.Text("spec", "generatedGVK", "group"), Version: object.Text("spec", "generatedGVK", "version"), Kind: object.Text("spec", "generatedGVK", "kind")},
		action: object.Text("spec", "enforcementAction"),
	}
	for _, each := range object.List("spec", "applyTo") {
		entry, _ := each.(map[string]any)
		said := kube.Object(entry)
		made.applyTo = append(made.applyTo, applyTo{said.List("groups"), said.List("versions"), said.List("kinds")})
	}
	source := object.Text("spec", "templateSource")
	made.source = strings.Split(source, ".")
	refusal := ""
	switch {
	case source == "":
		refusal = "The ExpansionTemplate does not say where the generated object is: set spec.templateSource."
	case made.kind == contract.GVK{}:
		refusal = "The ExpansionTemplate does not say what is generated: set spec.generatedGVK."
	case len(made.applyTo) == 0:
		refusal = "The ExpansionTemplate does not say what it applies to: set spec.applyTo."
	case made.appliesTo(made.kind):
		refusal = "The ExpansionTemplate applies to what it generates."
	}
	if refusal != "" {
		w.problems = append(w.problems, contract.Problem{Document: document.ID, Severity: contract.SeverityError, Message: refusal, At: "/spec"})
		return
	}
	w.expansions = append(w.expansions, made)
}

func (e *expansion) appliesTo(kind contract.GVK) bool {
	return slices.ContainsFunc(e.applyTo, func(each applyTo) bool {
		return slices.Contains(each.groups, any(kind.Group)) && slices.Contains(each.versions, any(kind.Version)) && slices.Contains(each.kinds, any(kind.Kind))
	})
}

// expand gives the objects that a request would generate, and why some cannot be known.
func (w *world) expand(base *review) (generated []*review, failure string) {
	if base.main() == nil || len(w.expansions) == 0 {
		return nil, ""
	}
	pending := []*review{base}
	for generation := 0; len(pending) > 0; generation++ {
		if generation >= mostGenerations {
			return nil, "ExpansionTemplates generate for each other in a circle."
		}
		var next []*review
		for _, parent := range pending {
			children, err := w.expandOne(parent)
			if err != "" {
				return nil, err
			}
			next = append(next, children...)
		}
		generated = append(generated, next...)
		pending = next
	}
	return generated, ""
}

func (w *world) expandOne(parent *review) (children []*review, failure string) {
	object := parent.main()
	for _, each := range w.expansions {
		if !each.appliesTo(object.GVK()) {
			continue
		}
		source := object.Map(each.source...)
		if source == nil {
			return nil, fmt.Sprintf("ExpansionTemplate %s finds nothing at %s.", each.name, strings.Join(each.source, "."))
		}
		children = append(children, w.newChild(parent, each, kube.Object(source).Copy()))
	}
	return children, ""
}

// newChild completes a generated object as Gatekeeper does: the kind, the generator's namespace and a name made of its
// own, and the generator as owner.
func (w *world) newChild(parent *review, by *expansion, object kube.Object) *review {
	generator := parent.main()
	version := by.kind.Version
	if by.kind.Group != "" {
		version = by.kind.Group + "/" + by.kind.Version
	}
	object["apiVersion"], object["kind"] = version, by.kind.Kind
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		object["metadata"] = metadata
	}
	if parent.namespace != "" {
		metadata["namespace"] = parent.namespace
	}
	metadata["name"] = strings.ToLower(generator.Name() + "-" + by.kind.Kind)
	owners, _ := metadata["ownerReferences"].([]any)
	metadata["ownerReferences"] = append(owners, map[string]any{
		"apiVersion": generator.Text("apiVersion"), "kind": generator.Text("kind"), "name": generator.Name(), "uid": "",
	})
	child := &review{
		asked: parent.asked, operation: parent.operation, kind: by.kind, name: kube.Object(object).Name(), object: object,
		namespace: parent.namespace, namespaceObject: parent.namespaceObject, namespaceNeed: parent.namespaceNeed,
		expansion: by, root: append(append([]string{}, parent.root...), by.source...),
	}
	w.addSubjects(child, match.Generated, "")
	w.mutateReview(child)
	return child
}

// inRequest is a path in the object under review as a pointer in the request's own object; empty for what only the
// generated object has.
func (r *review) inRequest(path []string) string {
	if len(path) == 0 {
		return ""
	}
	if r.expansion == nil {
		return contract.Pointer(path...)
	}
	whole := append(append([]string{}, r.root...), path...)
	if kube.Object(r.asked.Object).At(firstKeys(whole)...) == nil {
		return ""
	}
	return contract.Pointer(whole...)
}

// firstKeys are the keys before the first index, for a look-up through objects only.
func firstKeys(path []string) []string {
	for i, key := range path {
		if key != "" && strings.Trim(key, "0123456789") == "" {
			return path[:i]
		}
	}
	return path
}
