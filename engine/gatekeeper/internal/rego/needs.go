package rego

import (
	"fmt"
	"sort"
	"strings"

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

// refusals say why built-in functions end the evaluation, by the start of their names: those that leave this engine, and
// those whose libraries it goes without (see the stubs in go.mod).
var refusals = map[string]string{
	"http.send":                 "policies have no network here",
	"net.lookup_ip_addr":        "policies have no network here",
	"providers.aws.":            "policies have no network here",
	"external_data":             "only the cluster can ask an external data provider",
	"opa.runtime":               "only the cluster's own Gatekeeper can answer",
	"io.jwt.":                   "tokens cannot be read here",
	"crypto.x509.":              "certificates cannot be read here",
	"crypto.parse_private_keys": "keys cannot be read here",
	"graphql.":                  "GraphQL cannot be read here",
}

func init() {
	for _, builtin := range capabilities().Builtins {
		for start, why := range refusals {
			if !strings.HasPrefix(builtin.Name, start) {
				continue
			}
			refused := topdown.Halt{Err: outside{"The Rego calls " + builtin.Name + ", and " + why + "."}}
			topdown.RegisterBuiltinFunc(builtin.Name, func(topdown.BuiltinContext, []*ast.Term, func(*ast.Term) error) error {
				return refused
			})
		}
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
