package chart

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

// chancy are the template functions whose result the arguments do not decide: they draw, look at the clock, or give the
// keys of a map in no order.
var chancy = []string{
	"randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "randInt", "uuidv4", "shuffle", "keys", "values",
	"bcrypt", "htpasswd", "genPrivateKey", "genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey",
	"genSignedCert", "genSignedCertWithKey", "encryptAES", "now", "ago",
}

// otherTime is far enough from now that no format of a date gives the same text.
const otherTime = 399*24*time.Hour + 13*time.Hour + 17*time.Minute + 29*time.Second

// chance notes whether templates called a function whose result is another one each time.
type chance struct{ called bool }

// watched are those functions as templates call them; the clock goes wrong by a while.
func (c *chance) watched(clock time.Duration) template.FuncMap {
	known := sprig.TxtFuncMap()
	known["now"] = func() time.Time { return time.Now().Add(clock) }
	out := template.FuncMap{}
	for _, name := range chancy {
		own, ok := known[name]
		if !ok {
			continue
		}
		out[name] = c.watch(reflect.ValueOf(own))
	}
	return out
}

func (c *chance) watch(own reflect.Value) any {
	return reflect.MakeFunc(own.Type(), func(arguments []reflect.Value) []reflect.Value {
		c.called = true
		if own.Type().IsVariadic() {
			return own.CallSlice(arguments)
		}
		return own.Call(arguments)
	}).Interface()
}

// withFuncs joins maps of functions, later ones winning.
func withFuncs(all ...template.FuncMap) template.FuncMap {
	out := template.FuncMap{}
	for _, each := range all {
		maps.Copy(out, each)
	}
	return out
}

// addSeconds notes what a second rendering gave for each object, where that is something else. An object that only one of
// the two has, under a name that was drawn, is matched with the next one of the same kind and file.
func addSeconds(objects, seconds []Object) {
	taken := make([]bool, len(seconds))
	partner := func(of Object, isSame func(a, b identity) bool) int {
		own := identify(of)
		for i, each := range seconds {
			if !taken[i] && each.File == of.File && isSame(own, identify(each)) {
				return i
			}
		}
		return -1
	}
	match := func(isSame func(a, b identity) bool) {
		for i := range objects {
			if objects[i].matched {
				continue
			}
			if at := partner(objects[i], isSame); at >= 0 {
				taken[at], objects[i].matched = true, true
				if !bytes.Equal(objects[i].Object, seconds[at].Object) {
					objects[i].Second = seconds[at].Object
				}
			}
		}
	}
	match(func(a, b identity) bool { return a == b })
	match(func(a, b identity) bool { return a.kind == b.kind })
}

type identity struct{ kind, namespace, name string }

func identify(object Object) identity {
	var read struct {
		Kind     string
		Metadata struct{ Namespace, Name string }
	}
	// What does not fit has no name and is matched by its kind.
	_ = json.Unmarshal(object.Object, &read)
	return identity{read.Kind, read.Metadata.Namespace, read.Metadata.Name}
}
