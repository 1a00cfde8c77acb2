package rego

import (
	"fmt"
	"sort"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Need is something that is not known here: an evaluation that looks at it decides nothing.
type Need struct {
	// Word is the key that a reference to it holds: `inventory` of data.inventory.
	Word string
	// Reason is what is missing, one sentence.
	Reason string
}

// outside is why an evaluation ended: it asked for what lies outside of this engine.
type outside struct{ reason string }

func (o outside) Error() string { return o.reason }

func init() {
	for name, reason := range map[string]string{
		"http.send":          "The Rego calls http.send, and policies have no network here.",
		"net.lookup_ip_addr": "The Rego calls net.lookup_ip_addr, and policies have no network here.",
		"external_data":      "The Rego asks an external data provider, which only the cluster can.",
		"opa.runtime":        "The Rego calls opa.runtime, which only the cluster's own Gatekeeper can answer.",
	} {
		refused := topdown.Halt{Err: outside{reason}}
		topdown.RegisterBuiltinFunc(name, func(topdown.BuiltinContext, []*ast.Term, func(*ast.Term) error) error {
			return refused
		})
	}
}

// Mentions says whether any reference of the policy holds a key.
func (p *Policy) Mentions(word string) bool { return p.words[word] }

func wordsOf(modules map[string]*ast.Module) map[string]bool {
	words := map[string]bool{}
	for _, module := range modules {
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			for _, term := range ref {
				if word, ok := term.Value.(ast.String); ok {
					words[string(word)] = true
				}
			}
			return false
		})
	}
	return words
}

// InventoryRead is a part of data.inventory that a policy reads; what is empty is any.
type InventoryRead struct {
	IsNamespaced bool
	APIVersion   string
	Kind         string
}

// InventoryReads lists the parts of data.inventory that the policy reads, each once.
func (p *Policy) InventoryReads() []InventoryRead { return p.kinds }

func inventoryReads(modules map[string]*ast.Module) []InventoryRead {
	found := map[InventoryRead]bool{}
	for _, module := range modules {
		ast.WalkRefs(module, func(ref ast.Ref) bool {
			if len(ref) < 2 || !ref[0].Equal(ast.DefaultRootDocument) || !ref[1].Equal(ast.StringTerm("inventory")) {
				return false
			}
			found[readOf(ref)] = true
			return false
		})
	}
	reads := make([]InventoryRead, 0, len(found))
	for read := range found {
		reads = append(reads, read)
	}
	sort.Slice(reads, func(i, j int) bool { return fmt.Sprint(reads[i]) < fmt.Sprint(reads[j]) })
	return reads
}

// readOf reads data.inventory.namespace[NAMESPACE][APIVERSION][KIND][NAME] and data.inventory.cluster[APIVERSION][KIND][NAME].
func readOf(ref ast.Ref) InventoryRead {
	isNamespaced := textAt(ref, 2) == "namespace"
	first := 3
	if isNamespaced {
		first = 4
	}
	return InventoryRead{IsNamespaced: isNamespaced, APIVersion: textAt(ref, first), Kind: textAt(ref, first+1)}
}

func textAt(ref ast.Ref, i int) string {
	if i >= len(ref) {
		return ""
	}
	text, _ := ref[i].Value.(ast.String)
	return string(text)
}
