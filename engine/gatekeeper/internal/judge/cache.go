package judge

import (
	"crypto/sha256"
	"encoding/json"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/template"
)

// mostTemplates bounds the cache; a set of policies has some tens.
const mostTemplates = 1000

type compilation struct {
	template *template.Template
	problems []contract.Problem
}

// compilations keeps what templates compile to, by their content, over all questions: compiling takes far longer than
// judging. One thread works in this module, so nothing guards it.
var compilations = map[[sha256.Size]byte]compilation{}

// compiled compiles a template or finds it in the cache.
func compiled(document contract.Document) (*template.Template, []contract.Problem) {
	spec := map[string]any{"apiVersion": document.Object["apiVersion"], "name": kube.Object(document.Object).Name(), "spec": document.Object["spec"]}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, []contract.Problem{{Document: document.ID, Severity: contract.SeverityError, Message: err.Error()}}
	}
	key := sha256.Sum256(text)
	kept, isKept := compilations[key]
	if !isKept {
		made, problems := template.Compile(document)
		if made != nil && made.Rego == nil && made.CEL == nil {
			made = nil
		}
		kept = compilation{made, problems}
		if len(compilations) >= mostTemplates {
			clear(compilations)
		}
		compilations[key] = kept
	}
	problems := make([]contract.Problem, len(kept.problems))
	for i, each := range kept.problems {
		each.Document = document.ID
		problems[i] = each
	}
	if kept.template == nil {
		return nil, problems
	}
	own := *kept.template
	own.Document = document.ID
	return &own, problems
}
