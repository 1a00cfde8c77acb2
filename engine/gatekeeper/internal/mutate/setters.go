package mutate

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"plumbline.dev/engine/gatekeeper/internal/kube"
)

// setter puts a value at the end of a path.
type setter interface {
	set(object kube.Object, fields map[string]any, key string) error
	// member is the value where the path ends with a member of a list.
	member(object kube.Object) (map[string]any, error)
}

func newSetter(kind string, object kube.Object) (setter, error) {
	parameters := kube.Object(object.Map("spec", "parameters"))
	switch kind {
	case "ModifySet":
		operation := parameters.Text("operation")
		if operation == "" {
			operation = "merge"
		}
		if operation != "merge" && operation != "prune" {
			return nil, fmt.Errorf("operation %q is neither merge nor prune", operation)
		}
		return setOfValues{parameters.List("values", "fromList"), operation == "prune"}, nil
	case "AssignImage":
		image := imageParts{parameters.Text("assignDomain"), parameters.Text("assignPath"), parameters.Text("assignTag")}
		if image == (imageParts{}) {
			return nil, errors.New("one of assignDomain, assignPath and assignTag must be set")
		}
		return image, nil
	default:
		return newAssignment(kube.Object(parameters.Map("assign")))
	}
}

// assignment sets one value: as it stands, or the object's own name or namespace.
type assignment struct {
	value any
	field string
	// isOutside says that the value comes from an external data provider.
	isOutside bool
}

func newAssignment(assign kube.Object) (setter, error) {
	value, isGiven := assign["value"]
	field := assign.Text("fromMetadata", "field")
	switch {
	case assign["externalData"] != nil:
		return assignment{isOutside: true}, nil
	case isGiven:
		return assignment{value: value}, nil
	case field == "name" || field == "namespace":
		return assignment{field: field}, nil
	default:
		return nil, errors.New("assign must have a value, fromMetadata (name or namespace) or externalData")
	}
}

func (a assignment) of(object kube.Object) (any, error) {
	switch {
	case a.isOutside:
		return nil, ErrOutside
	case a.field != "":
		return object.Text("metadata", a.field), nil
	default:
		return kube.Object{"": a.value}.Copy()[""], nil
	}
}

func (a assignment) set(object kube.Object, fields map[string]any, key string) error {
	value, err := a.of(object)
	if err == nil {
		fields[key] = value
	}
	return err
}

func (a assignment) member(object kube.Object) (map[string]any, error) {
	value, err := a.of(object)
	if err != nil {
		return nil, err
	}
	member, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("a member of a list must be an object")
	}
	return member, nil
}

var errNoMember = errors.New("the location must not end with a member of a list")

// setOfValues adds values to a list that has not got them, or takes them out.
type setOfValues struct {
	values   []any
	isPruned bool
}

func (s setOfValues) set(_ kube.Object, fields map[string]any, key string) error {
	existing, exists := fields[key]
	list, isList := existing.([]any)
	if exists && !isList {
		return fmt.Errorf("%s is no list", key)
	}
	has := func(in []any, value any) bool {
		return slices.ContainsFunc(in, func(each any) bool { return reflect.DeepEqual(each, value) })
	}
	if s.isPruned {
		if exists {
			fields[key] = slices.DeleteFunc(slices.Clone(list), func(each any) bool { return has(s.values, each) })
		}
		return nil
	}
	into := slices.Clone(list)
	for _, value := range s.values {
		if !has(into, value) {
			into = append(into, value)
		}
	}
	fields[key] = into
	return nil
}

func (setOfValues) member(kube.Object) (map[string]any, error) { return nil, errNoMember }

// imageParts replace parts of an image's reference; the tag holds its `:` or `@`.
type imageParts struct{ domain, path, tag string }

func (i imageParts) set(_ kube.Object, fields map[string]any, key string) error {
	text, isText := fields[key].(string)
	if fields[key] != nil && !isText {
		return fmt.Errorf("%s is no text", key)
	}
	fields[key] = i.replaceIn(text)
	return nil
}

func (imageParts) member(kube.Object) (map[string]any, error) { return nil, errNoMember }

// replaceIn: the first part is a domain when it has a dot or a colon, or is localhost.
func (i imageParts) replaceIn(reference string) string {
	domain, rest, hasSlash := strings.Cut(reference, "/")
	if !hasSlash || !strings.ContainsAny(domain, ".:") && domain != "localhost" {
		domain, rest = "", reference
	}
	path, tag := rest, ""
	if at := strings.IndexAny(rest, ":@"); at >= 0 {
		path, tag = rest[:at], rest[at:]
	}
	chosen := imageParts{firstOf(i.domain, domain), firstOf(i.path, path), firstOf(i.tag, tag)}
	if chosen.domain != "" {
		chosen.domain += "/"
	}
	return chosen.domain + chosen.path + chosen.tag
}

func firstOf(one, other string) string {
	if one != "" {
		return one
	}
	return other
}
