// Package v1 holds who asks, as admission requests and audit events name them.
package v1

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ExtraValue are further facts about a user.
type ExtraValue []string

// UserInfo is a user.
type UserInfo struct {
	Username string                `json:"username,omitempty"`
	UID      string                `json:"uid,omitempty"`
	Groups   []string              `json:"groups,omitempty"`
	Extra    map[string]ExtraValue `json:"extra,omitempty"`
}

// DeepCopyInto copies.
func (in *UserInfo) DeepCopyInto(out *UserInfo) {
	*out = *in
	out.Groups = slices.Clone(in.Groups)
	out.Extra = maps.Clone(in.Extra)
}

// DeepCopy copies.
func (in *UserInfo) DeepCopy() *UserInfo {
	if in == nil {
		return nil
	}
	out := new(UserInfo)
	in.DeepCopyInto(out)
	return out
}

func (in *UserInfo) String() string { return fmt.Sprintf("%+v", *in) }

// errNoProtobuf is all that is left of a form that only servers speak.
var errNoProtobuf = errors.New("there is no protobuf here")

// Size is of no use without protobuf.
func (in *UserInfo) Size() int { return 0 }

// MarshalToSizedBuffer fails.
func (in *UserInfo) MarshalToSizedBuffer([]byte) (int, error) { return 0, errNoProtobuf }

// Unmarshal fails.
func (in *UserInfo) Unmarshal([]byte) error { return errNoProtobuf }
