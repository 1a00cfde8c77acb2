//go:build generate

// Command shapes writes what a server knows of its built-in kinds without having their Go types at hand: the fields of
// each type, which of them are left out when empty, how lists are keyed, and the names of resources.
//
//	go run -tags generate ./cmd/shapes -openapi DIR -out internal/shape/shapes.json.gz
//
// DIR is api/openapi-spec/v3 of the same version of k8s.io/kubernetes (`go mod download -json k8s.io/kubernetes@VERSION`).
package main

import (
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	resourcev1 "k8s.io/api/resource/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// Table, Kind, Type and Field are the file's format; internal/shape reads it.
type Table struct {
	Kinds map[string]Kind `json:"kinds"`
	Types []Type          `json:"types"`
}

type Kind struct {
	Type         int      `json:"type"`
	Resource     string   `json:"resource"`
	Namespaced   bool     `json:"namespaced,omitempty"`
	Subresources []string `json:"subresources,omitempty"`
}

type Type struct {
	Name   string  `json:"name"`
	Fields []Field `json:"fields"`
	Atomic bool    `json:"atomic,omitempty"`
}

type Field struct {
	Name string `json:"name"`
	// Kind is a letter for a scalar, a number for a type, `[` a list and `<` a map of what follows.
	Kind string `json:"kind"`
	// Omit says that an empty value is left out.
	Omit    bool `json:"omit,omitempty"`
	Pointer bool `json:"pointer,omitempty"`
	// List is what the server merges a list by: `set`, `atomic`, or `map` with Keys.
	List string   `json:"list,omitempty"`
	Keys []string `json:"keys,omitempty"`
	// Default is what the API's own declaration says the field is when it is absent.
	Default any `json:"default,omitempty"`
}

type openapi struct {
	Components struct {
		Schemas map[string]property `json:"schemas"`
	} `json:"components"`
	Paths map[string]map[string]json.RawMessage `json:"paths"`
}

type property struct {
	Properties map[string]property `json:"properties"`
	ListType   string              `json:"x-kubernetes-list-type"`
	ListKeys   []string            `json:"x-kubernetes-list-map-keys"`
	MapType    string              `json:"x-kubernetes-map-type"`
	Default    any                 `json:"default"`
}

// noType is the type of kinds that have a schema instead (CustomResourceDefinition, APIService).
const noType = -1

var stable = regexp.MustCompile(`^v\d+$`)

type generator struct {
	table   Table
	ids     map[reflect.Type]int
	schemas map[string]property
}

func main() {
	folder := flag.String("openapi", "", "folder of the OpenAPI documents")
	out := flag.String("out", "", "file to write")
	flag.Parse()
	g := generator{table: Table{Kinds: map[string]Kind{}}, ids: map[reflect.Type]int{}, schemas: map[string]property{}}
	kinds := g.readOpenAPI(*folder)
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admissionregistrationv1.AddToScheme, appsv1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme,
		batchv1.AddToScheme, certificatesv1.AddToScheme, coordinationv1.AddToScheme, corev1.AddToScheme,
		discoveryv1.AddToScheme, eventsv1.AddToScheme, flowcontrolv1.AddToScheme, networkingv1.AddToScheme,
		nodev1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme, resourcev1.AddToScheme,
		schedulingv1.AddToScheme, storagev1.AddToScheme,
	} {
		must(add(scheme))
	}
	types := scheme.AllKnownTypes()
	names := []schema.GroupVersionKind{}
	for gvk := range kinds {
		// Servers leave out what is not stable unless told otherwise.
		if stable.MatchString(gvk.Version) {
			names = append(names, gvk)
		}
	}
	sort.Slice(names, func(i, j int) bool { return names[i].String() < names[j].String() })
	for _, gvk := range names {
		kind := kinds[gvk]
		kind.Type = noType
		if t, ok := types[gvk]; ok {
			kind.Type = g.typeOf(t)
		}
		sort.Strings(kind.Subresources)
		g.table.Kinds[gvk.GroupVersion().String()+"/"+gvk.Kind] = kind
	}
	file, err := os.Create(*out)
	must(err)
	writer, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	must(err)
	must(json.NewEncoder(writer).Encode(g.table))
	must(writer.Close())
	must(file.Close())
	fmt.Printf("%d kinds, %d types\n", len(g.table.Kinds), len(g.table.Types))
}

// readOpenAPI keeps the schemas and returns the kinds that have objects of their own.
func (g *generator) readOpenAPI(folder string) map[schema.GroupVersionKind]Kind {
	kinds := map[schema.GroupVersionKind]Kind{}
	subresources := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*_openapi.json"))
	must(err)
	type operation struct {
		Kind schema.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		must(err)
		var document openapi
		must(json.Unmarshal(content, &document))
		for name, each := range document.Components.Schemas {
			g.schemas[name] = each
		}
		for route, operations := range document.Paths {
			base, rest, isObject := strings.Cut(route, "/{name}")
			if !isObject {
				continue
			}
			resource := base[strings.LastIndex(base, "/")+1:]
			group := strings.Split(strings.TrimPrefix(strings.TrimPrefix(base, "/apis/"), "/api/"), "/"+resource)[0]
			group = strings.TrimSuffix(group, "/namespaces/{namespace}")
			if rest != "" {
				sub := strings.TrimPrefix(rest, "/")
				if !strings.Contains(sub, "{") {
					subresources[group+" "+resource] = append(subresources[group+" "+resource], sub)
				}
				continue
			}
			var get operation
			if raw, ok := operations["get"]; !ok || json.Unmarshal(raw, &get) != nil || get.Kind.Kind == "" {
				continue
			}
			kinds[get.Kind] = Kind{Resource: resource, Namespaced: strings.Contains(route, "/namespaces/{namespace}/")}
		}
	}
	for gvk, kind := range kinds {
		kind.Subresources = subresources[gvk.GroupVersion().String()+" "+kind.Resource]
		kinds[gvk] = kind
	}
	return kinds
}

// schemaOf finds the type's schema: io.k8s.api.apps.v1.Deployment for k8s.io/api/apps/v1.Deployment.
func (g *generator) schemaOf(t reflect.Type) property {
	name := strings.Replace(t.PkgPath(), "k8s.io/", "io.k8s.", 1)
	return g.schemas[strings.ReplaceAll(name, "/", ".")+"."+t.Name()]
}

func (g *generator) typeOf(t reflect.Type) int {
	if id, ok := g.ids[t]; ok {
		return id
	}
	id := len(g.table.Types)
	g.ids[t] = id
	g.table.Types = append(g.table.Types, Type{})
	schema := g.schemaOf(t)
	made := Type{Name: nameOf(t), Atomic: schema.MapType == "atomic"}
	g.addFields(t, schema, &made)
	g.table.Types[id] = made
	return id
}

// nameOf is the Go type's name, with its version where that is not v1.
func nameOf(t reflect.Type) string {
	if version := path.Base(t.PkgPath()); strings.HasPrefix(version, "v") && version != "v1" {
		return version + "." + t.Name()
	}
	return t.Name()
}

func (g *generator) addFields(t reflect.Type, schema property, into *Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			if field.Anonymous || strings.Contains(options, "inline") {
				g.addFields(deref(field.Type), schema, into)
			}
			continue
		}
		stated := schema.Properties[name]
		made := Field{
			Name:    name,
			Kind:    g.kindOf(field.Type),
			Omit:    strings.Contains(options, "omitempty"),
			Pointer: field.Type.Kind() == reflect.Pointer,
			List:    stated.ListType,
			Keys:    stated.ListKeys,
		}
		if stated.MapType == "atomic" && made.List == "" {
			made.List = "atomic"
		}
		switch stated.Default.(type) {
		case string, float64, bool:
			// OpenAPI states Go's zero of required fields as their default.
			if !reflect.ValueOf(stated.Default).IsZero() {
				made.Default = stated.Default
			}
		}
		into.Fields = append(into.Fields, made)
	}
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

var scalars = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():    "q",
	reflect.TypeFor[intstr.IntOrString]():   "o",
	reflect.TypeFor[metav1.Time]():          "t",
	reflect.TypeFor[metav1.MicroTime]():     "t",
	reflect.TypeFor[metav1.FieldsV1]():      "x",
	reflect.TypeFor[runtime.RawExtension](): "x",
	reflect.TypeFor[[]byte]():               "y",
}

func (g *generator) kindOf(t reflect.Type) string {
	t = deref(t)
	if letter, ok := scalars[t]; ok {
		return letter
	}
	switch t.Kind() {
	case reflect.String:
		return "s"
	case reflect.Bool:
		return "b"
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint32, reflect.Uint64:
		return "i"
	case reflect.Float32, reflect.Float64:
		return "n"
	case reflect.Slice:
		return "[" + g.kindOf(t.Elem())
	case reflect.Map:
		return "<" + g.kindOf(t.Elem())
	case reflect.Struct:
		return fmt.Sprint(g.typeOf(t))
	default:
		panic("no shape for " + t.String())
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
