package judge

import (
	"fmt"
	"strings"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
	"plumbline.dev/engine/gatekeeper/internal/rego"
)

// syncList is what Gatekeeper replicates into data.inventory: the kinds that Config and SyncSets name.
type syncList map[contract.GVK]bool

func isSyncSet(object kube.Object) bool {
	kind := object.GVK()
	return kind.Group == "syncset.gatekeeper.sh" && kind.Kind == "SyncSet"
}

func (s syncList) add(entries []any) {
	for _, each := range entries {
		entry, _ := each.(map[string]any)
		object := kube.Object(entry)
		s[contract.GVK{Group: object.Text("group"), Version: object.Text("version"), Kind: object.Text("kind")}] = true
	}
}

// holds: with no list at all, the context is taken for what the inventory holds.
func (s syncList) holds(kind contract.GVK) bool { return len(s) == 0 || s[kind] }

// makeInventory files objects as Gatekeeper does: namespace/NAMESPACE/APIVERSION/KIND/NAME and cluster/APIVERSION/KIND/NAME.
func makeInventory(objects []contract.Object, synced syncList, exempt exemptions) rego.Inventory {
	all := map[string]any{}
	for _, each := range objects {
		object := kube.Object(each)
		if object.GVK().Kind == "" || !synced.holds(object.GVK()) || exempt.covers("sync", object) {
			continue
		}
		path := []string{"cluster"}
		if namespace := object.Namespace(); namespace != "" {
			path = []string{"namespace", namespace}
		}
		folder := all
		for _, key := range append(path, object.Text("apiVersion"), object.Text("kind")) {
			inside, ok := folder[key].(map[string]any)
			if !ok {
				inside = map[string]any{}
				folder[key] = inside
			}
			folder = inside
		}
		folder[object.Name()] = each
	}
	return rego.NewInventory(all)
}

// inventoryNeed is what is missing of the kinds that a policy reads; nil when all of them are known.
func (w *world) inventoryNeed(policy *rego.Policy) *rego.Need {
	for _, read := range policy.InventoryReads() {
		if !w.isKnown(read) {
			kind := read.Kind
			if kind == "" {
				kind = "any kind"
			}
			return &rego.Need{Word: "inventory", Reason: fmt.Sprintf("The policy compares with other objects in the cluster (%s), and not all of them are known.", kind)}
		}
	}
	return nil
}

func (w *world) isKnown(read rego.InventoryRead) bool {
	if w.complete.All {
		return true
	}
	group, _, hasGroup := strings.Cut(read.APIVersion, "/")
	if !hasGroup {
		group = ""
	}
	for _, each := range w.complete.Kinds {
		if each.Kind == read.Kind && each.Namespace == "" && (read.APIVersion == "" || each.Group == group) {
			return true
		}
	}
	return false
}
