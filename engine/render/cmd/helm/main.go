//go:build wasip1

// Command helm is Helm's template engine as a WebAssembly module: JSON requests in, JSON replies out, charts and values
// only through the host. Its client-go is a stub (../../stub): there is no cluster and no network in it.
package main

import (
	"encoding/json"

	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/render/internal/chart"
	"plumbline.dev/engine/render/internal/hostfiles"
)

func init() {
	bridge.Serve(func(request []byte) any {
		var asked chart.Request
		if err := json.Unmarshal(request, &asked); err != nil {
			return chart.Failed("the request is no JSON: " + err.Error())
		}
		return chart.Render(asked, hostfiles.Files{})
	})
}

func main() {}
