package appset

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// functions are sprig's, without those that look at the machine, and Argo CD's own.
var functions = func() template.FuncMap {
	all := template.FuncMap(sprig.GenericFuncMap())
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["normalize"] = normalize
	all["slugify"] = slugify
	all["toYaml"] = toYAML
	all["fromYaml"] = fromYAML[map[string]any]
	all["fromYamlArray"] = fromYAML[[]any]
	return all
}()

var notInNames = regexp.MustCompile("[^-a-z0-9.]")

// longestName is the longest name of a Kubernetes object.
const longestName = 253

// normalize makes a name that Kubernetes takes.
func normalize(name string) string {
	name = notInNames.ReplaceAllString(strings.ToLower(name), "-")
	if len(name) > longestName {
		name = name[:longestName]
	}
	return strings.Trim(name, "-.")
}

var (
	notInSlugs = regexp.MustCompile("[^a-z0-9-_]")
	dashes     = regexp.MustCompile("-+")
)

// slugify is `slugify [longest] [atWord] name`: normalized, without dots, cut at 50 letters or as said, and not inside a
// word unless said. What of the slug library Argo CD uses shows only this much, because names are normalized first.
func slugify(args ...any) (string, error) {
	longest, atWord, name := 50, true, ""
	for i, arg := range args {
		isRight := true
		switch {
		case i == len(args)-1:
			name, isRight = arg.(string)
		case i == 0:
			longest, isRight = arg.(int)
		case i == 1:
			atWord, isRight = arg.(bool)
		}
		if !isRight {
			return "", fmt.Errorf("slugify does not take %v (%T) as its argument %d", arg, arg, i+1)
		}
	}
	text := normalize(name)
	if !atWord && longest >= 0 && len(text) >= longest {
		text = text[:longest]
	}
	text = strings.Trim(dashes.ReplaceAllString(notInSlugs.ReplaceAllString(text, "-"), "-"), "-_")
	if !atWord || longest <= 0 || len(text) <= longest {
		return text, nil
	}
	if cut := strings.LastIndexByte(text[:longest+1], '-'); cut >= 0 {
		return text[:cut], nil
	}
	return text[:longest], nil
}

func toYAML(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

func fromYAML[T any](text string) (T, error) {
	var value T
	err := yaml.Unmarshal([]byte(text), &value)
	return value, err
}
