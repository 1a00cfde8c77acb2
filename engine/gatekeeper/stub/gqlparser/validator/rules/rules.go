// Package rules has none.
package rules

// Rules are rules.
type Rules struct{}

// NewDefaultRules has none.
func NewDefaultRules() *Rules { return &Rules{} }
