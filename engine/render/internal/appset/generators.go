package appset

import (
	"encoding/json"
	"fmt"
	"strings"

	"dario.cat/mergo"
	"sigs.k8s.io/yaml"
)

// result is what one kind of one generator makes.
type result struct {
	rows     []row
	template map[string]any
	// at is the pointer of the generator's options, for what its own template holds.
	at string
}

// kinds are the generators in Argo CD's order; an entry may hold several.
var kinds = []string{
	"list", "clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "matrix", "merge", "plugin",
}

// transform makes the parameters of one entry of a list of generators, those of the generator before put in first. A kind
// that fails is told and left out.
func (e *expansion) transform(entry any, at string, base map[string]any, before map[string]any, fail func(error)) []result {
	written, _ := entry.(map[string]any)
	selector, err := selectorOf(mapAt(written, "selector"))
	if err != nil {
		fail(&Problem{Path: at + "/selector", Message: err.Error()})
		return nil
	}
	results := []result{}
	isKnown := false
	for _, kind := range kinds {
		if written[kind] == nil {
			continue
		}
		isKnown = true
		rows, err := e.rowsOf(written, kind, at, before)
		if err != nil {
			fail(err)
			continue
		}
		kept := []row{}
		for _, each := range rows {
			if selector.matches(flatten(each.values)) {
				kept = append(kept, each)
			}
		}
		options, _ := written[kind].(map[string]any)
		results = append(results, result{kept, laidUnder(mapAt(options, "template"), base), at + "/" + kind})
	}
	if !isKnown {
		fail(&Problem{Path: at, Message: "This generator is of no kind that Argo CD knows."})
	}
	return results
}

// rowsOf makes the parameters of one kind of an entry.
func (e *expansion) rowsOf(written map[string]any, kind, at string, before map[string]any) ([]row, error) {
	at += "/" + kind
	options, _ := written[kind].(map[string]any)
	if len(before) > 0 {
		filled, err := e.templates.fill(options, before, at)
		if err != nil {
			return nil, err
		}
		options, _ = filled.(map[string]any)
	}
	switch kind {
	case "list":
		return e.list(options, at)
	case "clusters":
		return e.clusterRows(options, at)
	case "git":
		return e.git(options, at)
	case "matrix":
		return e.matrix(options, at)
	case "merge":
		return e.merge(options, at)
	default:
		return nil, &Undecided{Path: at, Kind: kind}
	}
}

func (e *expansion) list(options map[string]any, at string) ([]row, error) {
	rows := []row{}
	for i, each := range listAt(options, "elements") {
		from := Origin{Path: fmt.Sprintf("%s/elements/%d", at, i)}
		element, ok := each.(map[string]any)
		if !ok {
			return nil, &Problem{Path: from.Path, Message: "An element of a list generator is a map."}
		}
		values, err := e.elementValues(element, from.Path)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{values, []Origin{from}})
	}
	text := stringAt(options, "elementsYaml")
	if text == "" {
		return rows, nil
	}
	from := Origin{Path: at + "/elementsYaml"}
	elements := []map[string]any{}
	if err := yaml.Unmarshal([]byte(text), &elements); err != nil {
		return nil, &Problem{Path: from.Path, Message: "The elements are no YAML list of maps: " + err.Error()}
	}
	for i, each := range elements {
		rows = append(rows, row{each, []Origin{{Path: fmt.Sprintf("%s/%d", from.Path, i)}}})
	}
	return rows, nil
}

// elementValues are an element's parameters; without Go templates they are texts, `values` one level deeper.
func (e *expansion) elementValues(element map[string]any, at string) (map[string]any, error) {
	if e.templates.isGo {
		return clone(element), nil
	}
	flat := map[string]any{}
	for key, value := range element {
		below := at + "/" + escapeToken(key)
		inner, isMap := value.(map[string]any)
		if key != "values" || !isMap {
			inner = map[string]any{"": value}
		}
		for name, each := range inner {
			text, isText := each.(string)
			if !isText {
				message := fmt.Sprintf("Without goTemplate, parameters are texts: %v is none. Quote it, or set goTemplate: true.", each)
				return nil, &Problem{Path: strings.TrimSuffix(below+"/"+escapeToken(name), "/"), Message: message}
			}
			flat[strings.TrimSuffix(key+"."+name, ".")] = text
		}
	}
	return flat, nil
}

// clusterRows are the hub's clusters; the local one has no Secret and no labels, so that a selector leaves it out.
func (e *expansion) clusterRows(options map[string]any, at string) ([]row, error) {
	if e.clusters == nil {
		return nil, &Undecided{Path: at, Kind: "clusters"}
	}
	selector, err := selectorOf(mapAt(options, "selector"))
	if err != nil {
		return nil, &Problem{Path: at + "/selector", Message: err.Error()}
	}
	local, remote := []row{}, []row{}
	for _, cluster := range e.clusters {
		if cluster.IsLocal && !selector.isEmpty() || !cluster.IsLocal && !selector.matches(cluster.Labels) {
			continue
		}
		values := e.clusterValues(cluster)
		from, err := e.addValues(options, values, at)
		if err != nil {
			return nil, err
		}
		if cluster.IsLocal {
			local = append(local, row{values, from})
		} else {
			remote = append(remote, row{values, from})
		}
	}
	rows := append(local, remote...)
	if flat, _ := options["flatList"].(bool); flat {
		all := make([]any, len(rows))
		for i, each := range rows {
			all[i] = each.values
		}
		return []row{{values: map[string]any{"clusters": all}}}, nil
	}
	return rows, nil
}

func (e *expansion) clusterValues(cluster Cluster) map[string]any {
	values := map[string]any{
		"name":           cluster.Name,
		"nameNormalized": normalize(cluster.Name),
		"server":         cluster.Server,
		"project":        cluster.Project,
	}
	if cluster.IsLocal {
		values["nameNormalized"] = cluster.Name
		return values
	}
	metadata := map[string]any{}
	for kind, pairs := range map[string]map[string]string{"annotations": cluster.Annotations, "labels": cluster.Labels} {
		inner := map[string]any{}
		for key, value := range pairs {
			inner[key] = value
			if !e.templates.isGo {
				values["metadata."+kind+"."+key] = value
			}
		}
		if len(inner) > 0 {
			metadata[kind] = inner
		}
	}
	if e.templates.isGo {
		values["metadata"] = metadata
	}
	return values
}

// addValues adds a generator's own `values`, in which the parameters made so far are put.
func (e *expansion) addValues(options map[string]any, params map[string]any, at string) ([]Origin, error) {
	written := mapAt(options, "values")
	if len(written) == 0 {
		return nil, nil
	}
	filled := map[string]any{}
	for key, value := range written {
		text, err := e.templates.replace(fmt.Sprint(value), params)
		if err != nil {
			return nil, &Problem{Path: at + "/values/" + escapeToken(key), Message: err.Error()}
		}
		filled[key] = text
	}
	if e.templates.isGo {
		params["values"] = filled
	} else {
		for key, value := range filled {
			params["values."+key] = value
		}
	}
	return []Origin{{Path: at + "/values"}}, nil
}

// matrix joins every row of the first generator with every row that the second makes of it.
func (e *expansion) matrix(options map[string]any, at string) ([]row, error) {
	generators := listAt(options, "generators")
	if len(generators) != 2 {
		return nil, &Problem{Path: at, Message: fmt.Sprintf("A matrix generator has two generators, this one %d.", len(generators))}
	}
	first, err := e.nested(generators[0], at+"/generators/0", nil)
	if err != nil {
		return nil, err
	}
	rows := []row{}
	for _, a := range first {
		second, err := e.nested(generators[1], at+"/generators/1", a.values)
		if err != nil {
			return nil, err
		}
		for _, b := range second {
			values, err := e.join(a.values, b.values)
			if err != nil {
				return nil, &Problem{Path: at, Message: err.Error()}
			}
			rows = append(rows, row{values, append(append([]Origin{}, a.from...), b.from...)})
		}
	}
	return rows, nil
}

// join puts two rows together: the first generator's values win with Go templates, else they must not contradict.
func (e *expansion) join(a, b map[string]any) (map[string]any, error) {
	joined := map[string]any{}
	if e.templates.isGo {
		for _, each := range []map[string]any{b, a} {
			if err := mergo.Merge(&joined, clone(each), mergo.WithOverride); err != nil {
				return nil, err
			}
		}
		return joined, nil
	}
	for _, each := range []map[string]any{a, b} {
		for key, value := range each {
			text := fmt.Sprint(value)
			if known, ok := joined[key]; ok && known != text {
				return nil, fmt.Errorf("found duplicate key %s with different value, a: %s ,b: %s", key, known, text)
			}
			joined[key] = text
		}
	}
	return joined, nil
}

// merge lays the rows of further generators over those of the first that agree in the merge keys.
func (e *expansion) merge(options map[string]any, at string) ([]row, error) {
	generators, keys := listAt(options, "generators"), listAt(options, "mergeKeys")
	if len(generators) < 2 {
		return nil, &Problem{Path: at, Message: "A merge generator has two or more generators."}
	}
	if len(keys) == 0 {
		return nil, &Problem{Path: at, Message: "A merge generator needs mergeKeys."}
	}
	var base []row
	for i, generator := range generators {
		below := fmt.Sprintf("%s/generators/%d", at, i)
		rows, err := e.nested(generator, below, nil)
		if err != nil {
			return nil, err
		}
		byKey := map[string]row{}
		for _, each := range rows {
			key := mergeKey(each.values, keys)
			if _, isTwin := byKey[key]; isTwin {
				return nil, &Problem{Path: below, Message: "Two rows of this generator have the same merge keys: " + key}
			}
			byKey[key] = each
		}
		if i == 0 {
			base = rows
			continue
		}
		for j, each := range base {
			over, found := byKey[mergeKey(each.values, keys)]
			if !found {
				continue
			}
			if base[j], err = e.overlay(each, over); err != nil {
				return nil, &Problem{Path: below, Message: err.Error()}
			}
		}
	}
	return base, nil
}

func (e *expansion) overlay(base, over row) (row, error) {
	values := clone(base.values)
	if e.templates.isGo {
		if err := mergo.Merge(&values, clone(over.values), mergo.WithOverride); err != nil {
			return row{}, err
		}
	} else {
		for key, value := range over.values {
			values[key] = value
		}
	}
	return row{values, append(append([]Origin{}, base.from...), over.from...)}, nil
}

func mergeKey(values map[string]any, keys []any) string {
	wanted := map[string]any{}
	for _, key := range keys {
		if name, ok := key.(string); ok {
			wanted[name] = values[name]
		}
	}
	text, _ := json.Marshal(wanted)
	return string(text)
}

// nested makes the rows of a generator inside another; there is one kind in each.
func (e *expansion) nested(entry any, at string, before map[string]any) ([]row, error) {
	var failed error
	results := e.transform(entry, at, nil, before, func(err error) {
		if failed == nil {
			failed = err
		}
	})
	switch {
	case failed != nil:
		return nil, failed
	case len(results) > 1:
		return nil, &Problem{Path: at, Message: "A generator inside another is of one kind only."}
	case len(results) == 0:
		return nil, &Problem{Path: at, Message: "This generator makes nothing."}
	}
	return results[0].rows, nil
}

// clone copies maps all the way down: what rows share must not be written to.
func clone(value map[string]any) map[string]any {
	out := make(map[string]any, len(value))
	for key, each := range value {
		if inner, ok := each.(map[string]any); ok {
			each = clone(inner)
		}
		out[key] = each
	}
	return out
}
