package policies

import (
	"crypto/sha256"
	"encoding/json"

	"k8s.io/apimachinery/pkg/util/version"

	"plumbline.dev/engine/admission/internal/question"
)

// mostPolicies bounds what is kept compiled; past it everything is forgotten, which costs one slow answer.
const mostPolicies = 2000

// Cache keeps policies compiled across questions, by the content of their documents.
type Cache struct {
	policies map[[sha256.Size]byte]*Policy
}

// NewCache makes an empty one.
func NewCache() *Cache { return &Cache{policies: map[[sha256.Size]byte]*Policy{}} }

type reader func(document question.Document, in *version.Version) (*Policy, error)

// policy is the document's policy; one that cannot be read has its problems and no effect.
func (c *Cache) policy(document question.Document, in *version.Version, read reader) *Policy {
	content, err := json.Marshal([]any{document.ID, document.Object, in.String()})
	if err != nil {
		return broken(document, err.Error())
	}
	key := sha256.Sum256(content)
	if known, ok := c.policies[key]; ok {
		return known
	}
	policy, err := read(document, in)
	if err != nil {
		policy = broken(document, err.Error())
	}
	if len(c.policies) >= mostPolicies {
		clear(c.policies)
	}
	c.policies[key] = policy
	return policy
}

func broken(document question.Document, message string) *Policy {
	return &Policy{isBroken: true, problems: []question.Problem{{Document: document.ID, Severity: "error", Message: message}}}
}
