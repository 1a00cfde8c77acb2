// Command reference renders what is on disk with the libraries as their own programs use them, for comparing the
// WebAssembly engine with. `reference kustomize DIR…` builds folders, `reference helm` charts named by JSON lines on its
// input; both print one JSON line each, the list of objects or null for an error.
package main

import (
	"encoding/json"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

func main() {
	lines := json.NewEncoder(os.Stdout)
	if os.Args[1] == "helm" {
		if err := renderReleases(os.Stdin, lines); err != nil {
			panic(err)
		}
		return
	}
	for _, folder := range os.Args[2:] {
		openapi.ResetOpenAPI()
		if err := lines.Encode(build(folder)); err != nil {
			panic(err)
		}
	}
}

func build(folder string) []json.RawMessage {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil
	}
	objects := []json.RawMessage{}
	for _, resource := range built.Resources() {
		object, err := resource.MarshalJSON()
		if err != nil {
			return nil
		}
		objects = append(objects, object)
	}
	return objects
}
