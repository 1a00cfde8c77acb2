module github.com/sigstore/sigstore-go

go 1.26.0
