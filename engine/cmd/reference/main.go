// Command reference builds kustomizations on disk with the library as the kustomize program uses it, for comparing the
// WebAssembly engine with: `reference DIR…` prints one JSON line a folder, the list of objects or null for an error.
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
	for _, folder := range os.Args[1:] {
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
