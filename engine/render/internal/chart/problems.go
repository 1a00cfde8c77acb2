package chart

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Problem is trouble in a file; Line counts from 1, 0 is unknown.
type Problem struct {
	Severity string `json:"severity"`
	Message  string `json:"message"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	// Layer is the index of the values at fault.
	Layer *int `json:"layer,omitempty"`
	// Values is the JSON pointer of a value that the chart's schema refuses.
	Values *string `json:"values,omitempty"`
}

// Positions as Go's template package and Helm write them: `web/templates/a.yaml:6:12`. The column counts from 0.
var position = regexp.MustCompile(`([^\s()"]+/(?:templates|crds)/[^\s:()"]+)(?::(\d+))?(?::(\d+))?`)

var yamlPosition = regexp.MustCompile(`\bline (\d+)`)

// explain places an error of Helm's in a file of the repository: the innermost position that it names.
func (l *loadedChart) explain(err error) Problem {
	problem := Problem{Severity: "error", Message: plain(err.Error()), File: l.metadataFile()}
	var missing *fs.PathError
	if errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist) {
		problem.Message = "There is no chart at " + missing.Path + "."
		problem.File = missing.Path
		return problem
	}
	if file, line, ok := l.brokenPart(err); ok {
		problem.File, problem.Line = file, line
		return problem
	}
	for _, match := range position.FindAllStringSubmatch(err.Error(), -1) {
		file, known := l.fileOf(match[1])
		if !known {
			continue
		}
		problem.File = file
		if match[2] != "" && !strings.HasSuffix(file, ".tgz") {
			problem.Line, _ = strconv.Atoi(match[2])
			problem.Column = 0
			if column, err := strconv.Atoi(match[3]); err == nil {
				problem.Column = column + 1
			}
		}
	}
	return problem
}

var subchart = regexp.MustCompile(`^error unpacking subchart (\S+) in `)

// brokenPart finds the file of the chart that Helm could not load: its values, or what is in its charts folder.
func (l *loadedChart) brokenPart(err error) (string, int, bool) {
	if strings.HasSuffix(l.path, ".tgz") {
		return "", 0, false
	}
	if strings.HasPrefix(err.Error(), "cannot load values.yaml: ") {
		return path.Join(l.path, "values.yaml"), yamlLine(err), true
	}
	if found := subchart.FindStringSubmatch(err.Error()); found != nil && strings.HasSuffix(found[1], ".tgz") {
		return path.Join(l.path, "charts", found[1]), 0, true
	}
	return "", 0, false
}

// fileOf finds the repository path of one of Helm's names, also before the chart's names are known.
func (l *loadedChart) fileOf(name string) (string, bool) {
	if file, ok := l.names[name]; ok && file != "" {
		return file, true
	}
	return "", false
}

// explainValues makes a problem of each line of a schema's complaints: `- at '/replicas': got string, want integer`.
func (l *loadedChart) explainValues(err error) []Problem {
	problems := []Problem{}
	scope := ""
	for _, line := range strings.Split(err.Error(), "\n") {
		if name, isHead := strings.CutSuffix(line, ":"); isHead && !strings.HasPrefix(line, "-") && !strings.Contains(line, " ") {
			scope = name
		}
		match := complaint.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		pointer := match[1]
		if scope != "" && scope != l.chart.Name() {
			pointer = "/" + scope + pointer
		}
		message := "The chart's schema refuses the values at " + pointer + ": " + match[2] + "."
		problems = append(problems, Problem{Severity: "error", Message: message, File: l.metadataFile(), Values: &pointer})
	}
	if len(problems) == 0 && len(l.chart.Schema) > 0 && !json.Valid(l.chart.Schema) && !strings.HasSuffix(l.path, ".tgz") {
		return []Problem{{Severity: "error", Message: "The chart's schema is no JSON: " + plain(err.Error()), File: path.Join(l.path, "values.schema.json")}}
	}
	if len(problems) == 0 {
		return []Problem{l.explain(err)}
	}
	return problems
}

var complaint = regexp.MustCompile(`^\s*- at '([^']*)': (.*)$`)

// yamlLine is the line that a YAML error names.
func yamlLine(err error) int {
	match := yamlPosition.FindStringSubmatch(err.Error())
	if match == nil {
		return 0
	}
	line, _ := strconv.Atoi(match[1])
	return line
}

// longest is how much of either end of a message is shown.
const longest = 300

// plain cuts what Go's layers put around a message.
func plain(message string) string {
	message = strings.Join(strings.Fields(strings.TrimPrefix(message, "template: ")), " ")
	// Templates that include each other name each other a thousand times.
	if letters := []rune(message); len(letters) > 2*longest {
		message = string(letters[:longest]) + " … " + string(letters[len(letters)-longest:])
	}
	return message
}
