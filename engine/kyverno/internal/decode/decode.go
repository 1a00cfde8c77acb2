// Package decode reads documents as Kyverno's types, and says which field does not fit.
package decode

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"plumbline.dev/engine/contract"
)

// Failure is why a policy does not work, and the part of its document at fault.
type Failure struct {
	Message string
	At      string
}

// Error gives the message.
func (f Failure) Error() string { return f.Message }

// Into reads an object as a type; a Failure names the field that does not fit.
func Into(object contract.Object, into any) error {
	text, err := json.Marshal(object)
	if err != nil {
		return err
	}
	err = json.Unmarshal(text, into)
	if misfit := (*json.UnmarshalTypeError)(nil); errors.As(err, &misfit) {
		message := fmt.Sprintf("%s cannot be a %s.", misfit.Field, misfit.Value)
		return Failure{Message: message, At: "/" + strings.ReplaceAll(misfit.Field, ".", "/")}
	} else if err != nil {
		return Failure{Message: strings.TrimPrefix(err.Error(), "json: ")}
	}
	return nil
}
