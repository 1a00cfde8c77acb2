package contract

import (
	"encoding/json"
	"fmt"
)

// Complete says of which kinds the context holds every object there is.
type Complete struct {
	All   bool
	Kinds []KnownKind
}

// KnownKind is one kind of which every object is known: those of one namespace or, when that is empty, all.
type KnownKind struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
}

// UnmarshalJSON reads `"all"` or a list of kinds.
func (c *Complete) UnmarshalJSON(text []byte) error {
	if text[0] != '"' {
		return json.Unmarshal(text, &c.Kinds)
	}
	if string(text) != `"all"` {
		return fmt.Errorf("complete is %s instead of \"all\" or a list of kinds", text)
	}
	c.All = true
	return nil
}

// Holds says whether an object of the kind that is not in the context does not exist: in the namespace or, when that is
// empty, in any for which nothing narrower is known.
func (c Complete) Holds(group, kind, namespace string) bool {
	if c.All {
		return true
	}
	for _, each := range c.Kinds {
		if each.Group == group && each.Kind == kind && (each.Namespace == "" || each.Namespace == namespace) {
			return true
		}
	}
	return false
}
