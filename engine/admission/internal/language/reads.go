package language

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// mostReads is how many fields are told; more help nobody.
const mostReads = 16

// Reads evaluates the expression once more over an object that notes which of its fields are read, and returns their
// pointers, the last one read first: CEL stops at what decides. Fields on the way to others are left out.
func Reads(input *Input, variables map[string]Program, withAuthorizer bool, program Program, budget int64) []string {
	if program.Error != nil {
		return nil
	}
	noted := &readings{last: map[string]int{}}
	observed := *input
	observed.Object = noted.wrap(input.Object, "")
	if _, err := NewGroup(&observed, variables, withAuthorizer, budget).Evaluate(program); err != nil {
		return nil
	}
	return noted.pointers()
}

type readings struct {
	last  map[string]int
	count int
}

func (r *readings) note(pointer string) {
	r.count++
	r.last[pointer] = r.count
}

func (r *readings) pointers() []string {
	found := []string{}
	for pointer := range r.last {
		if pointer != "" && !r.isOnTheWay(pointer) {
			found = append(found, pointer)
		}
	}
	sort.Slice(found, func(i, j int) bool { return r.last[found[i]] > r.last[found[j]] })
	return found[:min(len(found), mostReads)]
}

func (r *readings) isOnTheWay(pointer string) bool {
	for other := range r.last {
		if strings.HasPrefix(other, pointer+"/") {
			return true
		}
	}
	return false
}

func (r *readings) wrap(value ref.Val, pointer string) ref.Val {
	switch value := value.(type) {
	case traits.Mapper:
		return observedMap{Mapper: value, noted: r, pointer: pointer}
	case traits.Lister:
		return observedList{Lister: value, noted: r, pointer: pointer}
	}
	return value
}

var escaped = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer appends a name to a JSON pointer.
func Pointer(pointer string, name any) string {
	if index, ok := name.(int64); ok {
		return pointer + "/" + strconv.FormatInt(index, 10)
	}
	text, ok := name.(string)
	if !ok {
		text = fmt.Sprint(name)
	}
	return pointer + "/" + escaped.Replace(text)
}

type observedMap struct {
	traits.Mapper
	noted   *readings
	pointer string
}

func (m observedMap) at(key ref.Val) string {
	pointer := Pointer(m.pointer, key.Value())
	m.noted.note(pointer)
	return pointer
}

func (m observedMap) Find(key ref.Val) (ref.Val, bool) {
	pointer := m.at(key)
	value, ok := m.Mapper.Find(key)
	return m.noted.wrap(value, pointer), ok
}

func (m observedMap) Get(key ref.Val) ref.Val {
	pointer := m.at(key)
	return m.noted.wrap(m.Mapper.Get(key), pointer)
}

func (m observedMap) Contains(key ref.Val) ref.Val {
	m.at(key)
	return m.Mapper.Contains(key)
}

func (m observedMap) Size() ref.Val {
	m.noted.note(m.pointer)
	return m.Mapper.Size()
}

func (m observedMap) Iterator() traits.Iterator {
	m.noted.note(m.pointer)
	return m.Mapper.Iterator()
}

type observedList struct {
	traits.Lister
	noted   *readings
	pointer string
}

func (l observedList) Get(index ref.Val) ref.Val {
	pointer := Pointer(l.pointer, index.Value())
	l.noted.note(pointer)
	return l.noted.wrap(l.Lister.Get(index), pointer)
}

func (l observedList) Contains(value ref.Val) ref.Val {
	l.noted.note(l.pointer)
	return l.Lister.Contains(value)
}

func (l observedList) Size() ref.Val {
	l.noted.note(l.pointer)
	return l.Lister.Size()
}

func (l observedList) Iterator() traits.Iterator {
	l.noted.note(l.pointer)
	return &observedIterator{Iterator: l.Lister.Iterator(), list: l}
}

type observedIterator struct {
	traits.Iterator
	list observedList
	next int
}

func (i *observedIterator) Next() ref.Val {
	index := types.Int(i.next)
	i.next++
	i.Iterator.Next()
	return i.list.Get(index)
}
