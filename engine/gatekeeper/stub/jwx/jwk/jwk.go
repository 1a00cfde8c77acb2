// Package jwk holds no keys: policies that look into tokens and certificates are refused before they get here.
package jwk

import "errors"

var errNoKeys = errors.New("there are no keys here")

// Algorithm is how a key signs.
type Algorithm interface{ String() string }

// Key is a key.
type Key interface {
	Algorithm() (Algorithm, bool)
	KeyID() (string, bool)
}

// Set is a set of keys.
type Set interface {
	Key(index int) (Key, bool)
	Len() int
}

// Option is how keys are read.
type Option struct{}

// WithMinRSAPublicExponent changes nothing.
func WithMinRSAPublicExponent(int) Option { return Option{} }

// WithMinRSAModulusBits changes nothing.
func WithMinRSAModulusBits(int) Option { return Option{} }

// Configure changes nothing.
func Configure(...Option) {}

// Parse fails.
func Parse([]byte) (Set, error) { return nil, errNoKeys }

// ParseString fails.
func ParseString(string) (Set, error) { return nil, errNoKeys }

// Export fails.
func Export(Key, any) error { return errNoKeys }

// Import fails.
func Import(any) (Key, error) { return nil, errNoKeys }
