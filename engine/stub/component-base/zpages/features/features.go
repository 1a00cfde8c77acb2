// Package features has none: there are no pages about a server here.
package features

import "k8s.io/component-base/featuregate"

// AddFeatureGates adds nothing.
func AddFeatureGates(featuregate.MutableVersionedFeatureGate) error { return nil }
