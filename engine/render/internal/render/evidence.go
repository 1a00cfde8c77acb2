package render

import (
	"encoding/json"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/render/internal/repofs"
)

var tracking = []string{types.OriginAnnotations, types.TransformerAnnotations}

// attachEvidence adds origin and transformations to objects. An object that the tracked build does not have under the
// same identity keeps none: no evidence is better than another object's. Position would not do, because an object that
// a patch deletes stays in a tracked build as an empty one that holds only its tracking.
func attachEvidence(request Request, files *repofs.FS, built resmap.ResMap, objects []Object) {
	root, content, ok := rootKustomization(request.Path, files)
	if !ok {
		return
	}
	tracked := built
	if asked, switched := switchOnTracking(content); !asked {
		var err error
		if tracked, err = build(request, &withFile{FileSystem: files, name: root, content: switched}); err != nil {
			return
		}
	}
	found := map[resid.ResId]*resource.Resource{}
	for _, each := range tracked.Resources() {
		found[each.CurId()] = each
	}
	for i, each := range built.Resources() {
		if known := found[each.CurId()]; known != nil {
			objects[i].Origin, objects[i].Transformations = evidenceOf(known, request.Path)
		}
	}
}

// rootKustomization finds the kustomization file of a folder among the files read.
func rootKustomization(folder string, files *repofs.FS) (string, []byte, bool) {
	for _, name := range kustomizationNames {
		file := path.Join(folder, name)
		if content := files.Content(file); content != nil {
			return file, content, true
		}
	}
	return "", nil, false
}

// switchOnTracking returns the kustomization as JSON with both kinds of tracking, or true when it asks for both itself.
// kustomize reads its own file by way of JSON too, so nothing is lost.
func switchOnTracking(content []byte) (bool, []byte) {
	asJSON, err := yaml.YAMLToJSON(content)
	if err != nil {
		return false, content
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(asJSON, &fields); err != nil {
		return false, content
	}
	var wanted []string
	// Unreadable metadata would have failed the first build.
	_ = json.Unmarshal(fields["buildMetadata"], &wanted)
	missing := slices.DeleteFunc(slices.Clone(tracking), func(each string) bool { return slices.Contains(wanted, each) })
	if len(missing) == 0 {
		return true, content
	}
	fields["buildMetadata"], _ = json.Marshal(append(wanted, missing...))
	switched, err := json.Marshal(fields)
	if err != nil {
		return false, content
	}
	return false, switched
}

// evidenceOf reads the tracking annotations; folder is the root of the build, to which their paths are relative.
func evidenceOf(each *resource.Resource, folder string) (*Origin, []Origin) {
	var origin *Origin
	if found, err := each.GetOrigin(); err == nil && found != nil {
		read := toOrigin(found, folder)
		origin = &read
	}
	transformations := []Origin{}
	found, err := each.GetTransformations()
	if err != nil {
		return origin, transformations
	}
	for _, step := range found {
		transformations = append(transformations, toOrigin(step, folder))
	}
	return origin, transformations
}

func toOrigin(from *resource.Origin, folder string) Origin {
	return Origin{
		Path:         inRepository(folder, from.Path),
		ConfiguredIn: inRepository(folder, from.ConfiguredIn),
		ConfiguredBy: from.ConfiguredBy.Kind,
	}
}

func inRepository(folder, relative string) string {
	if relative == "" {
		return ""
	}
	inside, ok := repofs.RepoPath(path.Join(repofs.Mount, folder, relative))
	if !ok {
		return ""
	}
	return inside
}

// withFile shows another content for one file.
type withFile struct {
	filesys.FileSystem
	name    string
	content []byte
}

func (w *withFile) ReadFile(name string) ([]byte, error) {
	if inside, ok := repofs.RepoPath(name); ok && inside == w.name {
		return w.content, nil
	}
	return w.FileSystem.ReadFile(name)
}
