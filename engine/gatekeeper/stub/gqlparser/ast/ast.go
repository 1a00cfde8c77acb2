// Package ast holds the names of GraphQL's parts; there is no GraphQL here.
package ast

// Source is a text.
type Source struct{ Input string }

// SchemaDocument is a parsed schema.
type SchemaDocument struct{}

// Merge takes nothing in.
func (*SchemaDocument) Merge(*SchemaDocument) {}

// QueryDocument is a parsed query.
type QueryDocument struct{}

// Schema is a checked schema.
type Schema struct{}
