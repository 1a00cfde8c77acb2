package appset

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// git makes rows of folders or of files of the repository.
func (e *expansion) git(options map[string]any, at string) ([]row, error) {
	if url := stringAt(options, "repoURL"); !slices.Contains(e.repositories, url) {
		e.repositories = append(e.repositories, url)
	}
	switch {
	case len(listAt(options, "directories")) > 0:
		return e.gitFolders(options, at)
	case len(listAt(options, "files")) > 0:
		return e.gitFiles(options, at)
	default:
		return nil, &Problem{Path: at, Message: "A git generator needs directories or files."}
	}
}

// patternsOf are the patterns of a list that take or leave out.
func patternsOf(options map[string]any, key string, isExcluding bool) []string {
	patterns := []string{}
	for _, each := range listAt(options, key) {
		item, _ := each.(map[string]any)
		if excludes, _ := item["exclude"].(bool); excludes == isExcluding {
			patterns = append(patterns, stringAt(item, "path"))
		}
	}
	return patterns
}

func (e *expansion) gitFolders(options map[string]any, at string) ([]row, error) {
	found := map[string]bool{}
	for _, pattern := range patternsOf(options, "directories", false) {
		if err := e.matchFolders("", strings.Split(pattern, "/"), found); err != nil {
			return nil, &Problem{Path: at, Message: err.Error()}
		}
	}
	rows := []row{}
	for _, folder := range sorted(found) {
		if matchesAny(patternsOf(options, "directories", true), folder) {
			continue
		}
		values := map[string]any{}
		e.addPath(values, options, folder, "")
		from, err := e.addValues(options, values, at)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{values, from})
	}
	return rows, nil
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		isMatch, err := path.Match(pattern, name)
		return err == nil && isMatch
	})
}

// matchFolders descends along a pattern's parts, so that only folders are listed that it may lead into. Argo CD looks at
// no folder whose name begins with a dot, and passes over broken patterns.
func (e *expansion) matchFolders(folder string, parts []string, found map[string]bool) error {
	entries, err := e.source.Entries(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		isMatch, err := path.Match(parts[0], entry.Name)
		if err != nil || !isMatch || !entry.IsFolder || strings.HasPrefix(entry.Name, ".") {
			continue
		}
		below := path.Join(folder, entry.Name)
		if len(parts) == 1 {
			found[below] = true
			continue
		}
		if err := e.matchFolders(below, parts[1:], found); err != nil {
			return err
		}
	}
	return nil
}

func (e *expansion) gitFiles(options map[string]any, at string) ([]row, error) {
	found := map[string]bool{}
	for _, pattern := range patternsOf(options, "files", false) {
		if err := e.matchFiles(pattern, found); err != nil {
			return nil, &Problem{Path: at, Message: err.Error()}
		}
	}
	for _, pattern := range patternsOf(options, "files", true) {
		isMatch := pathspec(pattern)
		for file := range found {
			if isMatch(file) {
				delete(found, file)
			}
		}
	}
	rows := []row{}
	for _, file := range sorted(found) {
		more, err := e.fileRows(file, options, at)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// matchFiles looks below the folder that a pattern names before its first special sign.
func (e *expansion) matchFiles(pattern string, found map[string]bool) error {
	isMatch := pathspec(pattern)
	fixed := cleaned(pattern)
	if special := strings.IndexAny(fixed, "*?[\\"); special >= 0 {
		fixed = fixed[:special]
		return e.filesBelow(parentOf(fixed), isMatch, found)
	}
	content, err := e.source.Read(fixed)
	if err != nil || content != nil {
		if content != nil {
			found[fixed] = true
		}
		return err
	}
	return e.filesBelow(fixed, isMatch, found)
}

func parentOf(fixed string) string {
	slash := strings.LastIndexByte(fixed, '/')
	return fixed[:max(slash, 0)]
}

func (e *expansion) filesBelow(folder string, isMatch func(string) bool, found map[string]bool) error {
	entries, err := e.source.Entries(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		below := path.Join(folder, entry.Name)
		if !entry.IsFolder {
			if isMatch(below) {
				found[below] = true
			}
			continue
		}
		if err := e.filesBelow(below, isMatch, found); err != nil {
			return err
		}
	}
	return nil
}

func cleaned(pattern string) string {
	text := path.Clean(strings.TrimSuffix(pattern, "/"))
	if text == "." {
		return ""
	}
	return strings.TrimPrefix(text, "./")
}

// pathspec matches as `git ls-files -- PATTERN` does, by which Argo CD finds files: a star passes over slashes, and a
// folder's name stands for what is in it (gitglossary(7), pathspec).
func pathspec(pattern string) func(string) bool {
	text := cleaned(pattern)
	if !strings.ContainsAny(text, "*?[\\") {
		return func(file string) bool { return text == "" || file == text || strings.HasPrefix(file, text+"/") }
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch sign := text[i]; sign {
		case '*':
			out.WriteString(".*")
		case '?':
			out.WriteString(".")
		case '\\':
			i++
			if i < len(text) {
				out.WriteString(regexp.QuoteMeta(text[i : i+1]))
			}
		case '[':
			end := strings.IndexByte(text[i+1:], ']')
			if end < 1 {
				out.WriteString("\\[")
				continue
			}
			class := text[i+1 : i+1+end]
			if class[0] == '!' {
				class = "^" + class[1:]
			}
			out.WriteString("[" + strings.ReplaceAll(class, "\\", "\\\\") + "]")
			i += end + 1
		default:
			out.WriteString(regexp.QuoteMeta(text[i : i+1]))
		}
	}
	expression, err := regexp.Compile("(?s)^" + out.String() + "$")
	if err != nil {
		return func(file string) bool { return file == text }
	}
	return expression.MatchString
}

// fileRows are the parameters of a file: of one map, or of each map of a list.
func (e *expansion) fileRows(file string, options map[string]any, at string) ([]row, error) {
	content, err := e.source.Read(file)
	if err != nil {
		return nil, &Problem{Path: "", File: file, Message: err.Error()}
	}
	one := map[string]any{}
	objects := []map[string]any{one}
	isList := false
	if err := yaml.Unmarshal(content, &one); err != nil {
		objects, isList = nil, true
		if err := yaml.Unmarshal(content, &objects); err != nil {
			message := fmt.Sprintf("unable to process file '%s': unable to parse file: %s", file, err)
			return nil, &Problem{File: file, Message: message}
		}
	} else {
		objects[0] = one
	}
	rows := []row{}
	for i, object := range objects {
		values := clone(object)
		if !e.templates.isGo {
			values = map[string]any{}
			for key, value := range flatten(object) {
				values[key] = value
			}
		}
		e.addPath(values, options, path.Dir(file), path.Base(file))
		more, err := e.addValues(options, values, at)
		if err != nil {
			return nil, err
		}
		from := Origin{File: file}
		if isList {
			from.Path = fmt.Sprintf("/%d", i)
		}
		rows = append(rows, row{values, append([]Origin{from}, more...)})
	}
	return rows, nil
}

// addPath adds what a row knows of its folder, and of its file if it is made of one.
func (e *expansion) addPath(values map[string]any, options map[string]any, folder, file string) {
	facts := map[string]any{
		"path":               folder,
		"basename":           path.Base(folder),
		"basenameNormalized": normalize(path.Base(folder)),
	}
	if file != "" {
		facts["filename"] = file
		facts["filenameNormalized"] = normalize(file)
	}
	prefix := stringAt(options, "pathParamPrefix")
	segments := strings.Split(folder, "/")
	if e.templates.isGo {
		all := make([]any, len(segments))
		for i, each := range segments {
			all[i] = each
		}
		facts["segments"] = all
		if prefix == "" {
			values["path"] = facts
		} else {
			values[prefix] = map[string]any{"path": facts}
		}
		return
	}
	name := joined(prefix, "path")
	for key, value := range facts {
		if key == "path" {
			values[name] = value
		} else {
			values[name+"."+key] = value
		}
	}
	for i, segment := range segments {
		if segment != "" {
			values[fmt.Sprintf("%s[%d]", name, i)] = segment
		}
	}
}

func sorted(names map[string]bool) []string {
	all := make([]string, 0, len(names))
	for name := range names {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}
