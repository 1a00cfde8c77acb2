package judge

import (
	"io/fs"
	"path"
	"testing"

	builtin "github.com/argoproj/argo-cd/v3/resource_customizations"
	"sigs.k8s.io/yaml"

	"plumbline.dev/engine/health/internal/lua"
)

// TestArgoCDsOwnCases runs the cases that Argo CD keeps beside its scripts.
func TestArgoCDsOwnCases(t *testing.T) {
	files, err := fs.Glob(builtin.Embedded, "*/*/health_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		var cases struct {
			Tests []struct {
				InputPath    string
				HealthStatus struct{ Status, Message string }
			}
		}
		readYAML(t, file, &cases)
		if _, err := fs.Stat(builtin.Embedded, path.Join(path.Dir(file), "health.lua")); err != nil {
			t.Logf("%s tests a script that Argo CD does not have", file)
			continue
		}
		for _, each := range cases.Tests {
			count++
			input := path.Join(path.Dir(file), each.InputPath)
			var object map[string]any
			readYAML(t, input, &object)
			result := one(lua.NewRunner(), object, nil)
			wanted := each.HealthStatus
			if result.Status != wanted.Status || result.Message != wanted.Message {
				t.Errorf("%s: %+v, Argo CD says %+v", input, result, wanted)
			}
		}
	}
	if count < 1000 {
		t.Errorf("only %d cases were found", count)
	}
	t.Logf("%d cases of %d kinds", count, len(files))
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	text, err := builtin.Embedded.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
