// Package appset makes the Applications of an ApplicationSet as Argo CD's controller does (argo-cd v3.2.6,
// `applicationset/generators`, `applicationset/utils`, `applicationset/controllers/template`): the same generators, the
// same merging of parameters, the same template functions.
package appset

import (
	"fmt"

	"plumbline.dev/engine/render/internal/repofs"
)

// Source reads the repository that the set's git generators look at. Nothing there is no error: nil.
type Source interface {
	Read(path string) ([]byte, error)
	Entries(path string) ([]repofs.Entry, error)
}

// Request is one ApplicationSet with what is known beside the repository.
type Request struct {
	Set map[string]any `json:"set"`
	// Clusters are those that the hub knows; nil when nobody could be asked.
	Clusters []Cluster `json:"clusters"`
}

// Cluster is what a cluster Secret says without its credentials.
type Cluster struct {
	Name        string            `json:"name"`
	Server      string            `json:"server"`
	Project     string            `json:"project"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	// IsLocal says that there is no Secret: the cluster Argo CD runs in.
	IsLocal bool `json:"isLocal"`
}

// Reply is what the set makes, and why some of it cannot be told.
type Reply struct {
	Applications []Application `json:"applications"`
	Problems     []Problem     `json:"problems"`
	Undecided    []Undecided   `json:"undecided"`
	// Repositories are the addresses that git generators look at; all were taken as this repository.
	Repositories []string `json:"repositories"`
}

// Application is one generated Application and where its parameters are written.
type Application struct {
	Object map[string]any `json:"object"`
	From   []Origin       `json:"from"`
	// Generator is the pointer of the generator's options, whose own template may lie over the set's.
	Generator string `json:"generator"`
}

// Origin is where parameters are written: a pointer in the set, or in a document of a file. It may lead on into the YAML
// text of a scalar (`elementsYaml/1`).
type Origin struct {
	Path string `json:"path"`
	File string `json:"file,omitempty"`
}

// Problem is what Argo CD would refuse, at a pointer in the set or in a file.
type Problem struct {
	Path    string `json:"path"`
	File    string `json:"file,omitempty"`
	Message string `json:"message"`
	// IsPartial says that the other Applications are made all the same; else Argo CD makes none.
	IsPartial bool `json:"isPartial,omitempty"`
}

// Undecided is a generator that the repository alone does not answer.
type Undecided struct {
	Path string `json:"path"`
	Kind string `json:"kind"`
}

// Error is a problem on its way up.
func (p *Problem) Error() string { return p.Message }

// Error is an undecided generator on its way up.
func (u *Undecided) Error() string { return u.Kind }

// row is one set of parameters.
type row struct {
	values map[string]any
	from   []Origin
}

// expansion is one request under way.
type expansion struct {
	source       Source
	clusters     []Cluster
	templates    templater
	name         string
	repositories []string
	problems     []Problem
	undecided    []Undecided
}

// Expand makes the Applications of a set. A generator that cannot be answered leaves the others as they are.
func Expand(request Request, source Source) Reply {
	spec := mapAt(request.Set, "spec")
	work := &expansion{
		source:    source,
		clusters:  request.Clusters,
		templates: templaterOf(spec),
		name:      stringAt(mapAt(request.Set, "metadata"), "name"),
	}
	applications := []Application{}
	for i, generator := range listAt(spec, "generators") {
		at := fmt.Sprintf("/spec/generators/%d", i)
		for _, result := range work.transform(generator, at, mapAt(spec, "template"), nil, work.note) {
			for _, each := range result.rows {
				application, err := work.application(request.Set, result, each)
				if err != nil {
					work.note(err)
					continue
				}
				applications = append(applications, Application{application, each.from, result.at})
			}
		}
	}
	return Reply{
		Applications: work.withoutTwins(applications),
		Problems:     work.problems,
		Undecided:    work.undecided,
		Repositories: work.repositories,
	}
}

// note keeps an error once: a template that is broken is broken for every row.
func (e *expansion) note(err error) {
	switch found := err.(type) {
	case *Undecided:
		for _, each := range e.undecided {
			if each == *found {
				return
			}
		}
		e.undecided = append(e.undecided, *found)
	case *Problem:
		for _, each := range e.problems {
			if each.Path == found.Path && each.File == found.File {
				return
			}
		}
		e.problems = append(e.problems, *found)
	}
}

// withoutTwins leaves out what Argo CD refuses: a second Application of one name.
func (e *expansion) withoutTwins(applications []Application) []Application {
	seen := map[string]bool{}
	kept := []Application{}
	for _, each := range applications {
		name := stringAt(mapAt(each.Object, "metadata"), "name")
		if seen[name] {
			message := fmt.Sprintf("ApplicationSet %s contains applications with duplicate name: %s", e.name, name)
			e.note(&Problem{Path: "/spec/template/metadata/name", Message: message, IsPartial: true})
			continue
		}
		seen[name] = true
		kept = append(kept, each)
	}
	return kept
}

func mapAt(value map[string]any, key string) map[string]any {
	found, _ := value[key].(map[string]any)
	return found
}

func listAt(value map[string]any, key string) []any {
	found, _ := value[key].([]any)
	return found
}

func stringAt(value map[string]any, key string) string {
	found, _ := value[key].(string)
	return found
}
