// Command reference is the same judgement built natively: one JSON question a line on its input, one JSON answer a line
// on its output. For comparing the WebAssembly module with, and for measuring.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"plumbline.dev/engine/gatekeeper/internal/judge"
)

func main() {
	questions, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var question json.RawMessage
		err := questions.Decode(&question)
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = answers.Encode(judge.Answer(question))
		}
		if err != nil {
			panic(err)
		}
	}
}
