package judge

import (
	"strings"

	"plumbline.dev/engine/contract"
)

// builtIn lists the kinds that every API server of today serves, by group: those outside of namespaces and those inside.
var builtIn = map[string]struct{ cluster, namespaced string }{
	"": {"ComponentStatus Namespace Node PersistentVolume",
		"Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount"},
	"admissionregistration.k8s.io": {"MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration", ""},
	"apiextensions.k8s.io":         {"CustomResourceDefinition", ""},
	"apiregistration.k8s.io":       {"APIService", ""},
	"apps":                         {"", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"},
	"autoscaling":                  {"", "HorizontalPodAutoscaler Scale"},
	"batch":                        {"", "CronJob Job"},
	"certificates.k8s.io":          {"CertificateSigningRequest ClusterTrustBundle", "PodCertificateRequest"},
	"coordination.k8s.io":          {"", "Lease LeaseCandidate"},
	"discovery.k8s.io":             {"", "EndpointSlice"},
	"events.k8s.io":                {"", "Event"},
	"extensions":                   {"PodSecurityPolicy", "DaemonSet Deployment Ingress NetworkPolicy ReplicaSet"},
	"flowcontrol.apiserver.k8s.io": {"FlowSchema PriorityLevelConfiguration", ""},
	"networking.k8s.io":            {"IPAddress IngressClass ServiceCIDR", "Ingress NetworkPolicy"},
	"node.k8s.io":                  {"RuntimeClass", ""},
	"policy":                       {"PodSecurityPolicy", "Eviction PodDisruptionBudget"},
	"rbac.authorization.k8s.io":    {"ClusterRole ClusterRoleBinding", "Role RoleBinding"},
	"resource.k8s.io":              {"DeviceClass DeviceTaintRule ResourceSlice", "ResourceClaim ResourceClaimTemplate"},
	"scheduling.k8s.io":            {"PriorityClass", ""},
	"storage.k8s.io":               {"CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass", "CSIStorageCapacity"},
}

// scope is where objects of a kind live.
type scope int

const (
	unknownScope scope = iota
	clusterScope
	namespaceScope
)

// kindTable knows scopes and plural names.
type kindTable struct {
	scopes  map[contract.GVK]scope
	plurals map[contract.GVK]string
}

func newKindTable(served []contract.Kind) kindTable {
	table := kindTable{map[contract.GVK]scope{}, map[contract.GVK]string{}}
	for group, names := range builtIn {
		for _, kind := range strings.Fields(names.cluster) {
			table.scopes[contract.GVK{Group: group, Kind: kind}] = clusterScope
		}
		for _, kind := range strings.Fields(names.namespaced) {
			table.scopes[contract.GVK{Group: group, Kind: kind}] = namespaceScope
		}
	}
	for _, each := range served {
		key := contract.GVK{Group: each.Group, Kind: each.Kind}
		table.scopes[key] = clusterScope
		if each.IsNamespaced {
			table.scopes[key] = namespaceScope
		}
		table.plurals[key] = each.Plural
	}
	return table
}

func (t kindTable) scope(of contract.GVK) scope {
	return t.scopes[contract.GVK{Group: of.Group, Kind: of.Kind}]
}

// plural is the resource of a kind: as served, else by the rule that all built-in kinds follow.
func (t kindTable) plural(of contract.GVK) string {
	if plural := t.plurals[contract.GVK{Group: of.Group, Kind: of.Kind}]; plural != "" {
		return plural
	}
	name := strings.ToLower(of.Kind)
	switch {
	case name == "endpoints":
		return name
	case strings.HasSuffix(name, "s"):
		return name + "es"
	case strings.HasSuffix(name, "y"):
		return strings.TrimSuffix(name, "y") + "ies"
	default:
		return name + "s"
	}
}
