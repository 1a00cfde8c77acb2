package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	releaseutil "helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/yaml"
)

// release is one line of input: a chart on disk and what it is rendered with.
type release struct {
	Root      string   `json:"root"`
	Chart     string   `json:"chart"`
	Name      string   `json:"name"`
	Namespace string   `json:"namespace"`
	Files     []string `json:"files"`
}

// renderReleases reads one release a line and prints the list of its objects, or null for an error.
func renderReleases(from io.Reader, lines *json.Encoder) error {
	input := bufio.NewScanner(from)
	for input.Scan() {
		var asked release
		if err := json.Unmarshal(input.Bytes(), &asked); err != nil {
			return err
		}
		objects, err := template(asked)
		if err != nil {
			fmt.Fprintln(os.Stderr, asked.Chart, err)
			objects = nil
		}
		if err := lines.Encode(objects); err != nil {
			return err
		}
	}
	return input.Err()
}

// template does what `helm template --include-crds` does, reading from disk with Helm's own loader.
func template(asked release) ([]json.RawMessage, error) {
	chart, err := loader.Load(filepath.Join(asked.Root, asked.Chart))
	if err != nil {
		return nil, err
	}
	if chart.Metadata.Type == "library" {
		return nil, errors.New("library charts are not installable")
	}
	values := map[string]any{}
	for _, file := range asked.Files {
		content, err := os.Open(filepath.Join(asked.Root, file))
		if err != nil {
			return nil, err
		}
		own, err := loader.LoadValues(content)
		_ = content.Close()
		if err != nil {
			return nil, err
		}
		values = loader.MergeMaps(values, own)
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return nil, err
	}
	options := common.ReleaseOptions{Name: asked.Name, Namespace: asked.Namespace, Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(chart, values, options, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	files, err := engine.Render(chart, top)
	if err != nil {
		return nil, err
	}
	for name := range files {
		if strings.HasSuffix(name, "NOTES.txt") {
			delete(files, name)
		}
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, releaseutil.InstallOrder)
	if err != nil {
		return nil, err
	}
	texts := []string{}
	for _, each := range chart.CRDObjects() {
		texts = append(texts, string(each.File.Data))
	}
	for _, each := range manifests {
		texts = append(texts, each.Content)
	}
	for _, each := range hooks {
		texts = append(texts, each.Manifest)
	}
	objects := []json.RawMessage{}
	for _, each := range texts {
		object, err := yaml.YAMLToJSON([]byte(each))
		if err != nil {
			return nil, err
		}
		if string(object) != "null" {
			objects = append(objects, object)
		}
	}
	return objects, nil
}
