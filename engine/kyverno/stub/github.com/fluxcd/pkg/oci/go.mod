module github.com/fluxcd/pkg/oci

go 1.26.0
