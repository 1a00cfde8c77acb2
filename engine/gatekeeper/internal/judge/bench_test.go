package judge

import (
	"os"
	"testing"
)

// BenchmarkQuestion asks a question kept in a file, named by PLUMBLINE_GATEKEEPER_QUESTION, again and again.
func BenchmarkQuestion(b *testing.B) {
	text, err := os.ReadFile(os.Getenv("PLUMBLINE_GATEKEEPER_QUESTION"))
	if err != nil {
		b.Skip("PLUMBLINE_GATEKEEPER_QUESTION names no file")
	}
	Answer(text)
	for b.Loop() {
		Answer(text)
	}
}
