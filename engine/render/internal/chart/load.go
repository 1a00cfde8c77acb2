package chart

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"time"
	"unsafe"

	"helm.sh/helm/v4/pkg/chart/loader/archive"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/ignore"

	"plumbline.dev/engine/render/internal/repofs"
)

// mostBytes bounds what one chart may hold; Helm's own bound is twice that.
const mostBytes = 50 << 20

// loadedChart is a chart and where its files stand in the repository.
type loadedChart struct {
	path  string
	chart *v2.Chart
	// places are repository paths by a file's content: Helm hands contents on without copying them, under names that
	// aliases change.
	places map[*byte]string
	// names are repository paths by Helm's name of a file, `web/charts/db/templates/service.yaml`.
	names map[string]string
}

// load reads a chart from a folder or an archive.
func load(at string, source repofs.Source) (*loadedChart, error) {
	loaded := &loadedChart{path: at, places: map[*byte]string{}, names: map[string]string{}}
	kind, err := source.Stat(at)
	if err != nil {
		return loaded, err
	}
	switch kind {
	case repofs.Absent:
		return loaded, &fs.PathError{Op: "read", Path: at, Err: fs.ErrNotExist}
	case repofs.File:
		content, err := source.Read(at)
		if err != nil {
			return loaded, err
		}
		loaded.chart, err = loader.LoadArchive(bytes.NewReader(content))
		return loaded, err
	}
	files, err := readFolder(at, source)
	if err != nil {
		return loaded, err
	}
	for _, file := range files {
		if len(file.Data) > 0 {
			loaded.places[unsafe.SliceData(file.Data)] = path.Join(at, file.Name)
		}
	}
	values := takeValues(files)
	loaded.chart, err = loader.LoadFiles(files)
	if err == nil && values != nil {
		loaded.chart.Values = values
	}
	return loaded, err
}

// takeValues reads the chart's own values.yaml in Helm's place and leaves it an empty one; nil for one that it does not
// read, whose trouble Helm names.
func takeValues(files []*archive.BufferedFile) map[string]any {
	for _, file := range files {
		if file.Name != "values.yaml" {
			continue
		}
		values, ok := parseValues(file.Data)
		if ok {
			file.Data = nil
		}
		return values
	}
	return nil
}

// folderWalk collects the files of a chart's folder with the rules of .helmignore, as Helm's directory loader does.
type folderWalk struct {
	top    string
	source repofs.Source
	rules  *ignore.Rules
	files  []*archive.BufferedFile
	left   int64
}

func readFolder(top string, source repofs.Source) ([]*archive.BufferedFile, error) {
	rules := ignore.Empty()
	if own, err := source.Read(path.Join(top, ignore.HelmIgnore)); err != nil {
		return nil, err
	} else if own != nil {
		if rules, err = ignore.Parse(bytes.NewReader(own)); err != nil {
			return nil, err
		}
	}
	rules.AddDefaults()
	walk := &folderWalk{top: top, source: source, rules: rules, left: mostBytes}
	err := walk.enter("")
	return walk.files, err
}

func (w *folderWalk) enter(folder string) error {
	names, err := w.source.List(path.Join(w.top, folder))
	if err != nil {
		return err
	}
	sort.Strings(names)
	for _, name := range names {
		inside := path.Join(folder, name)
		full := path.Join(w.top, inside)
		kind, err := w.source.Stat(full)
		if err != nil {
			return err
		}
		if kind == repofs.Absent || w.rules.Ignore(inside, entry{path.Base(name), kind}) {
			continue
		}
		if kind == repofs.Folder {
			if err := w.enter(inside); err != nil {
				return err
			}
			continue
		}
		if err := w.take(inside, full); err != nil {
			return err
		}
	}
	return nil
}

func (w *folderWalk) take(inside, full string) error {
	content, err := w.source.Read(full)
	if err != nil {
		return err
	}
	w.left -= int64(len(content))
	if w.left < 0 {
		return fmt.Errorf("the chart's files are larger than %d MB in all", mostBytes>>20)
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	w.files = append(w.files, &archive.BufferedFile{Name: inside, Data: content})
	return nil
}

// entry is what the ignore rules ask of a file.
type entry struct {
	name string
	kind repofs.Kind
}

func (e entry) Name() string       { return e.name }
func (e entry) Size() int64        { return 0 }
func (e entry) Mode() fs.FileMode  { return 0 }
func (e entry) ModTime() time.Time { return time.Time{} }
func (e entry) IsDir() bool        { return e.kind == repofs.Folder }
func (e entry) Sys() any           { return nil }

// replaceDefaults puts files in the place of the chart's own values.yaml.
func (l *loadedChart) replaceDefaults(files []string, source repofs.Source) *Problem {
	if len(files) == 0 {
		return nil
	}
	values := map[string]any{}
	for _, file := range files {
		own, problem := readValues(file, source)
		if problem != nil {
			return problem
		}
		values = loader.MergeMaps(values, own)
	}
	l.chart.Values = values
	return nil
}

// indexNames notes where the files stand that Helm will speak of, once aliases have their names.
func (l *loadedChart) indexNames(chart *v2.Chart) {
	for _, file := range append(append([]*v2File{}, chart.Templates...), chart.Files...) {
		place, ok := l.places[unsafe.SliceData(file.Data)]
		if !ok || len(file.Data) == 0 {
			place = l.archiveOf(chart)
		}
		l.names[path.Join(chart.ChartFullPath(), file.Name)] = place
	}
	for _, each := range chart.Dependencies() {
		l.indexNames(each)
	}
}

// archiveOf is the packed file that a chart came from; empty when that cannot be told.
func (l *loadedChart) archiveOf(chart *v2.Chart) string {
	if strings.HasSuffix(l.path, ".tgz") {
		return l.path
	}
	for at := chart; at != nil; at = at.Parent() {
		packed := "charts/" + at.Name() + "-" + at.Metadata.Version + ".tgz"
		if at.Parent() == nil {
			break
		}
		for _, file := range at.Parent().Raw {
			if place := l.places[unsafe.SliceData(file.Data)]; file.Name == packed && place != "" {
				return place
			}
		}
	}
	return ""
}

var errNotThere = errors.New("there is no such file")
