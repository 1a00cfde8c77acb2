package contract

import (
	"fmt"
	"strings"
)

// Answer is the word of every policy that matches a request, and what is wrong with policies.
type Answer struct {
	Results  []Result  `json:"results"`
	Problems []Problem `json:"problems"`
}

// Failed is the answer to a question that could not be read.
func Failed(format string, values ...any) Answer {
	problem := Problem{Severity: SeverityError, Message: fmt.Sprintf(format, values...)}
	return Answer{Results: []Result{}, Problems: []Problem{problem}}
}

// Outcome is one policy's word on one request.
type Outcome string

// The outcomes; Undecided is what cannot be known here.
const (
	Pass      Outcome = "pass"
	Fail      Outcome = "fail"
	Warn      Outcome = "warn"
	Error     Outcome = "error"
	Skip      Outcome = "skip"
	Undecided Outcome = "undecided"
)

// Result is one policy's word on one request. Policies that do not match a request give none.
type Result struct {
	Request  string  `json:"request"`
	Document string  `json:"document,omitempty"`
	Policy   string  `json:"policy"`
	Rule     string  `json:"rule,omitempty"`
	Binding  string  `json:"binding,omitempty"`
	Result   Outcome `json:"result"`
	Message  string  `json:"message,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	// Actions are what happens on failure: Deny, Warn, Audit.
	Actions []string `json:"actions"`
	// Path points to the field at fault in the request's object; nil where the engine does not say it, empty for all of it.
	Path *string `json:"path,omitempty"`
	// Reads point to the fields that the failed expression read, the most specific first.
	Reads []string `json:"reads,omitempty"`
	// At points into the policy's document.
	At string `json:"at,omitempty"`
	// Template is the document that At points into where that is not Document.
	Template string `json:"template,omitempty"`
	// Line is a line within the text at At, from 1; 0 where it is not about one line.
	Line             int               `json:"line,omitempty"`
	Wanted           *Wanted           `json:"wanted,omitempty"`
	Patched          Object            `json:"patched,omitempty"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty"`
	Details          any               `json:"details,omitempty"`
}

// Wanted is the one value that would satisfy a rule.
type Wanted struct {
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// Severity tells a document that is left out from one that is judged all the same.
type Severity string

// The severities of problems.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is a document that does not work as written.
type Problem struct {
	Document string   `json:"document,omitempty"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	// At points to the part of the document at fault.
	At string `json:"at,omitempty"`
	// Line is a line within the text at At, from 1; 0 where it is not about one line.
	Line int `json:"line,omitempty"`
}

// Pointer is the JSON pointer (RFC 6901) of a path of keys.
func Pointer(keys ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var text strings.Builder
	for _, key := range keys {
		text.WriteString("/")
		text.WriteString(escape.Replace(key))
	}
	return text.String()
}
