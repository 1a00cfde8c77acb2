// Package v1 holds the name that apiserver's configuration embeds.
package v1

// TracingConfiguration is of no use here.
type TracingConfiguration struct{}

// DeepCopyInto copies nothing.
func (in *TracingConfiguration) DeepCopyInto(*TracingConfiguration) {}
