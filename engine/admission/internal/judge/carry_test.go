package judge

import (
	"reflect"
	"testing"

	"plumbline.dev/engine/contract"
)

func TestAMutationIsCarriedWithoutTheServersDefaults(t *testing.T) {
	object := func(pairs ...any) contract.Object {
		made := contract.Object{}
		for i := 0; i < len(pairs); i += 2 {
			made[pairs[i].(string)] = pairs[i+1]
		}
		return made
	}
	list := func(items ...any) []any { return items }
	cases := map[string]struct{ before, after, raw, want contract.Object }{
		"a field that is added": {
			object("a", 1, "added", true), object("a", 1, "added", true, "b", 2), object("a", 1), object("a", 1, "b", 2),
		},
		"a field that is removed": {
			object("a", 1, "b", 2, "added", true), object("b", 2, "added", true), object("a", 1, "b", 2), object("b", 2),
		},
		"a field inside one that only the server has": {
			object("a", object("added", true)), object("a", object("added", true, "b", 2)), object(), object("a", object("b", 2)),
		},
		"an item in front": {
			object("l", list(object("name", "x", "added", true))),
			object("l", list(object("name", "y"), object("name", "x", "added", true))),
			object("l", list(object("name", "x"))),
			object("l", list(object("name", "y"), object("name", "x"))),
		},
		"an item of several": {
			object("l", list(object("v", 1, "added", true), object("v", 2, "added", true))),
			object("l", list(object("v", 1, "added", true), object("v", 3, "added", true))),
			object("l", list(object("v", 1), object("v", 2))),
			object("l", list(object("v", 1), object("v", 3))),
		},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			if got := carry(each.before, each.after, each.raw); !reflect.DeepEqual(got, each.want) {
				t.Errorf("got %v, want %v", got, each.want)
			}
		})
	}
}
