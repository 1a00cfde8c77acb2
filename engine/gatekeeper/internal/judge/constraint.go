package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/match"
	"plumbline.dev/engine/gatekeeper/internal/rego"
	"plumbline.dev/engine/gatekeeper/internal/template"
)

const constraintGroup = "constraints.gatekeeper.sh"

// Enforcement points.
const (
	webhookPoint = "validation.gatekeeper.sh"
	policyPoint  = "vap.k8s.io"
)

// constraint is one constraint with its template.
type constraint struct {
	document string
	name     string
	// object has its parameters' defaults filled in.
	object     kube.Object
	template   *template.Template
	match      *match.Match
	parameters ast.Value
	// actions are what a violation does at the enforcement point: of `deny`, `warn`, `dryrun`.
	actions []string
}

// readConstraint checks a constraint against its template. One without actions at the point has no problems, and is not
// asked.
func readConstraint(document contract.Document, templates map[string]*template.Template, point string) (*constraint, []contract.Problem) {
	object := kube.Object(document.Object).Copy()
	made := &constraint{document: document.ID, name: object.Name(), object: object, template: templates[object.GVK().Kind]}
	var problems []contract.Problem
	refuse := func(at, format string, values ...any) (*constraint, []contract.Problem) {
		return nil, append(problems, contract.Problem{Document: document.ID, Severity: contract.SeverityError, Message: fmt.Sprintf(format, values...), At: at})
	}
	if version := object.GVK().Version; version != "v1beta1" && version != "v1alpha1" {
		return refuse("/apiVersion", "Constraints have the version v1beta1, not %q.", version)
	}
	if len(made.name) > 63 {
		return refuse("/metadata/name", "A constraint's name has at most 63 characters; this one has %d.", len(made.name))
	}
	if spec, isThere := object["spec"]; isThere && object.Map("spec") == nil {
		return refuse("/spec", "The spec must be an object, not %v.", spec)
	}
	parsed, unknown, err := match.Parse(object.Map("spec", "match"))
	if err != nil {
		return refuse("/spec/match", "The match block is not valid: %v.", err)
	}
	made.match = parsed
	for _, each := range unknown {
		problems = append(problems, warning(document.ID, "/spec/match/"+each, "The match block has no field %q; it has no effect.", each))
	}
	actions, err := actionsAt(object, made.template, point)
	if err != nil {
		return refuse("/spec/enforcementAction", "%v", err)
	}
	made.actions = actions
	unused, misfits := made.applySchema()
	for _, each := range unused {
		problems = append(problems, warning(document.ID, "/spec/parameters"+each, "The template does not know this parameter; it has no effect."))
	}
	if len(misfits) > 0 {
		return refuse("/spec/parameters", "The parameters do not fit the template: %s.", strings.Join(misfits, "; "))
	}
	return made, problems
}

func warning(document, at, format string, values ...any) contract.Problem {
	return contract.Problem{Document: document, Severity: contract.SeverityWarning, Message: fmt.Sprintf(format, values...), At: at}
}

// applySchema fills in the parameters' defaults and makes the value that Rego reads; absent parameters are an empty
// object there.
func (c *constraint) applySchema() (unknown, misfits []string) {
	spec, _ := c.object["spec"].(map[string]any)
	parameters, isThere := spec["parameters"]
	if isThere {
		parameters, unknown, misfits = c.template.Parameters.Apply(parameters)
		spec["parameters"] = parameters
	}
	if parameters == nil {
		parameters = map[string]any{}
	}
	value, err := rego.Value(parameters)
	if err != nil {
		return unknown, append(misfits, err.Error())
	}
	c.parameters = value
	return unknown, misfits
}

// actionsAt lists what a violation does at an enforcement point. The API server's own point counts with the webhook's
// where Gatekeeper hands the template on as a ValidatingAdmissionPolicy.
func actionsAt(object kube.Object, of *template.Template, point string) ([]string, error) {
	action, isThere := object.At("spec", "enforcementAction").(string)
	if !isThere {
		if object.At("spec", "enforcementAction") != nil {
			return nil, fmt.Errorf("spec.enforcementAction must be a text")
		}
		action = "deny"
	}
	switch action {
	case "deny", "warn", "dryrun":
		return []string{action}, nil
	case "scoped":
		points := []string{point}
		if point == webhookPoint && of.CEL != nil && of.MakesPolicy {
			points = append(points, policyPoint)
		}
		return scopedActions(object, points)
	default:
		return nil, fmt.Errorf("spec.enforcementAction is %q, but must be deny, warn, dryrun or scoped", action)
	}
}

func scopedActions(object kube.Object, points []string) ([]string, error) {
	var actions []string
	for i, each := range object.List("spec", "scopedEnforcementActions") {
		entry, _ := each.(map[string]any)
		action := kube.Object(entry).Text("action")
		if action != "deny" && action != "warn" && action != "dryrun" {
			return nil, fmt.Errorf("spec.scopedEnforcementActions[%d].action is %q, but must be deny, warn or dryrun", i, action)
		}
		isMeant := slices.ContainsFunc(kube.Object(entry).List("enforcementPoints"), func(named any) bool {
			name, _ := named.(map[string]any)
			return name["name"] == "*" || slices.Contains(points, kube.Object(name).Text("name"))
		})
		if isMeant && !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions, nil
}
