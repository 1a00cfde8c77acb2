// Package render builds kustomizations with kustomize's own library and says where each object came from.
package render

import (
	"encoding/json"
	"fmt"
	"path"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"

	"plumbline.dev/engine/render/internal/repofs"
)

// Request asks for one build.
type Request struct {
	// Path is the folder of the kustomization, relative to the repository's root.
	Path string `json:"path"`
	// LoadRestrictor is "root-only" (kustomize's default) or "none".
	LoadRestrictor string `json:"loadRestrictor"`
	// WithoutEvidence leaves out origins and transformations and the second build that finds them.
	WithoutEvidence bool `json:"withoutEvidence"`
}

// Reply holds the objects in kustomize's order, or problems and no objects.
type Reply struct {
	Objects  []Object  `json:"objects"`
	Problems []Problem `json:"problems"`
}

// Object is one rendered object with the evidence of where it came from.
type Object struct {
	Object          json.RawMessage `json:"object"`
	Origin          *Origin         `json:"origin,omitempty"`
	Transformations []Origin        `json:"transformations"`
}

// Origin names the file an object was read from, or the configuration that made or changed it; repository paths.
type Origin struct {
	Path         string `json:"path,omitempty"`
	ConfiguredIn string `json:"configuredIn,omitempty"`
	ConfiguredBy string `json:"configuredBy,omitempty"`
}

// Problem is trouble in a file; Line counts from 1, 0 is unknown.
type Problem struct {
	Severity string `json:"severity"`
	Message  string `json:"message"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

// Failed is the reply that has only one problem, without a place.
func Failed(message string) Reply {
	return Reply{Objects: []Object{}, Problems: []Problem{{Severity: "error", Message: message}}}
}

// Kustomize renders a request. Trouble of any kind, panics of the library included, is a problem in the reply.
//
// It builds twice: once exactly as the kustomization says, which gives the objects, and once with kustomize's tracking
// annotations switched on, which gives the evidence. One build would not do: a JSON patch that adds to, tests or removes
// annotations behaves differently once tracking has created the map.
func Kustomize(request Request, source repofs.Source) Reply {
	files := repofs.New(source)
	built, err := build(request, files)
	if err != nil {
		return Reply{Objects: []Object{}, Problems: []Problem{explain(request.Path, files, err)}}
	}
	objects, err := toObjects(built)
	if err != nil {
		return Reply{Objects: []Object{}, Problems: []Problem{explain(request.Path, files, err)}}
	}
	if !request.WithoutEvidence {
		attachEvidence(request, files, built, objects)
	}
	return Reply{Objects: objects, Problems: []Problem{}}
}

func build(request Request, files filesys.FileSystem) (built resmap.ResMap, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			built, err = nil, fmt.Errorf("kustomize broke off: %v", trouble)
		}
	}()
	// An earlier build's `openapi:` stays in force otherwise: the library keeps it in global variables and expects one
	// build per process. Resetting always would parse the built-in schema again, the dearest part of a build.
	if openapi.GetSchemaVersion() != openapi.DefaultOpenAPI {
		openapi.ResetOpenAPI()
	}
	options := krusty.MakeDefaultOptions()
	if request.LoadRestrictor == "none" {
		options.LoadRestrictions = types.LoadRestrictionsNone
	}
	return krusty.MakeKustomizer(options).Run(files, path.Join(repofs.Mount, request.Path))
}

func toObjects(built resmap.ResMap) ([]Object, error) {
	objects := make([]Object, 0, built.Size())
	for _, resource := range built.Resources() {
		object, err := resource.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%s cannot be written as JSON: %w", resource.CurId(), err)
		}
		objects = append(objects, Object{Object: object, Transformations: []Origin{}})
	}
	return objects, nil
}
