package render

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// brokenYAML: a file that the build read does not parse, and the error says what this parser says.
func brokenYAML(t trouble) (Problem, bool) {
	for _, file := range t.files.Files() {
		if !slices.Contains([]string{".yaml", ".yml", ".json", ""}, path.Ext(file)) {
			continue
		}
		line, message := parseTrouble(t.files.Content(file))
		named := strings.Contains(t.text, "yaml: ") && strings.Contains(t.text, path.Base(file))
		if message != "" && (named || strings.Contains(t.text, message)) {
			return Problem{Message: message, File: file, Line: line}, true
		}
	}
	return Problem{}, false
}

var lined = regexp.MustCompile(`(?s)line (\d+): (.*)`)

// parseTrouble reads all documents of a file and says where the first one breaks; "" when none does.
func parseTrouble(content []byte) (int, string) {
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if err == nil {
			var value any
			err = document.Decode(&value)
		} else if err.Error() == "EOF" {
			return 0, ""
		}
		if err == nil {
			continue
		}
		if found := lined.FindStringSubmatch(err.Error()); found != nil {
			line, _ := strconv.Atoi(found[1])
			return line, strings.TrimSpace(found[2])
		}
		return 0, strings.TrimPrefix(err.Error(), "yaml: ")
	}
}

var (
	unknownField = regexp.MustCompile(`unknown field "([^"]+)"`)
	wrongType    = regexp.MustCompile(`cannot unmarshal (\S+) into Go struct field Kustomization\.([^.\s]+)\S* of type (\S+)`)
)

// invalidKustomization: a kustomization file with fields that kustomize does not know or that have the wrong shape.
func invalidKustomization(t trouble) (Problem, bool) {
	for _, root := range t.roots {
		var read types.Kustomization
		err := read.Unmarshal(root.content)
		if err == nil {
			read.FixKustomization()
			if err = read.CheckEmpty(); err == nil {
				if wrong := read.EnforceFields(); len(wrong) > 0 {
					return Problem{Message: strings.Join(wrong, "; "), File: root.file, Line: root.keys["kind"]}, true
				}
				continue
			}
			return Problem{Message: "the kustomization is empty", File: root.file}, true
		}
		problem := Problem{Message: tidy(err), File: root.file}
		if found := unknownField.FindStringSubmatch(problem.Message); found != nil {
			problem.Message = fmt.Sprintf("kustomize knows no field %q", found[1])
			problem.Line = lineOfKey(root.content, found[1])
		} else if found := wrongType.FindStringSubmatch(problem.Message); found != nil {
			problem.Message = fmt.Sprintf("%s cannot be a %s here: %s is expected", found[2], found[1], found[3])
			problem.Line = root.keys[found[2]]
		}
		return problem, true
	}
	return Problem{}, false
}

// lineOfKey finds the first map key of that name at any depth; 0 when there is none.
func lineOfKey(content []byte, name string) int {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return 0
	}
	line := 0
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		for i, child := range node.Content {
			if node.Kind == yaml.MappingNode && i%2 == 0 && child.Value == name && line == 0 {
				line = child.Line
			}
			visit(child)
		}
	}
	visit(&document)
	return line
}
