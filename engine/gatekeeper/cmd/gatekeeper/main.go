//go:build wasip1

// Command gatekeeper is Gatekeeper's judgement as a WebAssembly module: one JSON question in, one JSON answer out.
package main

import (
	"encoding/json"

	"plumbline.dev/engine/bridge"
	"plumbline.dev/engine/gatekeeper/internal/judge"
	"plumbline.dev/engine/gatekeeper/internal/question"
)

func init() {
	bridge.Serve(func(request []byte) any {
		var asked question.Question
		if err := json.Unmarshal(request, &asked); err != nil {
			return question.Failed("The question is no JSON: %v.", err)
		}
		return judge.Judge(asked)
	})
}

func main() {}
