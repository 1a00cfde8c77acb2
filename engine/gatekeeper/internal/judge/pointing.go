package judge

import (
	"regexp"
	"slices"
	"sort"
	"strconv"

	"plumbline.dev/engine/contract"
	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// pointed is what a violation says about the object, as paths of keys.
type pointed struct {
	path  []string
	reads [][]string
}

var containerLists = []string{"containers", "initContainers", "ephemeralContainers"}

// quoted finds names as policies write them into messages.
var quoted = regexp.MustCompile("[<\"'`\\[(]([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)[>\"'`\\])]")

// pointAt finds the container that a message names, when it can only be one, and the fields that the violated rule
// looked at, the most specific first.
func pointAt(object kube.Object, message string, details any, reads [][]string) pointed {
	named := namedContainer(object, message, details)
	found := pointed{path: named}
	seen := map[string]bool{}
	for _, each := range reads {
		path := within(object, each, named)
		if at := contract.Pointer(path...); at != "" && !seen[at] {
			seen[at] = true
			found.reads = append(found.reads, path)
		}
	}
	sort.SliceStable(found.reads, func(i, j int) bool { return len(found.reads[i]) > len(found.reads[j]) })
	return found
}

func namedContainer(object kube.Object, message string, details any) []string {
	names := map[string]bool{}
	for _, each := range quoted.FindAllStringSubmatch(message, -1) {
		names[each[1]] = true
	}
	if said, ok := details.(map[string]any); ok {
		for _, key := range []string{"container", "containerName"} {
			if name, ok := said[key].(string); ok {
				names[name] = true
			}
		}
	}
	var found []string
	for _, spec := range podSpecs {
		for _, list := range containerLists {
			for i, each := range object.List(append(append([]string{}, spec...), list)...) {
				container, _ := each.(map[string]any)
				if !names[kube.Object(container).Text("name")] {
					continue
				}
				if found != nil {
					return nil
				}
				found = append(append([]string{}, spec...), list, strconv.Itoa(i))
			}
		}
	}
	return found
}

// podSpecs are where objects of the built-in kinds hold the specification of a Pod.
var podSpecs = [][]string{{"spec"}, {"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}}

// within follows a path as far as the object goes. `*` is the named container where the path leads to it, the only
// member of a list of one, and otherwise the end.
func within(object kube.Object, path, named []string) []string {
	var value any = map[string]any(object)
	var walked []string
	for _, key := range path {
		switch inside := value.(type) {
		case map[string]any:
			next, isThere := inside[key]
			if !isThere {
				return walked
			}
			value = next
		case []any:
			index, isKnown := indexOf(key, inside, walked, named)
			if !isKnown {
				return walked
			}
			key, value = strconv.Itoa(index), inside[index]
		default:
			return walked
		}
		walked = append(walked, key)
	}
	return walked
}

func indexOf(key string, list []any, walked, named []string) (int, bool) {
	if key != "*" {
		index, err := strconv.Atoi(key)
		return index, err == nil && index >= 0 && index < len(list)
	}
	if len(named) == len(walked)+1 && slices.Equal(named[:len(walked)], walked) {
		index, err := strconv.Atoi(named[len(walked)])
		return index, err == nil
	}
	return 0, len(list) == 1
}
