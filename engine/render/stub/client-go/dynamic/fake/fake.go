// Package fake is there for `go mod tidy`, which reads the imports of Helm's own tests.
package fake
