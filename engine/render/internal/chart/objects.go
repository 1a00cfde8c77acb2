package chart

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/yaml"
)

// objectsOf turns rendered texts into objects in Helm's order of installation.
func (l *loadedChart) objectsOf(files map[string]string, skipCRDs bool) ([]Object, []Problem) {
	for name := range files {
		// Notes are text for people.
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	into := &objectList{chart: l, objects: []Object{}, problems: []Problem{}}
	if !skipCRDs {
		for _, crd := range l.chart.CRDObjects() {
			for _, text := range documents(string(crd.File.Data)) {
				into.add(crd.Filename, text, Object{IsCRD: true, Hooks: []string{}})
			}
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return into.objects, []Problem{l.explain(err)}
	}
	for _, each := range manifests {
		into.add(each.Name, each.Content, Object{Hooks: []string{}})
	}
	for _, each := range hooks {
		events := make([]string, 0, len(each.Events))
		for _, event := range each.Events {
			events = append(events, string(event))
		}
		into.add(each.Path, each.Manifest, Object{Hooks: events})
	}
	return into.objects, into.problems
}

type objectList struct {
	chart    *loadedChart
	objects  []Object
	problems []Problem
}

// add reads one document; empty ones and comments are passed over, as by kubectl.
func (o *objectList) add(name, text string, object Object) {
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		o.problems = append(o.problems, o.chart.explain(fmt.Errorf("%s: %w", name, err)))
		return
	}
	if string(raw) == "null" {
		return
	}
	object.Object = json.RawMessage(raw)
	object.File = o.chart.names[name]
	o.objects = append(o.objects, object)
}

// documents splits a file of several objects, in order.
func documents(text string) []string {
	parts := releaseutil.SplitManifests(text)
	keys := make([]string, 0, len(parts))
	for key := range parts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if releaseutil.BySplitManifestsOrder([]string{a, b}).Less(0, 1) {
			return -1
		}
		return 1
	})
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		out = append(out, parts[key])
	}
	return out
}

// lookups answers a template's questions to the cluster with what is known, else with nothing as `helm template` does, and
// notes them.
type lookups struct {
	answers map[string]json.RawMessage
	asked   map[string]struct{}
}

func (l lookups) answer(apiVersion, kind, namespace, name string) (map[string]any, error) {
	question := strings.Join([]string{apiVersion, kind, namespace, name}, " ")
	l.asked[question] = struct{}{}
	known := map[string]any{}
	if raw, ok := l.answers[question]; ok && string(raw) != "null" {
		if err := json.Unmarshal(raw, &known); err != nil {
			return nil, fmt.Errorf("the answer to %q is no object: %w", question, err)
		}
	}
	return known, nil
}

func (l lookups) questions() []string {
	out := make([]string, 0, len(l.asked))
	for each := range l.asked {
		out = append(out, each)
	}
	slices.Sort(out)
	return out
}
