// Prints how the Go libraries of kubectl and of kustomize read YAML: one JSON array a line of text, kubectl's JSON and
// kustomize's JSON ("ERR" for a refusal). The output is kept as test/core/yaml/goReadings.jsonl:
//
//	go run . > ../../../test/core/yaml/goReadings.jsonl
//
// With the argument `-` it reads the texts from its input instead, one JSON string a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
	kubectl "sigs.k8s.io/yaml"
)

var scalars = []string{
	"0644", "0o644", "089", "0x1F", "1_000", "+12", "22:22", "1:30:00", "12e4567", "1e3", ".5", "1.", "1.0", "1.e3", "1e+3",
	"~", "", "Null", "nULL", "tRUE", "TRUE", "yes", "no", "on", "Off", "y", "N", "e3", "_1", "1__0", "0.1_0", ".5_0", "-0o17", "0_7",
	"0b", "0b1010", "0x", "00", "-0", "08", "0o8", "+.5", "-.5", "+0x1f", "1e1000", "=", "1.2.3", "'0644'", "\"yes\"",
	"18446744073709551615", "18446744073709551616", "-9223372036854775809", "0xffffffffffffffffff",
	"2001-12-14", "2001-1-1", "0001-01-01", "2001-02-30", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10",
	"!!str 5", "!!float 5", "!!int 5", "!!binary aGk=",
}

var documents = []string{
	"b: {1: x}\n", "b: {true: x}\n", "b: {yes: x}\n", "b: {1.5: x}\n", "b: {~: x}\n", "b: {0644: x}\n", "b: {2001-12-14: x}\n",
	"a: &a {x: 1}\nb: {x: 2, <<: *a}\n", "a: &a {x: 1}\nb: {<<: *a, x: 2}\n", "a: {x: 1, x: 2}\n",
}

func readKubectl(text string) string {
	value, err := kubectl.YAMLToJSON([]byte(text))
	if err != nil {
		return "ERR"
	}
	return string(value)
}

func readKustomize(text string) string {
	var value map[string]interface{}
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return "ERR"
	}
	out, err := json.Marshal(value)
	if err != nil {
		return "ERR"
	}
	return string(out)
}

func textsToRead() []string {
	texts := documents
	for _, scalar := range scalars {
		texts = append(texts, "a: "+scalar+"\n")
	}
	if len(os.Args) < 2 || os.Args[1] != "-" {
		return texts
	}
	texts = nil
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		texts = append(texts, text)
	}
	return texts
}

func main() {
	texts := textsToRead()
	for _, text := range texts {
		line, err := json.Marshal([]string{text, readKubectl(text), readKustomize(text)})
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}
