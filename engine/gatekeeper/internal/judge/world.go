// Package judge judges admission requests by Gatekeeper's templates, constraints, configuration and expansions, at the
// point where the API server asks Gatekeeper's webhook.
package judge

import (
	"fmt"
	"sort"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/mutate"
	"plumbline.dev/engine/gatekeeper/internal/rego"
	"plumbline.dev/engine/gatekeeper/internal/template"
)

// world is all that one question says besides its requests.
type world struct {
	constraints []*constraint
	expansions  []*expansion
	mutators    []*mutate.Mutator
	exemptions  exemptions
	kinds       kindTable
	complete    contract.Complete
	namespaces  map[string]kube.Object
	inventory   rego.Inventory
	// endless are the templates whose Rego was broken off: they are not asked again.
	endless  map[*template.Template]string
	problems []contract.Problem
}

func newWorld(asked contract.Question) *world {
	w := &world{
		exemptions: exemptions{}, kinds: newKindTable(asked.Kinds), complete: asked.Complete,
		namespaces: map[string]kube.Object{}, endless: map[*template.Template]string{},
	}
	if asked.Complete.All {
		// Every cluster has it; the API server names it in a label.
		w.namespaces["default"] = kube.Object{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
			"name": "default", "labels": map[string]any{"kubernetes.io/metadata.name": "default"}}}
	}
	synced := syncList{}
	templates := map[string]*template.Template{}
	isBroken := map[string]bool{}
	for _, document := range asked.Policies {
		switch object := kube.Object(document.Object); {
		case template.Is(object):
			made, problems := compiled(document)
			w.problems = append(w.problems, problems...)
			kind := object.Text("spec", "crd", "spec", "names", "kind")
			isBroken[kind] = made == nil || made.Rego == nil && made.CEL == nil
			if !isBroken[kind] {
				templates[kind] = made
			}
		case isConfig(object):
			w.exemptions.add(object)
			synced.add(object.List("spec", "sync", "syncOnly"))
		case isSyncSet(object):
			synced.add(object.List("spec", "gvks"))
		case isExpansion(object):
			w.addExpansion(document)
		case mutate.Is(object):
			w.addMutator(document)
		}
	}
	for _, document := range asked.Policies {
		if kube.Object(document.Object).GVK().Group == constraintGroup {
			w.addConstraint(document, templates, isBroken, asked.Settings.EnforcementPoint)
		}
	}
	w.addContext(asked, synced)
	return w
}

func (w *world) addConstraint(document contract.Document, templates map[string]*template.Template, isBroken map[string]bool, point string) {
	kind := kube.Object(document.Object).GVK().Kind
	switch {
	case isBroken[kind]:
		w.problems = append(w.problems, warning(document.ID, "/kind", "The constraint is not judged: its template does not work."))
	case templates[kind] == nil:
		w.problems = append(w.problems, contract.Problem{Document: document.ID, Severity: contract.SeverityError, At: "/kind",
			Message: fmt.Sprintf("There is no ConstraintTemplate for constraints of kind %s.", kind)})
	default:
		if point == "" {
			point = webhookPoint
		}
		made, problems := readConstraint(document, templates, point)
		w.problems = append(w.problems, problems...)
		if made != nil && len(made.actions) > 0 {
			w.constraints = append(w.constraints, made)
		}
	}
}

// addContext files what is known besides policies. Namespaces that are to be admitted in the same question count as
// known: a Namespace is applied before what is in it.
func (w *world) addContext(asked contract.Question, synced syncList) {
	for _, request := range asked.Requests {
		if object := kube.Object(request.Object); object.IsNamespace() {
			w.namespaces[object.Name()] = object
		}
	}
	for _, each := range asked.Context {
		if object := kube.Object(each); object.IsNamespace() {
			w.namespaces[object.Name()] = object
		}
	}
	readsInventory := false
	for _, each := range w.constraints {
		readsInventory = readsInventory || each.template.Rego != nil && len(each.template.Rego.InventoryReads()) > 0
	}
	var objects []contract.Object
	if readsInventory {
		objects = asked.Context
	}
	w.inventory = makeInventory(objects, synced, w.exemptions)
	sort.SliceStable(w.constraints, func(i, j int) bool { return w.constraints[i].name < w.constraints[j].name })
}

// namespaceNeed says why a Namespace object is not known; empty when it is, or is known not to exist.
func (w *world) namespaceNeed(name string) string {
	if name == "" || w.namespaces[name] != nil || w.complete.Holds("", "Namespace", "") {
		return ""
	}
	return fmt.Sprintf("It depends on the Namespace %s, which is not known.", name)
}
