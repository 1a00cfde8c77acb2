// Package parser parses nothing: policies that ask for GraphQL are refused before they get here.
package parser

import (
	"errors"

	"github.com/vektah/gqlparser/v2/ast"
)

var errNoGraphQL = errors.New("there is no GraphQL here")

// ParseSchema fails.
func ParseSchema(*ast.Source) (*ast.SchemaDocument, error) { return nil, errNoGraphQL }

// ParseQuery fails.
func ParseQuery(*ast.Source) (*ast.QueryDocument, error) { return nil, errNoGraphQL }
