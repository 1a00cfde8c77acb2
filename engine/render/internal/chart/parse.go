package chart

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"unicode/utf8"

	"go.yaml.in/yaml/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// loadValues reads values as Helm does, errors included.
func loadValues(content []byte) (map[string]any, error) {
	if values, ok := parseValues(content); ok {
		return values, nil
	}
	return loader.LoadValues(bytes.NewReader(content))
}

// parseValues gives what Helm's LoadValues gives, without its way from YAML over JSON text and back, which is a third of
// the time that a chart of large values takes. Not ok for anything that this way might change or refuse.
func parseValues(content []byte) (map[string]any, bool) {
	if len(content) > 0 && content[len(content)-1] != '\n' {
		content = append(bytes.Clone(content), '\n')
	}
	values := map[string]any{}
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		text, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return values, true
		}
		var document any
		if err != nil || yaml.Unmarshal(text, &document) != nil {
			return nil, false
		}
		own, ok := plainValue(document, 0)
		if !ok {
			return nil, false
		}
		switch own := own.(type) {
		case nil:
		case map[string]any:
			values = loader.MergeMaps(values, own)
		default:
			return nil, false
		}
	}
}

// deepest is far from where JSON readers give up.
const deepest = 1_000

// plainValue gives a value as it would come back from JSON: every number is a float64.
func plainValue(value any, depth int) (any, bool) {
	if depth > deepest {
		return nil, false
	}
	switch value := value.(type) {
	case nil, bool:
		return value, true
	case string:
		return value, utf8.ValidString(value)
	case int:
		return float64(value), true
	case int64:
		return float64(value), true
	case uint64:
		return float64(value), true
	case float64:
		return value, !math.IsNaN(value) && !math.IsInf(value, 0)
	case []any:
		into := make([]any, len(value))
		for i, each := range value {
			plain, ok := plainValue(each, depth+1)
			if !ok {
				return nil, false
			}
			into[i] = plain
		}
		return into, true
	case map[any]any:
		into := make(map[string]any, len(value))
		for key, each := range value {
			name, isText := key.(string)
			plain, ok := plainValue(each, depth+1)
			if !isText || !ok || !utf8.ValidString(name) {
				return nil, false
			}
			into[name] = plain
		}
		return into, true
	default:
		return nil, false
	}
}
