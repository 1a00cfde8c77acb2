//go:build wasip1

// Command kyverno is Kyverno's policy engine as a WebAssembly module: JSON questions in, JSON answers out, nothing else.
package main

import (
	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/kyverno/internal/judge"
)

func init() {
	bridge.Serve(func(question []byte) any { return judge.Answer(question) })
}

func main() {}
