package policies

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	apiservercel "k8s.io/apiserver/pkg/cel"

	"plumbline.dev/engine/admission/internal/language"
	"plumbline.dev/engine/contract"
)

// mostPolicies bounds what is kept compiled; past it everything is forgotten, which costs one slow answer.
const mostPolicies = 2000

// Cache keeps policies compiled across questions, by the content of their documents.
type Cache struct {
	library  *language.Library
	policies map[[sha256.Size]byte]*Policy
	// types are those of built-in kinds, which never change.
	types map[schema.GroupVersionKind]*apiservercel.DeclType
}

// NewCache makes an empty one.
func NewCache() *Cache {
	return &Cache{
		library:  language.NewLibrary(),
		policies: map[[sha256.Size]byte]*Policy{},
		types:    map[schema.GroupVersionKind]*apiservercel.DeclType{},
	}
}

type reader func(r *reading, document contract.Document)

// policy is the document's policy; one that cannot be read has its problems and no effect.
func (c *Cache) policy(document contract.Document, in *version.Version, read reader) *Policy {
	content, err := json.Marshal([]any{document.ID, document.Object, in.String()})
	if err != nil {
		problem := contract.Problem{Document: document.ID, Severity: contract.SeverityError, Message: "The document is no JSON: " + err.Error() + "."}
		return &Policy{isBroken: true, problems: []contract.Problem{problem}}
	}
	key := sha256.Sum256(content)
	if known, ok := c.policies[key]; ok {
		return known
	}
	made := c.newReading(document, in)
	read(made, document)
	if made.isWrong && in.LessThan(language.Newest) {
		c.tellNewer(made, document, read)
	}
	if len(c.policies) >= mostPolicies {
		clear(c.policies)
	}
	c.policies[key] = made.policy
	return made.policy
}

// tellNewer says of a policy that does not compile for this cluster for which it would.
func (c *Cache) tellNewer(made *reading, document contract.Document, read reader) {
	for minor := made.version.AddMinor(1); !minor.GreaterThan(language.Newest); minor = minor.AddMinor(1) {
		newer := c.newReading(document, minor)
		if read(newer, document); !newer.isWrong {
			made.tell(contract.SeverityError, "/spec", fmt.Sprintf("The policy needs Kubernetes %s; this cluster is %s.", minor, made.version))
			return
		}
	}
}
