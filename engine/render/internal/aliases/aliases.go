// Package aliases finds YAML whose aliases stand for more than anybody can hold.
package aliases

import (
	"bytes"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// mostValues is how many values a document may come to once its aliases are written out.
const mostValues = 1_000_000

// Bomb is the alias at which a document becomes too large, or contains itself.
type Bomb struct {
	Name string
	// Line counts from 1.
	Line int
}

// Error gives the message.
func (b Bomb) Error() string {
	return fmt.Sprintf("the alias *%s expands to more than a million values; write out what is meant", b.Name)
}

// Check returns a Bomb for YAML whose aliases expand without bounds. What is no YAML is not its concern.
func Check(content []byte) error {
	if !bytes.ContainsRune(content, '*') || !bytes.ContainsRune(content, '&') {
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil {
			return nil
		}
		counter := counter{sizes: map[*yaml.Node]int{}}
		if _, err := counter.size(&document); err != nil {
			return err
		}
	}
}

type counter struct {
	// sizes are the values below a node; -1 while they are counted.
	sizes map[*yaml.Node]int
}

var errTooLarge = errors.New("too large")

func (c counter) size(node *yaml.Node) (int, error) {
	if known, ok := c.sizes[node]; ok {
		if known < 0 {
			return 0, errTooLarge
		}
		return known, nil
	}
	c.sizes[node] = -1
	sum := 1
	if node.Kind == yaml.AliasNode {
		own, err := c.size(node.Alias)
		if errors.Is(err, errTooLarge) {
			return 0, Bomb{Name: node.Value, Line: node.Line}
		} else if err != nil {
			return 0, err
		}
		sum += own
		if sum > mostValues {
			return 0, Bomb{Name: node.Value, Line: node.Line}
		}
	}
	for _, each := range node.Content {
		own, err := c.size(each)
		if err != nil {
			return 0, err
		}
		sum = min(sum+own, mostValues+1)
	}
	c.sizes[node] = sum
	return sum, nil
}
