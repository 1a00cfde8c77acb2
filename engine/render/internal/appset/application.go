package appset

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// finalizer makes the controller delete an Application's objects with it.
const finalizer = "resources-finalizer.argocd.argoproj.io"

// application is the Application of one row.
func (e *expansion) application(set map[string]any, made result, params row) (map[string]any, error) {
	spec := mapAt(set, "spec")
	object := map[string]any{"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
	metadata := map[string]any{}
	for _, key := range []string{"name", "namespace", "labels", "annotations", "finalizers"} {
		if value, ok := mapAt(made.template, "metadata")[key]; ok {
			metadata[key] = value
		}
	}
	object["metadata"], object["spec"] = metadata, mapAt(made.template, "spec")
	// Argo CD leaves the template as it is when there are no parameters at all.
	if len(params.values) > 0 {
		filled, err := e.templates.fill(object, params.values, "")
		if err != nil {
			return nil, placed(err, made, set)
		}
		object, _ = filled.(map[string]any)
		addFinalizer(mapAt(object, "metadata"), mapAt(spec, "syncPolicy"))
	}
	if patch, isPatched := spec["templatePatch"].(string); isPatched {
		if err := e.patch(object, patch, params); err != nil {
			return nil, err
		}
	}
	// Applications live beside their set.
	inner := mapAt(object, "metadata")
	if namespace := stringAt(mapAt(set, "metadata"), "namespace"); namespace == "" {
		delete(inner, "namespace")
	} else {
		inner["namespace"] = namespace
	}
	return object, nil
}

// placed gives a template's error the pointer in the set: in the generator's own template where that writes the text.
func placed(err error, made result, set map[string]any) error {
	problem, ok := err.(*Problem)
	if !ok {
		return err
	}
	own := made.at + "/template" + problem.Path
	if hasPointer(set, own) {
		return &Problem{Path: own, Message: problem.Message}
	}
	return &Problem{Path: "/spec/template" + problem.Path, Message: problem.Message}
}

func hasPointer(value any, pointer string) bool {
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		switch found := value.(type) {
		case map[string]any:
			value = found[token]
		case []any:
			var index int
			if _, err := fmt.Sscan(token, &index); err != nil || index >= len(found) {
				return false
			}
			value = found[index]
		default:
			return false
		}
	}
	return value != nil
}

func addFinalizer(metadata map[string]any, policy map[string]any) {
	preserves, _ := policy["preserveResourcesOnDeletion"].(bool)
	if !preserves && len(listAt(metadata, "finalizers")) == 0 {
		metadata["finalizers"] = []any{finalizer}
	}
}

// laidUnder fills what a generator's own template leaves open with the set's.
func laidUnder(own, base map[string]any) map[string]any {
	out := clone(own)
	for key, value := range base {
		inner, isMap := value.(map[string]any)
		mine, isMine := out[key].(map[string]any)
		switch {
		case isEmpty(out[key]):
			out[key] = value
		case isMap && isMine:
			out[key] = laidUnder(mine, inner)
		}
	}
	return out
}

// isEmpty is what Go calls a zero value.
func isEmpty(value any) bool {
	switch found := value.(type) {
	case nil:
		return true
	case string:
		return found == ""
	case bool:
		return !found
	case float64:
		return found == 0
	case []any:
		return len(found) == 0
	case map[string]any:
		return len(found) == 0
	}
	return false
}

// patch lays the set's templatePatch over an Application: a strategic merge in which only finalizers are merged lists.
// The project stays what the template says.
func (e *expansion) patch(object map[string]any, text string, params row) error {
	const at = "/spec/templatePatch"
	filled, err := e.templates.replace(text, params.values)
	if err != nil {
		return &Problem{Path: at, Message: err.Error()}
	}
	patch := map[string]any{}
	content := []byte(filled)
	if !strings.HasPrefix(strings.TrimSpace(filled), "{") {
		if content, err = yaml.YAMLToJSON(content); err != nil {
			return &Problem{Path: at, Message: "error while converting template to json: " + err.Error()}
		}
	}
	if err := json.Unmarshal(content, &patch); err != nil {
		return &Problem{Path: at, Message: fmt.Sprintf("invalid templatePatch %q: %s", filled, err)}
	}
	project, isSet := mapAt(object, "spec")["project"]
	mergeInto(object, patch)
	spec := mapAt(object, "spec")
	if isSet && spec != nil {
		spec["project"] = project
	} else {
		delete(spec, "project")
	}
	return nil
}

// mergeInto is a strategic merge of maps, with its `$patch` directives.
func mergeInto(value, patch map[string]any) {
	switch patch["$patch"] {
	case "delete":
		clear(value)
		return
	case "replace":
		clear(value)
	}
	for key, each := range patch {
		if strings.HasPrefix(key, "$") {
			continue
		}
		inner, isMap := each.(map[string]any)
		known, isKnown := value[key].(map[string]any)
		switch {
		case each == nil:
			delete(value, key)
		case isMap && inner["$patch"] == "delete":
			delete(value, key)
		case isMap:
			if !isKnown {
				known = map[string]any{}
			}
			mergeInto(known, inner)
			value[key] = known
		case key == "finalizers":
			value[key] = united(listAt(patch, key), listAt(value, key))
		default:
			value[key] = each
		}
	}
}

func united(first, second []any) []any {
	all := slices.Clone(first)
	for _, each := range second {
		if !slices.Contains(all, each) {
			all = append(all, each)
		}
	}
	return all
}
