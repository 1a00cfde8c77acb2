// Package kubernetes stands in for client-go's; Helm imports it for its module version only.
package kubernetes
