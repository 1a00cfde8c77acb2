//go:build wasip1

// Command helm is Helm's template engine as a WebAssembly module: JSON requests in, JSON replies out, charts and values
// only through the host. Its client-go is a stub (../../stub): there is no cluster and no network in it. It makes the
// Applications of ApplicationSets too: they are written in the same templates with the same functions, and a module of
// its own for that would be three megabytes more to download.
package main

import (
	"encoding/json"

	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/render/internal/appset"
	"plumbline.dev/engine/render/internal/chart"
	"plumbline.dev/engine/render/internal/hostfiles"
	"plumbline.dev/engine/render/internal/versions"
)

// request is a chart to render, with `choose` a choice among versions, with `applicationSet` a set to expand.
type request struct {
	chart.Request
	Choose         *versions.Request `json:"choose"`
	ApplicationSet *appset.Request   `json:"applicationSet"`
}

func init() {
	bridge.Serve(func(raw []byte) any {
		var asked request
		if err := json.Unmarshal(raw, &asked); err != nil {
			return chart.Failed("the request is no JSON: " + err.Error())
		}
		if asked.Choose != nil {
			return versions.Choose(*asked.Choose)
		}
		if asked.ApplicationSet != nil {
			return appset.Expand(*asked.ApplicationSet, hostfiles.Files{})
		}
		return chart.Render(asked.Request, hostfiles.Files{})
	})
}

func main() {}
