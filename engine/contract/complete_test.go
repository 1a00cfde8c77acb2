package contract

import (
	"encoding/json"
	"testing"
)

func TestCompleteHoldsWhatItsJSONSays(t *testing.T) {
	cases := map[string]struct {
		text, group, kind, namespace string
		want                         bool
	}{
		"every kind":                     {`"all"`, "apps", "Deployment", "shop", true},
		"a kind in all namespaces":       {`[{"group":"","kind":"ConfigMap"}]`, "", "ConfigMap", "shop", true},
		"the same kind of another group": {`[{"group":"","kind":"ConfigMap"}]`, "x.example", "ConfigMap", "shop", false},
		"a kind in this namespace":       {`[{"group":"","kind":"ConfigMap","namespace":"shop"}]`, "", "ConfigMap", "shop", true},
		"a kind in another namespace":    {`[{"group":"","kind":"ConfigMap","namespace":"shop"}]`, "", "ConfigMap", "pay", false},
		"nothing":                        {`[]`, "", "ConfigMap", "", false},
		"a null":                         {`null`, "", "ConfigMap", "", false},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			var complete Complete
			if err := json.Unmarshal([]byte(each.text), &complete); err != nil {
				t.Fatal(err)
			}
			if got := complete.Holds(each.group, each.kind, each.namespace); got != each.want {
				t.Errorf("Holds is %v", got)
			}
		})
	}
}

func TestCompleteRefusesAnyWordButAll(t *testing.T) {
	if err := json.Unmarshal([]byte(`"some"`), &Complete{}); err == nil {
		t.Error("it was taken")
	}
}

func TestPointerEscapesWhatPointersAreMadeOf(t *testing.T) {
	if got := Pointer("metadata", "annotations", "a/b~c"); got != "/metadata/annotations/a~1b~0c" {
		t.Error(got)
	}
}
