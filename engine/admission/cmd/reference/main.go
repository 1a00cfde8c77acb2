// Command reference answers questions on standard input, one a line, with the same engine built natively: for tests and
// for comparing the WebAssembly module's speed with.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"

	"plumbline.dev/engine/admission/internal/judge"
)

func main() {
	engine := judge.NewEngine()
	lines, answers := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := answers.Encode(engine.Answer(line)); err != nil {
				panic(err)
			}
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			panic(err)
		}
	}
}
