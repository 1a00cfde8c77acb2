package question

import "fmt"

// Answer is what the engine replies.
type Answer struct {
	Results  []Result  `json:"results"`
	Problems []Problem `json:"problems"`
}

// Failed is the answer to a question that could not be read.
func Failed(format string, values ...any) Answer {
	return Answer{Results: []Result{}, Problems: []Problem{{Severity: Error, Message: fmt.Sprintf(format, values...)}}}
}

// Outcome is the verdict of one result.
type Outcome string

// The outcomes that Gatekeeper knows, and `undecided` for what cannot be known here.
const (
	Pass      Outcome = "pass"
	Fail      Outcome = "fail"
	Warn      Outcome = "warn"
	Skip      Outcome = "skip"
	Failure   Outcome = "error"
	Undecided Outcome = "undecided"
)

// Result is one policy's word on one request: one for each violation, or one `pass`.
type Result struct {
	Request  string   `json:"request"`
	Document string   `json:"document,omitempty"`
	Policy   string   `json:"policy"`
	Rule     string   `json:"rule,omitempty"`
	Result   Outcome  `json:"result"`
	Message  string   `json:"message,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Actions  []string `json:"actions"`
	Path     string   `json:"path,omitempty"`
	Reads    []string `json:"reads,omitempty"`
	Place
	Details any    `json:"details,omitempty"`
	Patched Object `json:"patched,omitempty"`
}

// Place is where in the documents something is decided.
type Place struct {
	// Template is the document that At points into, where that is not the result's or problem's own.
	Template string `json:"template,omitempty"`
	// At is a JSON pointer.
	At string `json:"at,omitempty"`
	// Line is a line within the text at At, from 1; 0 where it is not about one line.
	Line int `json:"line,omitempty"`
}

// Severity tells a document that is left out from one that is judged all the same.
type Severity string

// The severities of problems.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is what is wrong with one document.
type Problem struct {
	Document string   `json:"document,omitempty"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	At       string   `json:"at,omitempty"`
	Line     int      `json:"line,omitempty"`
}
