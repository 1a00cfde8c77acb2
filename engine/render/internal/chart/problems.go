package chart

import (
	"errors"
	"io/fs"
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

// plain cuts what Go's layers put around a message.
func plain(message string) string {
	message = strings.TrimPrefix(message, "template: ")
	return strings.Join(strings.Fields(message), " ")
}
