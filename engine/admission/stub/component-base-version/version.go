// Package version says as which Kubernetes the libraries see themselves.
package version

import apimachineryversion "k8s.io/apimachinery/pkg/version"

// DefaultKubeBinaryVersion is the minor version that the module's libraries belong to.
const DefaultKubeBinaryVersion = "1.37"

// Get is that version as a binary would report it.
func Get() apimachineryversion.Info {
	return apimachineryversion.Info{Major: "1", Minor: "37", GitVersion: "v1.37.1"}
}
