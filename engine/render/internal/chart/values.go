package chart

import (
	"fmt"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"

	"plumbline.dev/engine/render/internal/repofs"
)

// v2File is a file of a chart as Helm holds it.
type v2File = common.File

// Layer is one step of the values: a map laid over what is there, or single values set by path.
type Layer struct {
	// Kind is `file`, `text`, `set`, `setString` or `setFile`.
	Kind string `json:"kind"`
	// Path is the file of `file` and `setFile`.
	Path string `json:"path"`
	// Text is YAML for `text`, `path=value` for `set` and `setString`, the values path for `setFile`.
	Text string `json:"text"`
}

// mergeLayers lays the layers over each other in order; the problem says which layer is at fault.
func mergeLayers(layers []Layer, source repofs.Source) (map[string]any, *Problem) {
	values := map[string]any{}
	for i, layer := range layers {
		problem := mergeLayer(&values, layer, source)
		if problem != nil {
			index := i
			problem.Layer = &index
			return nil, problem
		}
	}
	return values, nil
}

func mergeLayer(values *map[string]any, layer Layer, source repofs.Source) *Problem {
	switch layer.Kind {
	case "file":
		own, problem := readValues(layer.Path, source)
		if problem == nil {
			*values = loader.MergeMaps(*values, own)
		}
		return problem
	case "text":
		own, err := loadValues([]byte(layer.Text))
		if err != nil {
			return &Problem{Severity: "error", Message: "These values are no YAML map: " + err.Error()}
		}
		*values = loader.MergeMaps(*values, own)
		return nil
	case "set":
		return badSet(layer, strvals.ParseInto(layer.Text, *values))
	case "setString":
		return badSet(layer, strvals.ParseIntoString(layer.Text, *values))
	case "setFile":
		content, err := source.Read(layer.Path)
		if err == nil && content == nil {
			err = errNotThere
		}
		if err != nil {
			return &Problem{Severity: "error", Message: fmt.Sprintf("%s cannot be read: %v", layer.Path, err), File: layer.Path}
		}
		read := func([]rune) (any, error) { return string(content), nil }
		return badSet(layer, strvals.ParseIntoFile(layer.Text+"=file", *values, read))
	default:
		return &Problem{Severity: "error", Message: "There is no kind of values " + layer.Kind}
	}
}

func badSet(layer Layer, err error) *Problem {
	if err == nil {
		return nil
	}
	return &Problem{Severity: "error", Message: fmt.Sprintf("%q does not set a value: %v", layer.Text, err)}
}

func readValues(file string, source repofs.Source) (map[string]any, *Problem) {
	content, err := source.Read(file)
	if err == nil && content == nil {
		err = errNotThere
	}
	if err != nil {
		return nil, &Problem{Severity: "error", Message: fmt.Sprintf("The values file %s cannot be read: %v", file, err), File: file}
	}
	values, err := loadValues(content)
	if err != nil {
		return nil, &Problem{Severity: "error", Message: fmt.Sprintf("The values file %s: %v", file, err), File: file, Line: yamlLine(err)}
	}
	return values, nil
}
