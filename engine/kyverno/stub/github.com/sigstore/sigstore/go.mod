module github.com/sigstore/sigstore

go 1.26.0
