//go:build wasip1

// Command kustomize is kustomize's library as a WebAssembly module: JSON requests in, JSON replies out, files only
// through the host.
package main

import (
	"encoding/json"

	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/render/internal/hostfiles"
	"plumbline.dev/engine/render/internal/render"
)

func init() {
	bridge.Serve(func(request []byte) any {
		var asked render.Request
		if err := json.Unmarshal(request, &asked); err != nil {
			return render.Failed("the request is no JSON: " + err.Error())
		}
		return render.Kustomize(asked, hostfiles.Files{})
	})
}

func main() {}
