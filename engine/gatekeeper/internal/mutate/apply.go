package mutate

import (
	"fmt"

	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/path/parser"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// Apply changes an object in place.
func (m *Mutator) Apply(object kube.Object) error {
	_, err := m.change(object, map[string]any(object), 0)
	return err
}

// change walks down the path and gives what stands in the place of a value; nil where a test forbids the change.
func (m *Mutator) change(object kube.Object, value any, depth int) (any, error) {
	switch node := m.path[depth].(type) {
	case *parser.Object:
		return m.changeField(object, value, node.Reference, depth)
	case *parser.List:
		return m.changeList(object, value, node, depth)
	default:
		return nil, fmt.Errorf("the location has a part of an unknown kind")
	}
}

func (m *Mutator) changeField(object kube.Object, value any, key string, depth int) (any, error) {
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: the location leads through an object where the manifest has something else", m.upTo(depth))
	}
	next, exists := fields[key]
	if !m.allows(depth, exists) {
		return nil, nil
	}
	if depth == len(m.path)-1 {
		return fields, m.setter.set(object, fields, key)
	}
	if !exists {
		next = m.missing(depth)
	}
	changed, err := m.change(object, next, depth+1)
	if err != nil || changed == nil {
		return nil, err
	}
	fields[key] = changed
	return fields, nil
}

func (m *Mutator) changeList(object kube.Object, value any, node *parser.List, depth int) (any, error) {
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("%s: the location leads through a list where the manifest has something else", m.upTo(depth))
	}
	if depth == len(m.path)-1 {
		return m.putMember(object, list, node, depth)
	}
	if node.Glob && !m.allows(depth, true) {
		return nil, nil
	}
	into := append([]any{}, list...)
	isFound, isChanged := false, false
	for _, member := range list {
		if !node.Glob && !hasKey(member, node) {
			continue
		}
		if !m.allows(depth, true) {
			return nil, nil
		}
		isFound = true
		changed, err := m.change(object, member, depth+1)
		if err != nil {
			return nil, err
		}
		isChanged = isChanged || changed != nil
	}
	if !isFound && !node.Glob {
		if !m.allows(depth, false) {
			return nil, nil
		}
		member, _ := m.missing(depth).(map[string]any)
		if member == nil {
			return nil, fmt.Errorf("%s: a list stands directly in a list", m.upTo(depth))
		}
		member[node.KeyField] = node.KeyValue
		changed, err := m.change(object, member, depth+1)
		if err != nil {
			return nil, err
		}
		into, isChanged = append(into, member), changed != nil
	}
	if !isChanged {
		return nil, nil
	}
	return into, nil
}

// putMember sets a whole member of a list, which is known by its key.
func (m *Mutator) putMember(object kube.Object, list []any, node *parser.List, depth int) (any, error) {
	if node.Glob {
		return nil, fmt.Errorf("%s: the location must not end with *", m.upTo(depth))
	}
	member, err := m.setter.member(object)
	if err != nil {
		return nil, err
	}
	into := append([]any{}, list...)
	for i, each := range list {
		if !hasKey(each, node) {
			continue
		}
		if !isSame(member[node.KeyField], node.KeyValue) {
			return nil, fmt.Errorf("%s: the value must keep the key %v", m.upTo(depth), node.KeyValue)
		}
		if !m.allows(depth, true) {
			return nil, nil
		}
		into[i] = member
		return into, nil
	}
	if !m.allows(depth, false) {
		return nil, nil
	}
	return append(into, member), nil
}

func (m *Mutator) allows(depth int, exists bool) bool {
	switch m.tests[depth] {
	case mustExist:
		return exists
	case mustNotExist:
		return !exists
	default:
		return true
	}
}

// missing is an empty value of the kind that the next part of the path needs.
func (m *Mutator) missing(depth int) any {
	if _, isList := m.path[depth+1].(*parser.List); isList {
		return []any{}
	}
	return map[string]any{}
}

func (m *Mutator) upTo(depth int) string {
	return parser.Path{Nodes: m.path[:depth+1]}.String()
}

func hasKey(member any, node *parser.List) bool {
	fields, ok := member.(map[string]any)
	return ok && fields[node.KeyField] != nil && isSame(fields[node.KeyField], node.KeyValue)
}

// isSame compares keys; whole numbers of a location and of a manifest have different Go types.
func isSame(one, other any) bool { return fmt.Sprint(one) == fmt.Sprint(other) }
