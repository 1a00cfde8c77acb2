//go:build wasip1

// Command health is Argo CD's health scripts as a WebAssembly module: JSON requests in, JSON replies out.
package main

import (
	"encoding/json"

	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/health/internal/judge"
)

func init() {
	bridge.Serve(func(request []byte) any {
		var asked judge.Request
		if err := json.Unmarshal(request, &asked); err != nil {
			return judge.Reply{Results: []judge.Result{}, Problem: "the request is no JSON: " + err.Error()}
		}
		return judge.Objects(asked)
	})
}

func main() {}
