package aliases

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestABombIsFoundAtItsLineAndOrdinaryAliasesAreNot(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for i, name := range strings.Split("bcdefghi", "") {
		below := string("abcdefgh"[i])
		bomb += fmt.Sprintf("%s: &%s [%s]\n", name, name, strings.TrimSuffix(strings.Repeat("*"+below+",", 9), ","))
	}
	cases := map[string]struct {
		text string
		line int
	}{
		"each line nine times the one before": {bomb, 8},
		"in the second document":              {"a: b\n---\n" + bomb, 10},
		"a list that contains itself":         {"a: &a [*a]\n", 1},
		"a label used twice":                  {"a: &a {app: web}\nb: *a\nc: *a\n", 0},
		"text that is no YAML":                {"a: &a [*a\n  b: {", 0},
		"no aliases":                          {"a: 1 * 2 & 3\n", 0},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			found := Bomb{}
			errors.As(Check([]byte(each.text)), &found)
			if found.Line != each.line {
				t.Errorf("line %d instead of %d", found.Line, each.line)
			}
		})
	}
}
