// Package featuregate knows which features of apiserver are on by default; nothing switches them here.
package featuregate

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
)

// Feature is a feature's name.
type Feature string

// Stage is how settled a feature is.
type Stage string

// The stages.
const (
	Alpha      Stage = "ALPHA"
	Beta       Stage = "BETA"
	GA         Stage = ""
	PreAlpha   Stage = "PRE-ALPHA"
	Deprecated Stage = "DEPRECATED"
)

// FeatureSpec is a feature as of a version.
type FeatureSpec struct {
	Default       bool
	LockToDefault bool
	PreRelease    Stage
	Version       *version.Version
}

// VersionedSpecs are a feature over the versions, the newest last.
type VersionedSpecs []FeatureSpec

// FeatureGate says which features are on.
type FeatureGate interface {
	Enabled(name Feature) bool
}

// MutableVersionedFeatureGate is a gate that learns features.
type MutableVersionedFeatureGate interface {
	FeatureGate
	AddVersioned(features map[Feature]VersionedSpecs) error
}

type gate map[Feature]bool

// Enabled is what the newest version presets.
func (g gate) Enabled(name Feature) bool {
	enabled, isKnown := g[name]
	if !isKnown {
		panic(fmt.Errorf("feature %q is not registered in FeatureGate", name))
	}
	return enabled
}

// AddVersioned learns features.
func (g gate) AddVersioned(features map[Feature]VersionedSpecs) error {
	for name, specs := range features {
		g[name] = specs[len(specs)-1].Default
	}
	return nil
}

// NewFeatureGate makes a gate that knows no features.
func NewFeatureGate() MutableVersionedFeatureGate { return gate{} }
