package versions

import "testing"

func TestTheNewestVersionThatFitsIsChosen(t *testing.T) {
	all := []string{"1.2.0", "1.10.1", "v2.0.0", "2.1.0-rc.1", "latest", "1.10.1+build"}
	cases := map[string]string{
		"":               "v2.0.0",
		"*":              "v2.0.0",
		"1.x":            "1.10.1",
		"~1.2":           "1.2.0",
		"^1.2.0":         "1.10.1",
		">=1.0.0 <2.0.0": "1.10.1",
		">=2.0.0-0":      "2.1.0-rc.1",
		"2.0.0":          "v2.0.0",
		"latest":         "latest",
		"3.x":            "",
		"1.2.0 || 9":     "1.2.0",
	}
	for constraint, wanted := range cases {
		if got := Choose(Request{all, constraint}); got.Version != wanted || got.Problem != "" {
			t.Errorf("%q gives %+v, wanted %q", constraint, got, wanted)
		}
	}
}

func TestAWordThatIsNoConstraintIsAProblem(t *testing.T) {
	if got := Choose(Request{[]string{"1.0.0"}, "not a version"}); got.Problem == "" {
		t.Errorf("%+v", got)
	}
}
