package render

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"plumbline.dev/engine/render/internal/aliases"
	"plumbline.dev/engine/render/internal/repofs"
)

// unreadableFile: a file stands there, and the tree failed on it or its aliases have no end.
func unreadableFile(t trouble) (Problem, bool) {
	for file, err := range t.files.Failures() {
		bomb := aliases.Bomb{}
		errors.As(err, &bomb)
		return Problem{Message: err.Error(), File: file, Line: bomb.Line}, true
	}
	return Problem{}, false
}

var noKustomization = regexp.MustCompile(`unable to find one of .* in directory '([^']*)'`)

// missingKustomization: a folder is used as a base, or is the root, and holds no kustomization file.
func missingKustomization(t trouble) (Problem, bool) {
	found := noKustomization.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	return t.at(path.Join(repofs.Mount, found[1]), fmt.Sprintf("there is no kustomization.yaml in %q", found[1])), true
}

// As kustomize tells remote from local (its RepoSpec): a scheme, a user before a host, or GitHub's name.
var remote = regexp.MustCompile(`^(?:\w+::)?(?:[a-z]+://|[\w.-]+@[\w.-]+[:/]|github\.com[/:])`)

// remoteBase: something to load is not in this repository.
func remoteBase(t trouble) (Problem, bool) {
	for _, root := range t.roots {
		for _, entry := range root.entries {
			if remote.MatchString(entry.value) && !strings.Contains(entry.value, "\n") && strings.Contains(t.text, entry.value) {
				message := fmt.Sprintf("the remote base %s needs the network, which rendering never uses", entry.value)
				return Problem{Message: message, File: root.file, Line: entry.line}, true
			}
		}
	}
	return Problem{}, false
}

// helmChart: charts inside a kustomization would start the helm program.
func helmChart(t trouble) (Problem, bool) {
	const generator = "HelmChartInflationGenerator"
	if !strings.Contains(t.text, generator) && !strings.Contains(t.text, "--enable-helm") {
		return Problem{}, false
	}
	const message = "helmCharts in a kustomization need the helm program, which rendering never starts"
	for _, root := range t.roots {
		for _, field := range []string{"helmCharts", "helmChartInflationGenerator"} {
			if line, ok := root.keys[field]; ok {
				return Problem{Message: message, File: root.file, Line: line}, true
			}
		}
	}
	return t.whereKind(generator, message), true
}

var pluginKind = regexp.MustCompile(`unable to load external plugin '([^']+)'`)

// externalPlugin: a generator or transformer that is a program or a container.
func externalPlugin(t trouble) (Problem, bool) {
	found := pluginKind.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	return t.whereKind(found[1], fmt.Sprintf("the plugin %s is not run: rendering starts no programs or containers", found[1])), true
}

// whereKind places a message on the configuration of that kind: in a file of its own or inline in a kustomization.
func (t trouble) whereKind(kind, message string) Problem {
	for _, root := range t.roots {
		for _, entry := range root.entries {
			if !slices.Contains([]string{"generators", "transformers", "validators"}, entry.field) {
				continue
			}
			if strings.Contains(entry.value, "\n") && slices.Contains(kindsOf([]byte(entry.value)), kind) {
				return Problem{Message: message, File: root.file, Line: entry.line}
			}
			inside, ok := repofs.RepoPath(root.resolve(entry.value))
			if ok && slices.Contains(kindsOf(t.files.Content(inside)), kind) {
				return Problem{Message: message, File: inside, Line: lineOfKey(t.files.Content(inside), "kind")}
			}
		}
	}
	return Problem{Message: message, File: t.innermost().file}
}

func kindsOf(content []byte) []string {
	var kinds []string
	decoder := yaml.NewDecoder(strings.NewReader(string(content)))
	for {
		var document struct {
			Kind string `yaml:"kind"`
		}
		if decoder.Decode(&document) != nil {
			return kinds
		}
		kinds = append(kinds, document.Kind)
	}
}

// outsideRepository: a path climbs over the repository's root.
func outsideRepository(t trouble) (Problem, bool) {
	if !strings.Contains(t.text, "outside of the repository") {
		return Problem{}, false
	}
	outside := t.files.Outside()
	last := outside[len(outside)-1]
	if root, entry, ok := t.referrer(last); ok {
		return Problem{Message: entry.value + " leads out of the repository", File: root.file, Line: entry.line}, true
	}
	return Problem{Message: t.text, File: t.innermost().file}, true
}

var security = regexp.MustCompile(`security; file '([^']+)' is not in or below '([^']+)'`)

// restrictedFile: kustomize's load restrictor refuses a file.
func restrictedFile(t trouble) (Problem, bool) {
	found := security.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	message := fmt.Sprintf("%s is not in or below %s: kustomize loads it only without load restrictions", found[1], found[2])
	return t.at(path.Join(repofs.Mount, found[1]), message), true
}

var absent = regexp.MustCompile(`(?:open|read|readdir) ([^:'"]*): file does not exist`)

// missingFile: something to load does not exist.
func missingFile(t trouble) (Problem, bool) {
	found := absent.FindAllStringSubmatch(t.text, -1)
	if found == nil {
		return Problem{}, false
	}
	missing := found[len(found)-1][1]
	if missing == t.folder {
		return Problem{Message: fmt.Sprintf("there is no folder %q", missing)}, true
	}
	return t.at(path.Join(repofs.Mount, missing), missing+" does not exist"), true
}

var registeredID = regexp.MustCompile(`(?:merging resources )?from '([^']+)': may not add resource with an already registered id: ([^\s.]+)[^/]*/(\S+?)\.[^\s.]+'?(?:[:;]|$)`)

// objectTwice: two files give the same object.
func objectTwice(t trouble) (Problem, bool) {
	found := registeredID.FindStringSubmatch(t.text)
	if found == nil {
		return Problem{}, false
	}
	message := fmt.Sprintf("%s gives %s %s, which another entry gives already (already registered id)", found[1], found[2], found[3])
	root := t.innermost()
	for _, entry := range root.entries {
		if entry.value == found[1] {
			return Problem{Message: message, File: root.file, Line: entry.line}, true
		}
	}
	return Problem{Message: message, File: root.file}, true
}

var quoted = regexp.MustCompile(`'([^']+)'`)

// quotedEntry: the error quotes an entry of the kustomization that the build was in; the innermost quotation counts.
func quotedEntry(t trouble) (Problem, bool) {
	root := t.innermost()
	found := quoted.FindAllStringSubmatch(t.text, -1)
	for i := len(found) - 1; i >= 0; i-- {
		for _, entry := range root.entries {
			if entry.value == found[i][1] {
				return Problem{Message: t.text, File: root.file, Line: entry.line}, true
			}
		}
	}
	return Problem{}, false
}
