module github.com/sigstore/rekor

go 1.26.0
