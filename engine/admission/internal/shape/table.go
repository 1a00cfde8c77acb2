// Package shape makes of a built-in kind's object in a file what an API server has of it when admission runs: fields it
// does not know dropped, empty ones left out where Go would, quantities in their canonical form, absent ones defaulted.
// The kinds' Go types would do the same and cost six times the module's size, so their shapes are a table.
package shape

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

//go:generate sh -c "go run -tags generate ../../cmd/shapes -openapi $(go mod download -json k8s.io/kubernetes@v1.37.1 | sed -n 's/.*\"Dir\": \"\\(.*\\)\".*/\\1/p')/api/openapi-spec/v3 -out shapes.json.gz"

//go:embed shapes.json.gz
var packed []byte

// Kind is what is known of a built-in kind beside its fields.
type Kind struct {
	Type         int      `json:"type"`
	Resource     string   `json:"resource"`
	Namespaced   bool     `json:"namespaced"`
	Subresources []string `json:"subresources"`
}

// Type is one struct of the API.
type Type struct {
	Name   string  `json:"name"`
	Fields []Field `json:"fields"`
	Atomic bool    `json:"atomic"`
	byName map[string]*Field
}

// Field is one field of a struct. Its Kind is a letter for a scalar, a number for a struct, `[` a list and `<` a map of
// what follows.
type Field struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Omit    bool     `json:"omit"`
	Pointer bool     `json:"pointer"`
	List    string   `json:"list"`
	Keys    []string `json:"keys"`
	Default any      `json:"default"`
}

// Table holds all built-in kinds of the version that the module's libraries belong to.
type Table struct {
	kinds map[schema.GroupVersionKind]Kind
	types []Type
}

// BuiltIn reads the table once.
var BuiltIn = sync.OnceValue(func() *Table {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	var file struct {
		Kinds map[string]Kind `json:"kinds"`
		Types []Type          `json:"types"`
	}
	if err := json.NewDecoder(reader).Decode(&file); err != nil {
		panic(err)
	}
	table := &Table{kinds: map[schema.GroupVersionKind]Kind{}, types: file.Types}
	for name, kind := range file.Kinds {
		at := len(name) - 1
		for name[at] != '/' {
			at--
		}
		version, err := schema.ParseGroupVersion(name[:at])
		if err != nil {
			panic(err)
		}
		table.kinds[version.WithKind(name[at+1:])] = kind
	}
	for i := range table.types {
		each := &table.types[i]
		each.byName = map[string]*Field{}
		for j := range each.Fields {
			each.Fields[j].Default = wholeNumber(each.Fields[j].Default)
			each.byName[each.Fields[j].Name] = &each.Fields[j]
		}
	}
	return table
})

// Kinds lists every built-in kind.
func (t *Table) Kinds() map[schema.GroupVersionKind]Kind { return t.kinds }

func wholeNumber(value any) any {
	if number, ok := value.(float64); ok && number == float64(int64(number)) {
		return int64(number)
	}
	return value
}

// structOf is the struct that a field's kind names, if it names one.
func (t *Table) structOf(kind string) (*Type, bool) {
	id, err := strconv.Atoi(kind)
	if err != nil || id < 0 || id >= len(t.types) {
		return nil, false
	}
	return &t.types[id], true
}
