package judge

import (
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
)

// ignoreLabel on a Namespace keeps Gatekeeper's webhook from being asked; its value does not matter.
const ignoreLabel = "admission.gatekeeper.sh/ignore"

// exemptions are the namespaces that Gatekeeper's Config leaves out, as patterns by process.
type exemptions map[string][]string

var processes = []string{"audit", "webhook", "mutation-webhook", "sync"}

func isConfig(object kube.Object) bool {
	kind := object.GVK()
	return kind.Group == "config.gatekeeper.sh" && kind.Kind == "Config"
}

func (e exemptions) add(config kube.Object) {
	for _, each := range config.List("spec", "match") {
		entry, _ := each.(map[string]any)
		for _, process := range kube.Object(entry).List("processes") {
			names := []string{}
			if process == "*" {
				names = processes
			} else if name, ok := process.(string); ok {
				names = []string{name}
			}
			for _, name := range names {
				for _, namespace := range kube.Object(entry).List("excludedNamespaces") {
					if pattern, ok := namespace.(string); ok {
						e[name] = append(e[name], pattern)
					}
				}
			}
		}
	}
}

// covers says whether a process leaves an object out: by its namespace, or by its name when it is a Namespace.
func (e exemptions) covers(process string, object kube.Object) bool {
	name := object.Namespace()
	if object.IsNamespace() {
		name = object.Name()
	}
	for _, pattern := range e[process] {
		if match.Glob(pattern, name) {
			return true
		}
	}
	return false
}

// whyExempt is why the webhook is not asked about an object; empty when it is.
func (w *world) whyExempt(process string, subject match.Subject) string {
	if w.exemptions.covers(process, subject.Object) {
		return "Gatekeeper's Config leaves the namespace out."
	}
	labelled := subject.Namespace
	if subject.Object.IsNamespace() {
		labelled = subject.Object
	}
	if _, isIgnored := labelled.Texts("metadata", "labels")[ignoreLabel]; isIgnored {
		return "The Namespace has the label " + ignoreLabel + "."
	}
	return ""
}
