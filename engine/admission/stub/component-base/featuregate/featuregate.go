// Package featuregate holds no features: what is judged here depends on none.
package featuregate

// Feature is a feature's name.
type Feature string

// FeatureGate says which features are on.
type FeatureGate interface {
	Enabled(name Feature) bool
}

// MutableVersionedFeatureGate is a gate as apiserver declares its own.
type MutableVersionedFeatureGate interface {
	FeatureGate
}

type gate struct{}

func (gate) Enabled(Feature) bool { return false }

// NewFeatureGate makes a gate with everything off.
func NewFeatureGate() MutableVersionedFeatureGate { return gate{} }
