// Package openapi holds the names that apiserver's patcher uses for a server's schemas; nothing here asks a server.
package openapi

// Client lists the schemas of a server.
type Client interface {
	Paths() (map[string]GroupVersion, error)
}

// GroupVersion is one schema.
type GroupVersion interface {
	Schema(contentType string) ([]byte, error)
	ServerRelativeURL() string
}
