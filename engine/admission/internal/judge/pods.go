package judge

import (
	"k8s.io/apiserver/pkg/admission"

	"plumbline.dev/engine/admission/internal/world"
	"plumbline.dev/engine/contract"
)

// Before any policy sees a new Pod, admission plugins that are on by default have written into it: ServiceAccount,
// Priority and DefaultTolerationSeconds. What they write depends on nothing but well-known objects; LimitRanges and
// webhooks are left to the cluster's own dry-run.

const tokenFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

// admitPod is the Pod after those plugins; other objects are returned as they are.
func (r *request) admitPod(pod contract.Object) contract.Object {
	spec, _ := pod["spec"].(contract.Object)
	isNewPod := r.operation == admission.Create && r.kind.Group == "" && r.kind.Kind == "Pod" && r.given.SubResource == ""
	if !isNewPod || spec == nil {
		return pod
	}
	admitted := contract.Object{}
	for field, value := range spec {
		admitted[field] = value
	}
	r.addAccount(admitted)
	r.addPriority(admitted)
	addTolerations(admitted)
	return withField(pod, "spec", admitted)
}

// addAccount is ServiceAccount's: the account `default`, its token and its image pull secrets.
func (r *request) addAccount(spec contract.Object) {
	name, _ := spec["serviceAccountName"].(string)
	if name == "" {
		name = "default"
		spec["serviceAccountName"], spec["serviceAccount"] = name, name
	}
	// An unknown account is one that says nothing of tokens, as the ones that the cluster makes.
	account, _ := r.world.Find("", "ServiceAccount", r.namespace, name)
	if secrets, _ := spec["imagePullSecrets"].([]any); len(secrets) == 0 {
		if given, _ := account["imagePullSecrets"].([]any); len(given) > 0 {
			spec["imagePullSecrets"] = given
		}
	}
	mounts := account["automountServiceAccountToken"] != false
	if said, ok := spec["automountServiceAccountToken"].(bool); ok {
		mounts = said
	}
	if mounts {
		mountToken(spec)
	}
}

// mountToken mounts the account's token where a container does not mount something itself; the volume's name ends in
// five letters that a server draws.
func mountToken(spec contract.Object) {
	const name = "kube-api-access-00000"
	isMounted := false
	for _, list := range []string{"initContainers", "containers"} {
		containers, ok := spec[list].([]any)
		if !ok {
			continue
		}
		changed := make([]any, len(containers))
		for i, each := range containers {
			container, _ := each.(contract.Object)
			mounts, _ := container["volumeMounts"].([]any)
			changed[i] = each
			if container != nil && !hasMount(mounts) {
				mount := contract.Object{"name": name, "mountPath": tokenFolder, "readOnly": true}
				changed[i] = withField(container, "volumeMounts", append(mounts[:len(mounts):len(mounts)], mount))
				isMounted = true
			}
		}
		spec[list] = changed
	}
	if isMounted {
		volumes, _ := spec["volumes"].([]any)
		spec["volumes"] = append(volumes[:len(volumes):len(volumes)], tokenVolume(name))
	}
}

func hasMount(mounts []any) bool {
	for _, each := range mounts {
		if mount, _ := each.(contract.Object); mount["mountPath"] == tokenFolder {
			return true
		}
	}
	return false
}

func tokenVolume(name string) contract.Object {
	return contract.Object{"name": name, "projected": contract.Object{
		"defaultMode": int64(420),
		"sources": []any{
			contract.Object{"serviceAccountToken": contract.Object{"expirationSeconds": int64(3607), "path": "token"}},
			contract.Object{"configMap": contract.Object{
				"name": "kube-root-ca.crt", "items": []any{contract.Object{"key": "ca.crt", "path": "ca.crt"}},
			}},
			contract.Object{"downwardAPI": contract.Object{"items": []any{contract.Object{
				"path": "namespace", "fieldRef": contract.Object{"apiVersion": "v1", "fieldPath": "metadata.namespace"},
			}}}},
		},
	}}
}

// systemPriorities are the classes that every cluster has.
var systemPriorities = map[string]int64{"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}

// addPriority is Priority's: the class's value, or that of the default class, or none; an unknown class says nothing.
func (r *request) addPriority(spec contract.Object) {
	name, _ := spec["priorityClassName"].(string)
	value, isKnown := systemPriorities[name]
	class := r.world.PriorityClass(name)
	switch {
	case class != nil:
		value, isKnown = asWhole(class["value"])
		spec["priorityClassName"] = world.NameOf(class)
	case name == "":
		isKnown = true
	}
	if !isKnown {
		return
	}
	spec["priority"] = value
	if spec["preemptionPolicy"] == nil {
		spec["preemptionPolicy"] = "PreemptLowerPriority"
		if policy, ok := class["preemptionPolicy"].(string); ok {
			spec["preemptionPolicy"] = policy
		}
	}
}

func asWhole(value any) (int64, bool) {
	whole, ok := value.(int64)
	return whole, ok
}

// addTolerations is DefaultTolerationSeconds': five minutes on a node that is not ready or out of reach.
func addTolerations(spec contract.Object) {
	given, _ := spec["tolerations"].([]any)
	tolerations := given[:len(given):len(given)]
	for _, key := range []string{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"} {
		if !tolerates(given, key) {
			tolerations = append(tolerations, contract.Object{
				"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": int64(300),
			})
		}
	}
	spec["tolerations"] = tolerations
}

func tolerates(tolerations []any, key string) bool {
	for _, each := range tolerations {
		toleration, _ := each.(contract.Object)
		own, _ := toleration["key"].(string)
		effect, _ := toleration["effect"].(string)
		if (own == key || own == "") && (effect == "NoExecute" || effect == "") {
			return true
		}
	}
	return false
}
