// Package chart renders Helm charts of a repository with Helm's own engine and says which file each object came from.
package chart

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"text/template"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"

	"plumbline.dev/engine/render/internal/repofs"
)

// mostOutput is how many bytes one template may write: reading them as YAML takes many times that.
const mostOutput = 20 << 20

// Request asks for one rendering, as `helm template` does it.
type Request struct {
	// Chart is the folder or the .tgz file of the chart, relative to the repository's root.
	Chart     string `json:"chart"`
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Defaults are files that stand for the chart's own values.yaml, merged in order (Flux `valuesFiles`).
	Defaults []string `json:"defaults"`
	// Values are laid over the chart's values in order.
	Values []Layer `json:"values"`
	// KubeVersion is empty for Helm's default.
	KubeVersion string `json:"kubeVersion"`
	// APIVersions are added to Helm's default set, or with OnlyAPIVersions stand for it.
	APIVersions     []string `json:"apiVersions"`
	OnlyAPIVersions bool     `json:"onlyApiVersions"`
	SkipCRDs        bool     `json:"skipCrds"`
	// SkipSchema leaves out the check against values.schema.json.
	SkipSchema bool `json:"skipSchema"`
	IsUpgrade  bool `json:"isUpgrade"`
	// Answers are objects of a cluster by question, as Reply.Lookups writes them; null for nothing there.
	Answers map[string]json.RawMessage `json:"answers"`
	// Once leaves out the second rendering, by which fields are found that are drawn at random.
	Once bool `json:"once"`
}

// Reply holds the objects in the order in which Helm installs them, CRDs first and hooks last, or problems.
type Reply struct {
	Objects  []Object  `json:"objects"`
	Problems []Problem `json:"problems"`
	// Lookups are the questions to the cluster that templates asked; those without an answer were answered with nothing.
	Lookups []string `json:"lookups"`
}

// Object is one rendered object and the file that it came from.
type Object struct {
	Object json.RawMessage `json:"object"`
	// File is a repository path: the template, the CRD's file, or the archive that holds either.
	File string `json:"file,omitempty"`
	// Hooks are the events of a hook, `pre-install` and so on; empty for an object of the release.
	Hooks []string `json:"hooks"`
	IsCRD bool     `json:"isCrd"`
	// Second is what another rendering gave for the object, where that was something else.
	Second json.RawMessage `json:"second,omitempty"`
	// matched: the object has found its fellow of the second rendering.
	matched bool
}

// Failed is the reply that has only one problem, without a place.
func Failed(message string) Reply { return refused(Problem{Severity: "error", Message: message}) }

func refused(problems ...Problem) Reply {
	return Reply{Objects: []Object{}, Problems: problems, Lookups: []string{}}
}

// Render answers a request. Trouble of any kind, panics of the library included, is a problem in the reply.
func Render(request Request, source repofs.Source) (reply Reply) {
	defer func() {
		if trouble := recover(); trouble != nil {
			reply = Failed(fmt.Sprintf("Helm broke off: %v", trouble))
		}
	}()
	loaded, err := load(request.Chart, source)
	if err != nil {
		return refused(loaded.explain(err))
	}
	values, problem := mergeLayers(request.Values, source)
	if problem != nil {
		return refused(*problem)
	}
	if problem := loaded.replaceDefaults(request.Defaults, source); problem != nil {
		return refused(*problem)
	}
	if missing := missingDependency(loaded.chart); missing != "" {
		message := fmt.Sprintf("The chart depends on %s, which is not in its charts folder; run \"helm dependency build\".", missing)
		return refused(Problem{Severity: "error", Message: message, File: loaded.metadataFile()})
	}
	return loaded.render(request, values)
}

func (l *loadedChart) render(request Request, values map[string]any) Reply {
	if kind := l.chart.Metadata.Type; kind == "library" {
		return refused(Problem{Severity: "error", Message: "A library chart is not installed by itself.", File: l.metadataFile()})
	}
	if err := chartutil.ProcessDependencies(l.chart, values); err != nil {
		return refused(l.explain(fmt.Errorf("the chart's dependencies: %w", err)))
	}
	l.indexNames(l.chart)
	capabilities, err := capabilitiesFor(request)
	if err != nil {
		return refused(Problem{Severity: "error", Message: err.Error()})
	}
	if wanted := l.chart.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, capabilities.KubeVersion.String()) {
		message := fmt.Sprintf("The chart needs Kubernetes %s and is rendered for %s.", wanted, capabilities.KubeVersion.Version)
		return refused(Problem{Severity: "error", Message: message, File: l.metadataFile()})
	}
	options := common.ReleaseOptions{
		Name: request.Release, Namespace: request.Namespace, Revision: 1,
		IsInstall: !request.IsUpgrade, IsUpgrade: request.IsUpgrade,
	}
	top, err := util.ToRenderValuesWithSchemaValidation(l.chart, values, options, capabilities, request.SkipSchema)
	if err != nil {
		return refused(l.explainValues(err)...)
	}
	asked := lookups{answers: request.Answers, asked: map[string]struct{}{}}
	drawn := &chance{}
	objects, problems, err := l.renderOnce(request, top, asked, drawn.watched(0))
	if err != nil {
		return refused(l.explain(err))
	}
	if drawn.called && !request.Once {
		// The first rendering went well; if this one does not, nothing can be said of what varies.
		if seconds, _, err := l.renderOnce(request, top, asked, drawn.watched(otherTime)); err == nil {
			addSeconds(objects, seconds)
		}
	}
	return Reply{Objects: objects, Problems: problems, Lookups: asked.questions()}
}

func (l *loadedChart) renderOnce(
	request Request, top common.Values, asked lookups, chancy template.FuncMap,
) ([]Object, []Problem, error) {
	functions := withFuncs(chancy, template.FuncMap{"lookup": asked.answer})
	files, err := engine.Engine{CustomTemplateFuncs: functions}.RenderWithContext(context.Background(), l.chart, top)
	if err != nil {
		return nil, nil, err
	}
	for name, text := range files {
		if len(text) > mostOutput {
			return nil, nil, fmt.Errorf("%s renders to %d MB, of which no API server takes more than 3; look for what it repeats", name, len(text)>>20)
		}
	}
	objects, problems := l.objectsOf(files, request.SkipCRDs)
	return objects, problems, nil
}

// capabilitiesFor is what `helm template` takes: Helm's defaults with what was asked for; or what an installation finds.
func capabilitiesFor(request Request) (*common.Capabilities, error) {
	capabilities := common.DefaultCapabilities.Copy()
	if request.KubeVersion != "" {
		version, err := common.ParseKubeVersion(request.KubeVersion)
		if err != nil {
			return nil, fmt.Errorf("%q is not a Kubernetes version: %w", request.KubeVersion, err)
		}
		capabilities.KubeVersion = *version
	}
	if request.OnlyAPIVersions {
		capabilities.APIVersions = request.APIVersions
		return capabilities, nil
	}
	// A copy, for appending to Helm's global list would keep one request's versions for the next.
	capabilities.APIVersions = append(append(common.VersionSet{}, capabilities.APIVersions...), request.APIVersions...)
	return capabilities, nil
}

// missingDependency is the first dependency without a chart, as Helm's action.CheckDependencies finds it.
func missingDependency(chart *v2.Chart) string {
	for _, wanted := range chart.Metadata.Dependencies {
		found := false
		for _, each := range chart.Dependencies() {
			found = found || each.Name() == wanted.Name
		}
		if !found {
			return wanted.Name
		}
	}
	return ""
}

func (l *loadedChart) metadataFile() string {
	if strings.HasSuffix(l.path, ".tgz") {
		return l.path
	}
	return path.Join(l.path, "Chart.yaml")
}
