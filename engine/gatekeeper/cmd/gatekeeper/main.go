//go:build wasip1

// Command gatekeeper is Gatekeeper's judgement as a WebAssembly module: one JSON question in, one JSON answer out.
package main

import (
	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/gatekeeper/internal/judge"
)

func init() {
	bridge.Serve(func(question []byte) any { return judge.Answer(question) })
}

func main() {}
