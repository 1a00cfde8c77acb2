module github.com/notaryproject/notation-core-go

go 1.26.0
