package judge

import (
	"context"
	"fmt"

	"k8s.io/apiserver/pkg/authorization/authorizer"

	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// decisions answer `authorizer` from what the question's settings hold.
type decisions struct{ known []decision }

type decision struct{ group, resource, subresource, namespace, name, verb, path, decision string }

func newAuthorizer(documents []contract.Object) *decisions {
	made := &decisions{}
	for _, document := range documents {
		list, _ := document["decisions"].([]any)
		for _, each := range list {
			entry, _ := each.(contract.Object)
			text := func(field string) string {
				value, _ := entry[field].(string)
				return value
			}
			made.known = append(made.known, decision{
				group: text("group"), resource: text("resource"), subresource: text("subresource"), namespace: text("namespace"),
				name: text("name"), verb: text("verb"), path: text("path"), decision: text("decision"),
			})
		}
	}
	return made
}

// Authorize finds the answer to exactly this question; without one it is unknown.
func (d *decisions) Authorize(_ context.Context, of authorizer.Attributes) (authorizer.Decision, string, error) {
	asked := decision{
		group: of.GetAPIGroup(), resource: of.GetResource(), subresource: of.GetSubresource(), namespace: of.GetNamespace(),
		name: of.GetName(), verb: of.GetVerb(), path: of.GetPath(),
	}
	for _, known := range d.known {
		answer := known.decision
		known.decision = ""
		if known != asked {
			continue
		}
		switch answer {
		case "allow":
			return authorizer.DecisionAllow, "", nil
		case "deny":
			return authorizer.DecisionDeny, "", nil
		default:
			return authorizer.DecisionNoOpinion, "", nil
		}
	}
	what := of.GetPath()
	if of.IsResourceRequest() {
		what = of.GetResource()
	}
	return authorizer.DecisionNoOpinion, "", &world.Unknown{Reason: fmt.Sprintf("needs to know who may %s %s (authorizer)", of.GetVerb(), what)}
}
