package known

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"

	"plumbline.dev/engine/contract"
)

// AddGlobal takes in a GlobalContextEntry.
func (w *World) AddGlobal(name string, entry contract.Object) { w.globals[name] = entry }

// Global gives what a GlobalContextEntry holds, or what one of its projections makes of that: the objects of a kind, or
// the API server's answer to a GET. What a service outside of the cluster says cannot be known.
// https://kyverno.io/docs/policy-types/cluster-policy/external-data-sources/#global-context
func (c Client) Global(name, projection string) (any, error) {
	spec, _ := c.World.globals[name]["spec"].(map[string]any)
	if spec == nil {
		return nil, c.World.Miss("needs the global context entry %s", name)
	}
	data, err := c.globalData(name, spec)
	if err != nil || projection == "" {
		return data, err
	}
	projections, _ := spec["projections"].([]any)
	for _, each := range projections {
		each, _ := each.(map[string]any)
		if expression, _ := each["jmesPath"].(string); each["name"] == projection {
			return jmespath.New(config.NewDefaultConfiguration(false)).Search(expression, data)
		}
	}
	return nil, fmt.Errorf("projection %q not found", projection)
}

func (c Client) globalData(name string, spec map[string]any) (any, error) {
	if resource, ok := spec["kubernetesResource"].(map[string]any); ok {
		return c.ListPlural(word(resource, "group"), word(resource, "resource"), word(resource, "namespace"))
	}
	call, _ := spec["apiCall"].(map[string]any)
	path := word(call, "urlPath")
	if call["service"] != nil || path == "" {
		return nil, c.World.Miss("needs the global context entry %s, which a service outside of the cluster fills", name)
	}
	text, err := c.RawAbsPath(context.Background(), path, word(call, "method"), nil)
	if err != nil {
		return nil, err
	}
	var data any
	return data, json.Unmarshal(text, &data)
}

func word(in map[string]any, name string) string {
	text, _ := in[name].(string)
	return text
}
