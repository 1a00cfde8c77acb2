package render

import (
	"strings"
	"testing"
)

func TestTrackingIsAddedToWhatTheKustomizationAsksFor(t *testing.T) {
	for name, each := range map[string]struct {
		given string
		asked bool
		want  string
	}{
		"nothing asked":       {"resources: [a.yaml]\n", false, `"buildMetadata":["originAnnotations","transformerAnnotations"]`},
		"the label only":      {"buildMetadata: [managedByLabel]\n", false, `"buildMetadata":["managedByLabel","originAnnotations","transformerAnnotations"]`},
		"one of both":         {"buildMetadata: [originAnnotations]\n", false, `"buildMetadata":["originAnnotations","transformerAnnotations"]`},
		"both, nothing to do": {"buildMetadata: [transformerAnnotations, originAnnotations]\n", true, "buildMetadata: ["},
		"flow style":          {`{"resources": ["a.yaml"]}`, false, `"resources":["a.yaml"]`},
		"an ended document":   {"resources: [a.yaml]\n...\n", false, `"buildMetadata"`},
	} {
		t.Run(name, func(t *testing.T) {
			asked, content := switchOnTracking([]byte(each.given))
			if asked != each.asked || !strings.Contains(string(content), each.want) {
				t.Fatalf("asked %v, content %s", asked, content)
			}
		})
	}
}
