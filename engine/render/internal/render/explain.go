package render

import (
	"regexp"
	"strings"

	"plumbline.dev/engine/render/internal/repofs"
)

// explain turns an error of the library into one problem, placed in the repository's files as well as can be proven:
// by reading again what the build read, not by trusting positions in the text of the error.
func explain(folder string, files *repofs.FS, err error) Problem {
	seen := trouble{text: tidy(err), folder: folder, files: files, roots: readRoots(files)}
	for _, rule := range []func(trouble) (Problem, bool){
		unreadableFile, brokenYAML, invalidKustomization, missingKustomization, helmChart, remoteBase, externalPlugin,
		outsideRepository, restrictedFile, missingFile, objectTwice, patchWithoutTarget, patchThatFails, quotedEntry,
	} {
		if problem, ok := rule(seen); ok {
			problem.Severity = "error"
			return problem
		}
	}
	return Problem{Severity: "error", Message: seen.text, File: seen.innermost().file}
}

// trouble is what the rules judge: the error in one line and what the build had read.
type trouble struct {
	text   string
	folder string
	files  *repofs.FS
	roots  []root
}

var spaces = regexp.MustCompile(`\s+`)

// tidy gives the text of an error in one line, with repository paths.
func tidy(err error) string {
	text := strings.ReplaceAll(err.Error(), repofs.Mount+"/", "")
	text = strings.ReplaceAll(text, repofs.Mount, ".")
	return strings.TrimSpace(spaces.ReplaceAllString(text, " "))
}

var recursion = regexp.MustCompile(`(?:recursed accumulation of|recursed merging from|make target for) path '([^']+)'`)

// innermost is the kustomization that the build was in when it failed: the last folder the error names, or the root.
func (t trouble) innermost() root {
	folder := t.folder
	if found := recursion.FindAllStringSubmatch(t.text, -1); found != nil {
		folder = found[len(found)-1][1]
	}
	for _, each := range t.roots {
		if each.folder == strings.TrimPrefix(folder, "./") {
			return each
		}
	}
	return root{}
}

// referrer finds the entry of a kustomization that leads to a path below the mount.
func (t trouble) referrer(full string) (root, entry, bool) {
	for _, each := range t.roots {
		for _, entry := range each.entries {
			if each.resolve(entry.value) == full {
				return each, entry, true
			}
		}
	}
	return root{}, entry{}, false
}

// at places a message on the entry that leads to a path, or on the kustomization that the build was in.
func (t trouble) at(full, message string) Problem {
	if root, entry, ok := t.referrer(full); ok {
		return Problem{Message: message, File: root.file, Line: entry.line}
	}
	return Problem{Message: message, File: t.innermost().file}
}
