// Command reference is the same judgement built natively: one JSON question a line on its input, one JSON answer a line
// on its output. For comparing the WebAssembly module with, and for measuring.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"

	"plumbline.dev/engine/gatekeeper/internal/judge"
	"plumbline.dev/engine/gatekeeper/internal/question"
)

func main() {
	questions, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked question.Question
		err := questions.Decode(&asked)
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = answers.Encode(judge.Judge(asked))
		}
		if err != nil {
			panic(err)
		}
	}
}
