// Package podsecurity judges Pods, and what makes Pods, by the Pod Security labels of their Namespace.
package podsecurity

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// Name is the policy's name in results.
const Name = "PodSecurity"

// Judge evaluates by the checks of one version of Kubernetes.
type Judge struct {
	world     *world.World
	evaluator policy.Evaluator
	// documents are the IDs of Namespaces that came as policies.
	documents map[string]string
}

// New makes a judge. Labels that name a version newer than the cluster's are judged by the cluster's newest.
func New(known *world.World, documents []contract.Document, of *version.Version) *Judge {
	emulated := api.MajorMinorVersion(int(of.Major()), int(of.Minor()))
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), &emulated)
	if err != nil {
		panic(err)
	}
	j := &Judge{world: known, evaluator: evaluator, documents: map[string]string{}}
	for _, each := range documents {
		if gvk := world.KindOf(each.Object); gvk.Group == "" && gvk.Kind == "Namespace" {
			j.documents[world.NameOf(each.Object)] = each.ID
		}
	}
	return j
}

// Request is what Pod Security needs of one.
type Request struct {
	Kind              schema.GroupVersionKind
	Object, OldObject contract.Object
	Namespace         string
	Operation         string
	SubResource       string
}

// templates are where the kinds that Pod Security knows keep their Pod (pod-security-admission/admission).
var templates = map[schema.GroupKind][]string{
	{Kind: "Pod"}:                        {},
	{Kind: "PodTemplate"}:                {"template"},
	{Kind: "ReplicationController"}:      {"spec", "template"},
	{Group: "apps", Kind: "ReplicaSet"}:  {"spec", "template"},
	{Group: "apps", Kind: "Deployment"}:  {"spec", "template"},
	{Group: "apps", Kind: "StatefulSet"}: {"spec", "template"},
	{Group: "apps", Kind: "DaemonSet"}:   {"spec", "template"},
	{Group: "batch", Kind: "Job"}:        {"spec", "template"},
	{Group: "batch", Kind: "CronJob"}:    {"spec", "jobTemplate", "spec", "template"},
}

// Judge gives one result for each level and version that the Namespace names; none where it names none.
func (j *Judge) Judge(request Request) []contract.Result {
	at, ok := templates[request.Kind.GroupKind()]
	isJudged := ok && request.Object != nil && (request.Operation == "CREATE" || request.Operation == "UPDATE")
	isPod := len(at) == 0
	if !isJudged || (request.SubResource != "" && !(isPod && request.SubResource == "ephemeralcontainers")) {
		return nil
	}
	namespace, err := j.world.Namespace(request.Namespace)
	var unknown *world.Unknown
	if errors.As(err, &unknown) {
		return []contract.Result{{Policy: Name, Result: contract.Undecided, Reason: "It " + unknown.Reason + "."}}
	}
	levels, _ := api.PolicyToEvaluate(world.LabelsOf(namespace), api.Policy{
		Enforce: privileged, Audit: privileged, Warn: privileged,
	})
	pod, ok := podOf(request.Object, at)
	if !ok {
		return nil
	}
	results := []contract.Result{}
	for _, each := range distinct(levels) {
		result := j.evaluate(each, pod, at)
		result.Document = j.documents[request.Namespace]
		if result.Document != "" {
			result.At = "/metadata/labels/pod-security.kubernetes.io~1" + each.label
		}
		results = append(results, result)
	}
	return results
}

var privileged = api.LevelVersion{Level: api.LevelPrivileged, Version: api.LatestVersion()}

// level is one that a Namespace names, with what its modes do.
type level struct {
	api.LevelVersion
	actions []string
	label   string
}

// distinct joins the modes that name the same level and version; privileged forbids nothing.
func distinct(levels api.Policy) []level {
	found := []level{}
	for _, mode := range []level{
		{levels.Enforce, []string{"Deny"}, "enforce"},
		{levels.Warn, []string{"Warn"}, "warn"},
		{levels.Audit, []string{"Audit"}, "audit"},
	} {
		if mode.Level == api.LevelPrivileged {
			continue
		}
		isNew := true
		for i := range found {
			if found[i].LevelVersion == mode.LevelVersion {
				found[i].actions = append(found[i].actions, mode.actions...)
				isNew = false
			}
		}
		if isNew {
			found = append(found, mode)
		}
	}
	return found
}

func (j *Judge) evaluate(of level, pod *podTemplate, at []string) contract.Result {
	result := contract.Result{Policy: Name, Rule: of.String(), Result: contract.Pass, Actions: of.actions}
	checks := j.evaluator.EvaluatePod(of.LevelVersion, &pod.Metadata, &pod.Spec)
	outcome := policy.AggregateCheckResults(checks)
	if outcome.Allowed {
		return result
	}
	check, reason := firstFailure(checks)
	if inPod := j.pathOf(of, pod, check, reason); inPod != "" {
		path := strings.Join(append([]string{""}, at...), "/") + inPod
		result.Path = &path
	}
	isDenied := of.actions[0] == "Deny"
	result.Result = contract.Fail
	if of.actions[0] == "Warn" {
		result.Result = contract.Warn
	}
	verb := "would violate"
	if isDenied && len(at) == 0 {
		verb = "violates"
	}
	result.Message = fmt.Sprintf("%s PodSecurity %q: %s", verb, of.String(), outcome.ForbiddenDetail())
	if isDenied && len(at) > 0 {
		result.Message = "its Pods would be rejected: " + result.Message
	}
	return result
}

// podTemplate is a Pod or the template of one.
type podTemplate struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     corev1.PodSpec    `json:"spec"`
}

func podOf(object contract.Object, at []string) (*podTemplate, bool) {
	for _, field := range at {
		inner, ok := object[field].(contract.Object)
		if !ok {
			return nil, false
		}
		object = inner
	}
	data, err := json.Marshal(object)
	if err != nil {
		return nil, false
	}
	var pod podTemplate
	if err := json.Unmarshal(data, &pod); err != nil {
		return nil, false
	}
	return &pod, true
}
