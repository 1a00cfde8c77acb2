package shape

import (
	"math"
	"strings"
)

type fields = map[string]any

// constants are the defaults of fields that depend on nothing else; k8s.io/kubernetes pkg/apis/*/v1/defaults.go.
// What the API's own declarations state is in the table already.
var constants = map[string]fields{
	"Container":                        {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"},
	"EphemeralContainer":               {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"},
	"PodSpec":                          {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": int64(30)},
	"Probe":                            {"timeoutSeconds": int64(1), "periodSeconds": int64(10), "successThreshold": int64(1), "failureThreshold": int64(3)},
	"HTTPGetAction":                    {"path": "/", "scheme": "HTTP"},
	"ConfigMapVolumeSource":            {"defaultMode": int64(420)},
	"SecretVolumeSource":               {"defaultMode": int64(420)},
	"DownwardAPIVolumeSource":          {"defaultMode": int64(420)},
	"ProjectedVolumeSource":            {"defaultMode": int64(420)},
	"ServiceAccountTokenProjection":    {"expirationSeconds": int64(3600)},
	"ObjectFieldSelector":              {"apiVersion": "v1"},
	"HostPathVolumeSource":             {"type": ""},
	"ServiceSpec":                      {"sessionAffinity": "None", "type": "ClusterIP"},
	"Secret":                           {"type": "Opaque"},
	"PersistentVolumeSpec":             {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"},
	"PersistentVolumeStatus":           {"phase": "Pending"},
	"PersistentVolumeClaimSpec":        {"volumeMode": "Filesystem"},
	"PersistentVolumeClaimStatus":      {"phase": "Pending"},
	"NamespaceStatus":                  {"phase": "Active"},
	"DeploymentSpec":                   {"replicas": int64(1), "revisionHistoryLimit": int64(10), "progressDeadlineSeconds": int64(600)},
	"DeploymentStrategy":               {"type": "RollingUpdate"},
	"RollingUpdateDeployment":          {"maxSurge": "25%", "maxUnavailable": "25%"},
	"StatefulSetSpec":                  {"replicas": int64(1), "revisionHistoryLimit": int64(10), "podManagementPolicy": "OrderedReady"},
	"RollingUpdateStatefulSetStrategy": {"partition": int64(0)},
	"StatefulSetPersistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
	"DaemonSetSpec":                          {"revisionHistoryLimit": int64(10)},
	"DaemonSetUpdateStrategy":                {"type": "RollingUpdate"},
	"RollingUpdateDaemonSet":                 {"maxSurge": int64(0), "maxUnavailable": int64(1)},
	"ReplicaSetSpec":                         {"replicas": int64(1)},
	"PodFailurePolicyOnPodConditionsPattern": {"status": "True"},
	"CronJobSpec":                            {"concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": int64(3), "failedJobsHistoryLimit": int64(1)},
	"HorizontalPodAutoscalerSpec":            {"minReplicas": int64(1)},
	"v2.HorizontalPodAutoscalerSpec":         {"minReplicas": int64(1)},
	"NetworkPolicyPort":                      {"protocol": "TCP"},
	"EndpointPort":                           {"protocol": "TCP"},
	"IngressClassParametersReference":        {"scope": "Cluster"},
	"RoleRef":                                {"apiGroup": "rbac.authorization.k8s.io"},
	"StorageClass":                           {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
	"CSIDriverSpec":                          {"attachRequired": true, "podInfoOnMount": false, "storageCapacity": false, "fsGroupPolicy": "ReadWriteOnceWithFSType", "requiresRepublish": false},
	"PriorityClass":                          {"preemptionPolicy": "PreemptLowerPriority"},
	"ValidatingWebhook":                      {"failurePolicy": "Fail", "matchPolicy": "Equivalent", "timeoutSeconds": int64(10)},
	"MutatingWebhook":                        {"failurePolicy": "Fail", "matchPolicy": "Equivalent", "timeoutSeconds": int64(10), "reinvocationPolicy": "Never"},
	"RuleWithOperations":                     {"scope": "*"},
	"NamedRuleWithOperations":                {"scope": "*"},
	"ServiceReference":                       {"port": int64(443)},
	"MatchResources":                         {"matchPolicy": "Equivalent"},
	"ValidatingAdmissionPolicySpec":          {"failurePolicy": "Fail"},
	"MutatingAdmissionPolicySpec":            {"failurePolicy": "Fail"},
	"FlowSchemaSpec":                         {"matchingPrecedence": int64(1000)},
	"LimitedPriorityLevelConfiguration":      {"nominalConcurrencyShares": int64(30), "lendablePercent": int64(0)},
	"ExemptPriorityLevelConfiguration":       {"nominalConcurrencyShares": int64(0), "lendablePercent": int64(0)},
	"QueuingConfiguration":                   {"queues": int64(64), "handSize": int64(8), "queueLengthLimit": int64(50)},
	"ExactDeviceRequest":                     {"allocationMode": "ExactCount"},
	"DeviceSubRequest":                       {"allocationMode": "ExactCount"},
}

// rules are the defaults that depend on neighbours.
var rules = map[string]func(fields){
	"Volume":                    emptyDirUnlessSaid,
	"Container":                 fillContainer,
	"EphemeralContainer":        fillContainer,
	"ImageVolumeSource":         func(in fields) { setText(in, "pullPolicy", pullPolicy(in["reference"])) },
	"PodSpec":                   fillPodSpec,
	"Pod":                       fillPod,
	"ServiceSpec":               fillService,
	"Namespace":                 labelNamespace,
	"NodeStatus":                func(in fields) { setMap(in, "allocatable", in["capacity"]) },
	"LimitRangeItem":            fillLimitRange,
	"ReplicationController":     fillReplicationController,
	"DeploymentStrategy":        rollingUpdate("25%", "25%"),
	"DaemonSetUpdateStrategy":   rollingUpdate(int64(0), int64(1)),
	"StatefulSetUpdateStrategy": fillStatefulSetStrategy,
	"StatefulSetSpec": func(in fields) {
		setMap(in, "persistentVolumeClaimRetentionPolicy", fields{"whenDeleted": "Retain", "whenScaled": "Retain"})
	},
	"Job":                            fillJob,
	"NetworkPolicySpec":              fillNetworkPolicy,
	"Subject":                        fillSubject,
	"v2.HorizontalPodAutoscalerSpec": fillAutoscaler,
	"CSIDriverSpec":                  func(in fields) { setList(in, "volumeLifecycleModes", []any{"Persistent"}) },
	"ValidatingWebhook":              fillSelectors,
	"MutatingWebhook":                fillSelectors,
	"MatchResources":                 fillSelectors,
	"ExactDeviceRequest":             countDevices,
	"DeviceSubRequest":               countDevices,
}

// fill defaults one struct; its parts have been defaulted before.
func fill(named *Type, in fields) {
	for name, value := range constants[named.Name] {
		field := named.byName[name]
		if given, ok := in[name]; field != nil && (!ok || (!field.Pointer && isEmpty(given))) {
			in[name] = value
		}
	}
	if rule := rules[named.Name]; rule != nil {
		rule(in)
	}
}

func setText(in fields, field, value string) {
	if in[field] == nil || in[field] == "" {
		in[field] = value
	}
}

func setMap(in fields, field string, value any) {
	if _, ok := in[field]; !ok && value != nil {
		in[field] = value
	}
}

func setList(in fields, field string, value []any) {
	if items, _ := in[field].([]any); len(items) == 0 {
		in[field] = value
	}
}

func setValue(in fields, field string, value any) {
	if in[field] == nil {
		in[field] = value
	}
}

func emptyDirUnlessSaid(in fields) {
	for field := range in {
		if field != "name" {
			return
		}
	}
	in["emptyDir"] = fields{}
}

func fillContainer(in fields) {
	setText(in, "imagePullPolicy", pullPolicy(in["image"]))
}

// pullPolicy follows the tag: `latest`, said or not, is pulled always. A name that cannot be parsed has no tag.
func pullPolicy(image any) string {
	name, _ := image.(string)
	if name == "" {
		return "IfNotPresent"
	}
	if strings.Contains(name, "@") {
		name, _, _ = strings.Cut(name, "@")
		if tagOf(name) == "latest" {
			return "Always"
		}
		return "IfNotPresent"
	}
	if tag := tagOf(name); tag == "" || tag == "latest" {
		if !isImageName(name) {
			return "IfNotPresent"
		}
		return "Always"
	}
	return "IfNotPresent"
}

func tagOf(name string) string {
	last := name[strings.LastIndex(name, "/")+1:]
	_, tag, _ := strings.Cut(last, ":")
	return tag
}

// isImageName says whether a repository's name has only the letters it may have; the first part may be a host.
func isImageName(name string) bool {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if i == len(parts)-1 {
			part, _, _ = strings.Cut(part, ":")
		}
		isHost := i == 0 && len(parts) > 1
		if part == "" || (!isHost && strings.ToLower(part) != part) || strings.ContainsAny(part, " \t$%&!*()+=[]{};'\"\\|<>?,`~^#") {
			return false
		}
	}
	return true
}

func fillPodSpec(in fields) {
	account, _ := in["serviceAccountName"].(string)
	if account == "" {
		account, _ = in["serviceAccount"].(string)
	}
	if account != "" {
		in["serviceAccountName"], in["serviceAccount"] = account, account
	}
	setMap(in, "securityContext", fields{})
	if period, ok := in["terminationGracePeriodSeconds"].(int64); ok && period < 0 {
		in["terminationGracePeriodSeconds"] = int64(1)
	}
}

// fillPod does what the server does for a Pod and not for the template of one.
func fillPod(in fields) {
	spec, _ := in["spec"].(fields)
	if spec == nil {
		return
	}
	setValue(spec, "enableServiceLinks", true)
	for _, list := range []string{"containers", "initContainers"} {
		containers, _ := spec[list].([]any)
		for _, each := range containers {
			if container, ok := each.(fields); ok {
				requestLimits(container)
				if spec["hostNetwork"] == true {
					exposePorts(container)
				}
			}
		}
	}
}

func requestLimits(container fields) {
	resources, _ := container["resources"].(fields)
	limits, _ := resources["limits"].(fields)
	if len(limits) == 0 {
		return
	}
	requests := fields{}
	for name, value := range limits {
		requests[name] = value
	}
	given, _ := resources["requests"].(fields)
	for name, value := range given {
		requests[name] = value
	}
	resources["requests"] = requests
}

func exposePorts(container fields) {
	ports, _ := container["ports"].([]any)
	for _, each := range ports {
		if port, ok := each.(fields); ok && isEmpty(port["hostPort"]) {
			port["hostPort"] = port["containerPort"]
		}
	}
}

func fillService(in fields) {
	kind := in["type"]
	switch in["sessionAffinity"] {
	case "None":
		delete(in, "sessionAffinityConfig")
	case "ClientIP":
		config, _ := in["sessionAffinityConfig"].(fields)
		client, _ := config["clientIP"].(fields)
		if client["timeoutSeconds"] == nil {
			in["sessionAffinityConfig"] = fields{"clientIP": fields{"timeoutSeconds": int64(10800)}}
		}
	}
	ports, _ := in["ports"].([]any)
	for _, each := range ports {
		if port, ok := each.(fields); ok {
			setText(port, "protocol", "TCP")
			if isEmpty(port["targetPort"]) {
				port["targetPort"] = port["port"]
			}
		}
	}
	addresses, _ := in["externalIPs"].([]any)
	isExternal := kind == "LoadBalancer" || kind == "NodePort" || (kind == "ClusterIP" && len(addresses) > 0)
	if isExternal {
		setText(in, "externalTrafficPolicy", "Cluster")
	}
	if kind == "LoadBalancer" || kind == "NodePort" || kind == "ClusterIP" {
		setText(in, "internalTrafficPolicy", "Cluster")
	}
	if kind == "LoadBalancer" {
		setValue(in, "allocateLoadBalancerNodePorts", true)
	}
}

func labelNamespace(in fields) {
	metadata, _ := in["metadata"].(fields)
	name, _ := metadata["name"].(string)
	if name == "" {
		return
	}
	labels := fields{}
	given, _ := metadata["labels"].(fields)
	for key, value := range given {
		labels[key] = value
	}
	labels["kubernetes.io/metadata.name"] = name
	metadata["labels"] = labels
}

func fillLimitRange(in fields) {
	if in["type"] != "Container" {
		return
	}
	merge := func(field string, from ...string) {
		merged := fields{}
		for _, each := range append(from, field) {
			values, _ := in[each].(fields)
			for name, value := range values {
				merged[name] = value
			}
		}
		in[field] = merged
	}
	merge("default", "max")
	merge("defaultRequest", "min", "default")
}

func fillReplicationController(in fields) {
	spec, _ := in["spec"].(fields)
	if spec == nil {
		return
	}
	setValue(spec, "replicas", int64(1))
	labels := templateLabels(spec)
	if len(labels) == 0 {
		return
	}
	if selector, _ := spec["selector"].(fields); len(selector) == 0 {
		spec["selector"] = labels
	}
	labelFromTemplate(in)
}

func templateLabels(spec fields) fields {
	template, _ := spec["template"].(fields)
	metadata, _ := template["metadata"].(fields)
	labels, _ := metadata["labels"].(fields)
	return labels
}

func labelFromTemplate(in fields) {
	spec, _ := in["spec"].(fields)
	metadata, _ := in["metadata"].(fields)
	labels := templateLabels(spec)
	if own, _ := metadata["labels"].(fields); len(labels) > 0 && len(own) == 0 && metadata != nil {
		metadata["labels"] = labels
	}
}

// rollingUpdate gives the strategy of that type its numbers.
func rollingUpdate(surge, unavailable any) func(fields) {
	return func(in fields) {
		if in["type"] == "RollingUpdate" {
			setMap(in, "rollingUpdate", fields{"maxSurge": surge, "maxUnavailable": unavailable})
		}
	}
}

func fillStatefulSetStrategy(in fields) {
	if isEmpty(in["type"]) {
		in["type"] = "RollingUpdate"
		setMap(in, "rollingUpdate", fields{"partition": int64(0)})
	}
}

// fillJob defaults a Job; the template in a CronJob stays as it is until a Job is made of it.
func fillJob(in fields) {
	labelFromTemplate(in)
	spec, _ := in["spec"].(fields)
	if spec == nil {
		return
	}
	if spec["completions"] == nil && spec["parallelism"] == nil {
		spec["completions"] = int64(1)
	}
	limit, replacement := int64(6), "TerminatingOrFailed"
	if spec["backoffLimitPerIndex"] != nil {
		limit = math.MaxInt32
	}
	if spec["podFailurePolicy"] != nil {
		replacement = "Failed"
	}
	for field, value := range (fields{
		"parallelism": int64(1), "backoffLimit": limit, "completionMode": "NonIndexed", "suspend": false,
		"podReplacementPolicy": replacement, "manualSelector": false,
	}) {
		setValue(spec, field, value)
	}
}

func fillNetworkPolicy(in fields) {
	types := []any{"Ingress"}
	if egress, _ := in["egress"].([]any); len(egress) > 0 {
		types = append(types, "Egress")
	}
	setList(in, "policyTypes", types)
}

func fillSubject(in fields) {
	if kind := in["kind"]; kind == "User" || kind == "Group" {
		setText(in, "apiGroup", "rbac.authorization.k8s.io")
	}
}

func fillAutoscaler(in fields) {
	setList(in, "metrics", []any{fields{"type": "Resource", "resource": fields{
		"name": "cpu", "target": fields{"type": "Utilization", "averageUtilization": int64(80)},
	}}})
	if behavior, ok := in["behavior"].(fields); ok {
		setScaling(behavior, "scaleUp", fields{"stabilizationWindowSeconds": int64(0), "selectPolicy": "Max", "policies": []any{
			fields{"type": "Pods", "value": int64(4), "periodSeconds": int64(15)},
			fields{"type": "Percent", "value": int64(100), "periodSeconds": int64(15)},
		}})
		setScaling(behavior, "scaleDown", fields{"selectPolicy": "Max", "policies": []any{
			fields{"type": "Percent", "value": int64(100), "periodSeconds": int64(15)},
		}})
	}
}

func setScaling(behavior fields, field string, defaults fields) {
	given, _ := behavior[field].(fields)
	for name, value := range given {
		if value != nil {
			defaults[name] = value
		}
	}
	behavior[field] = defaults
}

func fillSelectors(in fields) {
	setMap(in, "namespaceSelector", fields{})
	setMap(in, "objectSelector", fields{})
}

func countDevices(in fields) {
	if in["allocationMode"] == "ExactCount" && isEmpty(in["count"]) {
		in["count"] = int64(1)
	}
}
