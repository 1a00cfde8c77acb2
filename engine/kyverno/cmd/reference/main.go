// Command reference is the same engine built natively, for tests that compare both: a JSON question on each line of its
// input, a JSON answer on each line of its output.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"plumbline.dev/engine/kyverno/internal/judge"
)

func main() {
	answers := json.NewEncoder(os.Stdout)
	questions := bufio.NewReader(os.Stdin)
	for {
		question, err := questions.ReadBytes('\n')
		if len(question) > 1 {
			if err := answers.Encode(judge.Answer(question)); err != nil {
				panic(err)
			}
		}
		if err != nil {
			return
		}
	}
}
