package judge

import (
	"crypto/sha256"
	"encoding/json"

	policies "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/kyverno/internal/classic"
	"plumbline.dev/engine/kyverno/internal/modern"
)

// mostKept bounds how many policies are kept; past it all are forgotten, which costs compiling them once more.
const mostKept = 500

type entry struct {
	policy *judged
	err    error
}

// kept holds policies by the digest of what they are made of.
var kept = map[[sha256.Size]byte]entry{}

// policy gives the policy of a document, made at most once for the same content; nil for kinds that are none.
func (c *court) policy(document contract.Document) (*judged, error) {
	var exempt []*policies.PolicyException
	kind := groupKind(document.Object)
	if kind.Group == "policies.kyverno.io" {
		exempt = c.exempt(kind.Kind, name(document.Object))
	}
	text, err := json.Marshal([]any{document.Object, exempt})
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(text)
	made, ok := kept[digest]
	if !ok {
		if len(kept) >= mostKept {
			kept = map[[sha256.Size]byte]entry{}
		}
		made.policy, made.err = read(kind, document.Object, exempt)
		kept[digest] = made
	}
	if made.policy == nil {
		return nil, made.err
	}
	policy := *made.policy
	return &policy, made.err
}

// exempt are the exceptions that name a policy.
func (c *court) exempt(kind, name string) []*policies.PolicyException {
	var found []*policies.PolicyException
	for _, exception := range c.celExempt {
		for _, reference := range exception.Spec.PolicyRefs {
			if reference.Kind == kind && reference.Name == name {
				found = append(found, exception)
				break
			}
		}
	}
	return found
}

func read(kind schema.GroupKind, object contract.Object, exempt []*policies.PolicyException) (*judged, error) {
	switch kind {
	case schema.GroupKind{Group: "kyverno.io", Kind: "ClusterPolicy"}, schema.GroupKind{Group: "kyverno.io", Kind: "Policy"}:
		policy, err := classic.Read(object)
		if err != nil {
			return nil, err
		}
		return &judged{classic: policy, mutates: policy.Mutates()}, nil
	case schema.GroupKind{Group: "kyverno.io", Kind: "ClusterCleanupPolicy"}, schema.GroupKind{Group: "kyverno.io", Kind: "CleanupPolicy"}:
		policy, err := classic.ReadCleanup(object)
		if err != nil {
			return nil, err
		}
		return &judged{classic: policy}, nil
	}
	if kind.Group != "policies.kyverno.io" {
		return nil, nil
	}
	switch kind.Kind {
	case "ValidatingPolicy", "NamespacedValidatingPolicy", "MutatingPolicy", "NamespacedMutatingPolicy":
		policy, err := modern.Compile(object, exempt)
		if err != nil {
			return nil, err
		}
		return &judged{modern: policy, mutates: modern.IsMutating(kind.Kind)}, nil
	}
	if !modern.IsBeyond(kind.Kind) {
		return nil, nil
	}
	policy, err := modern.CompileBeyond(object, exempt)
	if err != nil {
		return nil, err
	}
	return &judged{modern: policy}, nil
}
