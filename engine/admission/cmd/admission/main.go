//go:build wasip1

// Command admission is Kubernetes' own admission as a WebAssembly module: policies in CEL and Pod Security, JSON questions
// in, JSON answers out, no files and no cluster.
package main

import (
	"plumbline.dev/engine/admission/internal/judge"
	"plumbline.dev/engine/bridge"
)

func init() {
	engine := judge.NewEngine()
	bridge.Serve(func(request []byte) any { return engine.Answer(request) })
}

func main() {}
