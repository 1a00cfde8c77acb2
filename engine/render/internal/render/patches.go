package render

import (
	"fmt"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"plumbline.dev/engine/render/internal/repofs"
)

var patchName = regexp.MustCompile(`patch "?([A-Za-z0-9]+)\.[^/\s]*/([^\s".]+)`)

// patchWithoutTarget: a strategic merge patch for an object that is not there.
func patchWithoutTarget(t trouble) (Problem, bool) {
	found := patchName.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	kind, name := found[1], found[2]
	for _, root := range t.roots {
		for _, entry := range root.entries {
			if entry.field != "patches" && entry.field != "patchesStrategicMerge" {
				continue
			}
			if line := lineOfName([]byte(entry.value), kind, name); line > 0 {
				return Problem{Message: noTarget(kind, name), File: root.file, Line: entry.line + line}, true
			}
			inside, _ := repofs.RepoPath(root.resolve(entry.value))
			if line := lineOfName(t.files.Content(inside), kind, name); line > 0 {
				return Problem{Message: noTarget(kind, name), File: inside, Line: line}, true
			}
		}
	}
	return Problem{}, false
}

func noTarget(kind, name string) string {
	return fmt.Sprintf("this patch finds no object: there is no %s %s here", kind, name)
}

// lineOfName is the line of `metadata.name` in the document of that kind and name; 0 when there is none.
func lineOfName(content []byte, kind, name string) int {
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	for {
		var document struct {
			Kind     string `yaml:"kind"`
			Metadata struct {
				Name yaml.Node `yaml:"name"`
			} `yaml:"metadata"`
		}
		if decoder.Decode(&document) != nil {
			return 0
		}
		if document.Kind == kind && document.Metadata.Name.Value == name {
			return document.Metadata.Name.Line
		}
	}
}

var jsonPatchStep = regexp.MustCompile(`(\w+) operation does not apply: .*?(/[^\s:'"]*)`)

// patchThatFails: a step of a JSON patch does not apply; the error names the step and no patch.
func patchThatFails(t trouble) (Problem, bool) {
	found := jsonPatchStep.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	message := fmt.Sprintf("this patch does not apply: there is nothing to %s at %s", found[1], found[2])
	root := t.innermost()
	for _, entry := range root.entries {
		if entry.field != "patches" && entry.field != "patchesJson6902" {
			continue
		}
		if line := lineOfStep([]byte(entry.value), found[1], found[2]); line > 0 {
			if strings.Contains(entry.value, "\n") {
				line += entry.line
			} else {
				line = entry.line
			}
			return Problem{Message: message, File: root.file, Line: line}, true
		}
		inside, _ := repofs.RepoPath(root.resolve(entry.value))
		if line := lineOfStep(t.files.Content(inside), found[1], found[2]); line > 0 {
			return Problem{Message: message, File: inside, Line: line}, true
		}
	}
	return Problem{Message: message, File: root.file, Line: root.keys["patches"]}, true
}

// lineOfStep is the line of the path of a JSON patch's step; 0 when the content is no JSON patch or has no such step.
// The library's error may name only the part of the path that is missing.
func lineOfStep(content []byte, op, missing string) int {
	var steps []struct {
		Op   string    `yaml:"op"`
		Path yaml.Node `yaml:"path"`
	}
	if yaml.Unmarshal(content, &steps) != nil {
		return 0
	}
	for _, step := range steps {
		if step.Op == op && strings.HasPrefix(step.Path.Value, missing) {
			return step.Path.Line
		}
	}
	return 0
}
