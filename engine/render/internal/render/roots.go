package render

import (
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"plumbline.dev/engine/render/internal/repofs"
)

var kustomizationNames = konfig.RecognizedKustomizationFileNames()

// root is a kustomization file that the build read, with its scalars in order of the text.
type root struct {
	file    string
	folder  string
	content []byte
	keys    map[string]int
	entries []entry
}

// entry is a scalar below a top-level field of a kustomization.
type entry struct {
	field string
	value string
	line  int
}

func readRoots(files *repofs.FS) []root {
	var roots []root
	for _, file := range files.Files() {
		if slices.Contains(kustomizationNames, path.Base(file)) {
			roots = append(roots, readRoot(file, files.Content(file)))
		}
	}
	return roots
}

func readRoot(file string, content []byte) root {
	read := root{file: file, folder: folderOf(file), content: content, keys: map[string]int{}}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil || len(document.Content) == 0 {
		return read
	}
	top := document.Content[0]
	if top.Kind != yaml.MappingNode {
		return read
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		field := top.Content[i]
		read.keys[field.Value] = field.Line
		collect(top.Content[i+1], func(scalar *yaml.Node) {
			read.entries = append(read.entries, entry{field: field.Value, value: scalar.Value, line: scalar.Line})
		})
	}
	return read
}

// collect visits the scalars of a node; an alias is not followed, its text stands elsewhere.
func collect(node *yaml.Node, visit func(*yaml.Node)) {
	if node.Kind == yaml.ScalarNode {
		visit(node)
	}
	for _, child := range node.Content {
		collect(child, visit)
	}
}

// resolve gives the full path that a scalar of this kustomization would lead to.
func (r root) resolve(value string) string {
	return path.Join(repofs.Mount, r.folder, value)
}

func folderOf(file string) string {
	if folder := path.Dir(file); folder != "." {
		return folder
	}
	return ""
}
