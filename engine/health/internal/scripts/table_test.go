package scripts

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// table is where the editor looks up which kinds have a script, so that this module is loaded only for them.
const table = "../../../../src/core/health/scriptedKinds.json"

var update = flag.Bool("update", false, "write the table of scripted kinds anew")

func TestTheTableOfScriptedKindsIsThatOfArgoCD(t *testing.T) {
	kinds := map[string][]string{}
	for _, folder := range folders() {
		group, kind, _ := strings.Cut(patternOf(folder), "/")
		kinds[group] = append(kinds[group], kind)
		slices.Sort(kinds[group])
	}
	if *update {
		text, err := json.MarshalIndent(kinds, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(table, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	var known map[string][]string
	if err := json.Unmarshal(text, &known); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(known, kinds) {
		t.Errorf("%s is out of date: go test ./internal/scripts -update writes it anew", table)
	}
}
