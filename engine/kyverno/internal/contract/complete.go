package contract

import "encoding/json"

// Complete says of which kinds every object is known: `"all"` or a list of kinds.
type Complete struct {
	All   bool
	Kinds []CompleteKind
}

// CompleteKind is a kind of which every object is known, of one namespace if it names one.
type CompleteKind struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
}

// UnmarshalJSON reads either form.
func (c *Complete) UnmarshalJSON(text []byte) error {
	var word string
	if err := json.Unmarshal(text, &word); err == nil {
		c.All = word == "all"
		return nil
	}
	return json.Unmarshal(text, &c.Kinds)
}

// Has tells whether an absent object of the kind and namespace does not exist.
func (c Complete) Has(group, kind, namespace string) bool {
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

// MarshalJSON writes either form.
func (c Complete) MarshalJSON() ([]byte, error) {
	if c.All {
		return []byte(`"all"`), nil
	}
	return json.Marshal(append([]CompleteKind{}, c.Kinds...))
}
