// Package rest stands in for client-go's.
package rest

// Config would say how to reach a cluster.
type Config struct{}
