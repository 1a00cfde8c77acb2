package decode

import (
	"errors"
	"testing"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"

	"plumbline.dev/engine/contract"
)

func TestFieldThatDoesNotFit(t *testing.T) {
	rule := func(more contract.Object) any {
		made := contract.Object{"name": "r"}
		for key, value := range more {
			made[key] = value
		}
		return made
	}
	for name, c := range map[string]struct {
		spec any
		at   string
	}{
		"an item of a list":            {contract.Object{"rules": []any{rule(nil), rule(contract.Object{"validate": "x"})}}, "/spec/rules/1/validate"},
		"a list in place of an object": {[]any{}, "/spec"},
		"a number within lists": {contract.Object{"rules": []any{rule(nil), rule(contract.Object{"match": contract.Object{"any": []any{
			contract.Object{"resources": contract.Object{"names": []any{"a", 1.0}}},
		}}})}}, "/spec/rules/1/match/any/0/resources/names/1"},
		"an object in place of a list": {contract.Object{"rules": contract.Object{}}, "/spec/rules"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Into(contract.Object{"kind": "ClusterPolicy", "spec": c.spec}, &kyvernov1.ClusterPolicy{})
			failure := Failure{}
			if !errors.As(err, &failure) || failure.At != c.at {
				t.Errorf("got %+v at %s, not %s", err, failure.At, c.at)
			}
		})
	}
}
