package appset

import (
	"fmt"
	"regexp"
	"strings"
	"text/template"
)

// templater puts parameters into texts, in the one of two ways that the set chose.
type templater struct {
	isGo    bool
	options []string
	parsed  map[string]*template.Template
}

func templaterOf(spec map[string]any) templater {
	isGo, _ := spec["goTemplate"].(bool)
	options := []string{}
	for _, each := range listAt(spec, "goTemplateOptions") {
		if option, ok := each.(string); ok {
			options = append(options, option)
		}
	}
	return templater{isGo: isGo, options: options, parsed: map[string]*template.Template{}}
}

// fill puts parameters into every text of a value, keys of maps included; errors carry the pointer of the text.
func (t templater) fill(value any, params map[string]any, at string) (any, error) {
	switch found := value.(type) {
	case string:
		text, err := t.replace(found, params)
		if err != nil {
			return nil, &Problem{Path: at, Message: err.Error()}
		}
		return text, nil
	case []any:
		out := make([]any, len(found))
		for i, each := range found {
			filled, err := t.fill(each, params, fmt.Sprintf("%s/%d", at, i))
			if err != nil {
				return nil, err
			}
			out[i] = filled
		}
		return out, nil
	case map[string]any:
		return t.fillMap(found, params, at)
	default:
		return value, nil
	}
}

func (t templater) fillMap(value map[string]any, params map[string]any, at string) (any, error) {
	out := make(map[string]any, len(value))
	for key, each := range value {
		// Argo CD drops them, here as in its typed Application.
		if each == nil {
			continue
		}
		below := at + "/" + escapeToken(key)
		filled, err := t.fill(each, params, below)
		if err != nil {
			return nil, err
		}
		name, err := t.replace(key, params)
		if err != nil {
			return nil, &Problem{Path: below, Message: err.Error()}
		}
		out[name] = filled
	}
	return out, nil
}

// replace puts parameters into one text.
func (t templater) replace(text string, params map[string]any) (string, error) {
	if t.isGo {
		return t.execute(text, params)
	}
	return fillTags(text, params)
}

func (t templater) execute(text string, params map[string]any) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	parsed, err := t.parse(text)
	if err != nil {
		return "", fmt.Errorf("failed to parse template %s: %w", text, err)
	}
	var out strings.Builder
	if err := parsed.Execute(&out, params); err != nil {
		return "", fmt.Errorf("failed to execute go template %s: %w", text, err)
	}
	return out.String(), nil
}

func (t templater) parse(text string) (parsed *template.Template, err error) {
	if known, ok := t.parsed[text]; ok {
		return known, nil
	}
	// An option that text/template does not know is a panic there.
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%v", broken)
		}
	}()
	parsed, err = template.New("").Funcs(functions).Option(t.options...).Parse(text)
	if err == nil {
		t.parsed[text] = parsed
	}
	return parsed, err
}

// taggedLine is what Argo CD looks for before it looks for tags: both ends on one line.
var taggedLine = regexp.MustCompile(".*{{.*}}.*")

// fillTags is the mode without Go templates: `{{name}}` of a known text is replaced, any other tag stays.
func fillTags(text string, params map[string]any) (string, error) {
	if !taggedLine.MatchString(text) {
		return text, nil
	}
	var out strings.Builder
	rest := text
	for {
		before, after, found := strings.Cut(rest, "{{")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		tag, behind, closed := strings.Cut(after, "}}")
		if !closed {
			return "", fmt.Errorf("invalid template: no }} after {{%s", after)
		}
		if value, ok := params[strings.TrimSpace(tag)].(string); ok && strings.TrimSpace(tag) != "" {
			out.WriteString(value)
		} else {
			out.WriteString("{{" + tag + "}}")
		}
		rest = behind
	}
}

// escapeToken writes a key as one token of a JSON pointer (RFC 6901).
func escapeToken(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
