// Package versions chooses among the versions of a chart as Helm, Argo CD and Flux do.
package versions

import (
	"fmt"

	"github.com/Masterminds/semver/v3"
)

// Request asks for the newest of some versions that satisfies a constraint.
type Request struct {
	// Versions are what there is, in any order; words that are no versions are passed over.
	Versions []string `json:"versions"`
	// Constraint is a version, a range such as `~1.2` or `>=1 <2`, or empty for the newest that is no prerelease.
	Constraint string `json:"constraint"`
}

// Reply holds the chosen version as it was written; empty when none fits.
type Reply struct {
	Version string `json:"version"`
	// Problem says what is wrong with the constraint.
	Problem string `json:"problem,omitempty"`
}

// Choose answers a request. An exact name wins over what it would mean as a range.
func Choose(asked Request) Reply {
	constraint := asked.Constraint
	if constraint == "" {
		constraint = "*"
	}
	for _, each := range asked.Versions {
		if each == constraint {
			return Reply{Version: each}
		}
	}
	wanted, err := semver.NewConstraint(constraint)
	if err != nil {
		return Reply{Problem: fmt.Sprintf("%q is no version and no range of versions", asked.Constraint)}
	}
	var best *semver.Version
	reply := Reply{}
	for _, each := range asked.Versions {
		version, err := semver.NewVersion(each)
		if err == nil && wanted.Check(version) && (best == nil || version.GreaterThan(best)) {
			best, reply.Version = version, each
		}
	}
	return reply
}
