// Package compatibility answers with the newest version: which version's language an expression is compiled in is said
// with each question instead.
package compatibility

import (
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/component-base/featuregate"
)

// DefaultKubeComponent is the name under which apiserver registers itself.
const DefaultKubeComponent = "kube"

// EffectiveVersion says which version a component behaves as.
type EffectiveVersion interface {
	MinCompatibilityVersion() *version.Version
}

// MutableEffectiveVersion is what apiserver keeps of its own.
type MutableEffectiveVersion interface {
	EffectiveVersion
}

// ComponentGlobalsRegistry keeps the versions of components.
type ComponentGlobalsRegistry interface {
	Register(component string, effective MutableEffectiveVersion, gate featuregate.MutableVersionedFeatureGate) error
	EffectiveVersionFor(component string) EffectiveVersion
}

type effective struct{ version *version.Version }

func (e effective) MinCompatibilityVersion() *version.Version { return e.version }

type registry struct{ versions map[string]EffectiveVersion }

func (r registry) Register(component string, effective MutableEffectiveVersion, _ featuregate.MutableVersionedFeatureGate) error {
	r.versions[component] = effective
	return nil
}

func (r registry) EffectiveVersionFor(component string) EffectiveVersion {
	return r.versions[component]
}

// NewComponentGlobalsRegistry makes an empty registry.
func NewComponentGlobalsRegistry() ComponentGlobalsRegistry {
	return registry{versions: map[string]EffectiveVersion{}}
}

// NewEffectiveVersion makes the version of a binary.
func NewEffectiveVersion(binary *version.Version, _ bool, _, _ *version.Version) MutableEffectiveVersion {
	return effective{version: binary}
}
